import type { Clock } from '../../src/service/clock.ts';

/** Milliseconds of this clock that pass in a turn in which nothing is under way. */
const leapInMs = 250;

/** How many times as fast as the machine's it runs while something is under way. */
const factor = 2;

/** A turn of the machine that took longer than this was a stall: no test should time out by it. */
const longestTurnInMs = 20;

interface Delay {
  readonly at: number;
  readonly end: () => void;
}

/**
 * A clock for what waits long and speaks over real sockets. While requests are on the wire, or files in use, it runs a
 * few times as fast as the machine's, so that nothing is too late on a slow machine; while nothing is under way, time
 * leaps. A job of minutes takes a second to watch.
 *
 * The simulated instance takes it as its clock too, so that both ends agree on the time.
 */
export class QuickClock implements Clock {
  readonly #isBusy: () => boolean;
  readonly #delays = new Set<Delay>();
  #now: number;
  #last = performance.now();
  #timer: NodeJS.Timeout;

  /**
   * @param isBusy whether something is under way that takes the machine's time
   * @param begin milliseconds since the Unix epoch
   */
  constructor(isBusy: () => boolean, begin = Date.UTC(2026, 0, 2, 3, 4, 5)) {
    this.#isBusy = isBusy;
    this.#now = begin;
    this.#timer = setTimeout(this.#turn, 1);
  }

  now(): number {
    return Math.floor(this.#now);
  }

  delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = (): void => {
        this.#delays.delete(delay);
        reject(signal?.reason as Error);
      };
      const delay = {
        at: this.#now + milliseconds,
        end: () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        },
      };
      this.#delays.add(delay);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  /** Stops the time: what waits for it waits for ever. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#delays.clear();
  }

  readonly #turn = (): void => {
    const real = performance.now();
    const turn = Math.min(real - this.#last, longestTurnInMs);
    this.#last = real;
    this.#now += this.#isBusy() ? turn * factor : leapInMs;
    const due = [...this.#delays].filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
    due.forEach((delay) => {
      this.#delays.delete(delay);
      delay.end();
    });
    this.#timer = setTimeout(this.#turn, 1);
  };
}
