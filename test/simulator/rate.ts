import type { Clock } from './clock.ts';
import { ServiceError } from './errors.ts';

/** Lets so many requests through in any second; the documented limit of the Jobs API is 1. */
export class RateLimit {
  /** Requests a second; unlimited when undefined. */
  perSecond: number | undefined;
  readonly #clock: Clock;
  readonly #refusal: string;
  /** When requests passed, in order; those that no longer count are dropped from the front. */
  readonly #passed: number[] = [];

  /** @param refusal what a request that is one too many is told. */
  constructor(clock: Clock, refusal: string, perSecond?: number) {
    this.#clock = clock;
    this.#refusal = refusal;
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
    let [oldest] = this.#passed;
    while (oldest !== undefined && oldest <= now - windowMs) {
      this.#passed.shift();
      [oldest] = this.#passed;
    }
    if (oldest !== undefined && this.#passed.length >= this.perSecond) {
      throw new ServiceError(429, 'TooManyRequests', this.#refusal, {
        'Retry-After': String(Math.max(1, Math.ceil((oldest + windowMs - now) / 1000))),
      });
    }
    this.#passed.push(now);
  }
}
