import type { Clock } from '../service/clock.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import type { Lock, Locks } from './locks.ts';

/**
 * The right to send the next request to the Jobs API of an instance, which all windows share: the service allows one
 * request a second for an instance, whoever of them asks.
 *
 * In a window turns come in the order in which they were asked for. Between two of them it leaves others some time, who
 * look for a free lock now and then only: without that, a window with many requests would keep them all out.
 */
export class SharedRequestTurns {
  readonly #locks: Locks;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #courtesyInMs: number;
  readonly #lastByHost = new Map<string, Promise<void>>();
  #isWarned = false;

  /** @param courtesyInMs milliseconds between two turns of this window; more than between two looks at a lock */
  constructor(locks: Locks, clock: Clock, log: Log, courtesyInMs = 150) {
    this.#locks = locks;
    this.#clock = clock;
    this.#log = log;
    this.#courtesyInMs = courtesyInMs;
  }

  /**
   * Waits for the turn. Where nothing can be locked, the turn is this window's alone, and the log says so once: the
   * service may then answer that there were too many requests, and that is better than none.
   *
   * @returns gives the turn back; without it the instance is asked no more. Given back twice is given back once.
   */
  async take(host: InstanceHost): Promise<() => void> {
    const { hostname } = host;
    const before = this.#lastByHost.get(hostname);
    const { promise: over, resolve: end } = Promise.withResolvers<undefined>();
    const last = (before ?? Promise.resolve()).then(() => over);
    this.#lastByHost.set(hostname, last);
    await before;
    const lock = await this.#lock(hostname);
    let isOver = false;
    return () => {
      if (!isOver) {
        isOver = true;
        void this.#giveBack(lock).then(end);
      }
    };
  }

  async #giveBack(lock: Lock | undefined): Promise<undefined> {
    await lock?.release();
    await this.#clock.delay(this.#courtesyInMs);
    return undefined;
  }

  async #lock(hostname: string): Promise<Lock | undefined> {
    try {
      return await this.#locks.take(`${hostname}.requests`);
    } catch (error) {
      if (!this.#isWarned) {
        this.#isWarned = true;
        this.#log.warn(`Requests are not paced among windows: nothing can be locked here. ${String(error)}`);
      }
      return undefined;
    }
  }
}
