import type { Clock } from './clock.ts';
import { ServiceError } from './errors.ts';

/** Lets so many requests through in any second; the documented limit of the Jobs API is 1. */
export class RateLimit {
  /** Requests a second; unlimited when undefined. */
  perSecond: number | undefined;
  readonly #clock: Clock;
  #passed: number[] = [];

  constructor(clock: Clock, perSecond?: number) {
    this.#clock = clock;
    this.perSecond = perSecond;
  }

  /** @throws ServiceError 429 with `Retry-After` in whole seconds. The error code is ours. */
  pass(): void {
    if (this.perSecond === undefined) {
      return;
    }
    const now = this.#clock.now();
    // Below one request a second, the window is as long as one request takes.
    const windowMs = 1000 * Math.max(1, 1 / this.perSecond);
    this.#passed = this.#passed.filter((time) => time > now - windowMs);
    const [oldest] = this.#passed;
    if (oldest !== undefined && this.#passed.length >= this.perSecond) {
      throw new ServiceError(429, 'TooManyRequests', 'The Jobs API takes 1 request per second.', {
        'Retry-After': String(Math.max(1, Math.ceil((oldest + windowMs - now) / 1000))),
      });
    }
    this.#passed.push(now);
  }
}
