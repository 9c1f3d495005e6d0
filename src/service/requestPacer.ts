import type { Clock } from './clock.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { Log } from './log.ts';
import { printable } from './printable.ts';

/** Turns at an instance that several processes share, such as the windows of one VS Code: one holds it at a time. */
export interface RequestTurns {
  /**
   * Resolves when it is this process's turn, to what gives the turn back.
   *
   * @throws when turns can't be had; the request is then sent without
   */
  take(host: InstanceHost): Promise<() => void>;
}

/** What a pacer needs. */
export interface RequestPacerParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Without it only the requests of this process are paced. */
  readonly turns?: RequestTurns;
}

/** Milliseconds from the end of a request to the next; a little more than the second, as timers err. */
const pauseInMs = 1010;

/**
 * Lets one request through at a time, and the next one a pause after that has ended.
 *
 * The Jobs API allows one request a second for an instance, lists, polls and starts together
 * (https://learn.microsoft.com/azure/digital-twins/reference-service-limits). The service counts when requests arrive,
 * which is some time after they are sent: only from the answer on is it certain that a second will lie between two.
 */
export class RequestPacer {
  readonly #host: InstanceHost;
  readonly #parts: RequestPacerParts;
  #free: Promise<void> = Promise.resolve();
  #hasWarned = false;

  constructor(host: InstanceHost, parts: RequestPacerParts) {
    this.#host = host;
    this.#parts = parts;
  }

  /** Waits until the request may be sent, and sends it. The turn is given back after the pause, the answer at once. */
  async send<T>(request: () => Promise<T>): Promise<T> {
    const before = this.#free;
    const ended = Promise.withResolvers<() => void>();
    this.#free = ended.promise.then(async (giveBack) => {
      await this.#parts.clock.delay(pauseInMs);
      giveBack();
    });
    await before;
    // Taken only when this process has nothing else under way there: it holds at most one turn.
    const giveBack = await this.#takeTurn();
    return request().finally(() => {
      ended.resolve(giveBack);
    });
  }

  async #takeTurn(): Promise<() => void> {
    try {
      const giveBack = await this.#parts.turns?.take(this.#host);
      return () => {
        try {
          giveBack?.();
        } catch (error) {
          this.#warn(error);
        }
      };
    } catch (error) {
      this.#warn(error);
      return () => undefined;
    }
  }

  #warn(error: unknown): void {
    if (!this.#hasWarned) {
      this.#hasWarned = true;
      const why = printable(error instanceof Error ? error.message : String(error), 300);
      this.#parts.log.warn(
        `Requests to ${this.#host.hostname} are not paced together with those of other windows: ${why}`,
      );
    }
  }
}
