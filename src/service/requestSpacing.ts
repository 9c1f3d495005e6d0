import type { Clock } from './clock.ts';

/**
 * Milliseconds between the beginnings of two requests of this process. VS Code makes a TLS context for each request, with
 * all certificates of the system in it: about 30 ms in which the extension host does nothing else.
 */
const gapInMs = 60;

/**
 * Lets requests begin one after the other, whatever instance they are for. Without it the polls of fifty instances that
 * were found together would go out in one turn of the event loop, and hold up all extensions for more than a second.
 */
export class RequestSpacing {
  readonly #clock: Clock;
  #free: Promise<void> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the next request may begin: at once after a quiet moment. */
  async turn(): Promise<void> {
    const before = this.#free;
    this.#free = before.then(() => this.#clock.delay(gapInMs));
    await before;
  }
}
