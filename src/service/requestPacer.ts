import type { Clock } from './clock.ts';

/**
 * Lets one request through at a time, with a distance between them.
 *
 * The Jobs API allows one request a second for an instance, lists, polls and starts together
 * (https://learn.microsoft.com/azure/digital-twins/reference-service-limits). A turn ends by a timer of the injected
 * clock that starts when the turn was granted, so a change of the machine's date can neither hurry nor stall it.
 */
export class RequestPacer {
  readonly #clock: Clock;
  readonly #distanceInMs: number;
  #free: Promise<void> = Promise.resolve();

  /** @param distanceInMs milliseconds from one request to the next; a little over a second, for the way varies */
  constructor(clock: Clock, distanceInMs = 1100) {
    this.#clock = clock;
    this.#distanceInMs = distanceInMs;
  }

  /** Resolves when the next request may be sent. */
  async turn(): Promise<void> {
    const mine = this.#free;
    this.#free = mine.then(() => this.#clock.delay(this.#distanceInMs));
    await mine;
  }
}
