import type { Clock } from './clock.ts';

/**
 * Lets one request through at a time, and the next one a pause after that has ended.
 *
 * The Jobs API allows one request a second for an instance, lists, polls and starts together
 * (https://learn.microsoft.com/azure/digital-twins/reference-service-limits). The service counts when requests arrive,
 * which is some time after they are sent: only from the answer on is it certain that a second will lie between two.
 */
export class RequestPacer {
  readonly #clock: Clock;
  readonly #pauseInMs: number;
  #free: Promise<void> = Promise.resolve();

  /** @param pauseInMs milliseconds from the end of a request to the next; a little more than the second, as timers err */
  constructor(clock: Clock, pauseInMs = 1010) {
    this.#clock = clock;
    this.#pauseInMs = pauseInMs;
  }

  /** Waits until the request may be sent, and sends it. */
  async send<T>(request: () => Promise<T>): Promise<T> {
    const before = this.#free;
    const ended = Promise.withResolvers<undefined>();
    this.#free = ended.promise.then(() => this.#clock.delay(this.#pauseInMs));
    await before;
    return request().finally(() => {
      ended.resolve(undefined);
    });
  }
}
