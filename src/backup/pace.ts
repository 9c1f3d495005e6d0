import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../service/clock.ts';

/**
 * Requests a second at the most: a little less than the 500 that the service creates
 * (https://learn.microsoft.com/azure/digital-twins/reference-service-limits), for each one too many costs a whole second.
 */
export const createsPerSecond = 480;

/** Requests a second at first: each new connection costs VS Code some 30 ms, and not all should be made at once. */
const firstRate = 100;

/** Requests a second below which a refusal does not slow down any more. */
const lowestRate = 5;

/** How the rate changes: by a refusal, and by each second without one. */
const slowDown = 0.7;
const speedUp = 2;

/** After a refusal the rate grows by this share of the highest a second: not at once to where it was refused. */
const recovery = 0.05;

/** Milliseconds of turns that may be made up for at once, where timers came late. */
const burstInMs = 50;

/**
 * Lets requests begin at a rate that grows as long as the service takes it, and falls when it refuses: it has limits for
 * all who use the instance, and scales by itself.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #highest: number;
  #rate: number;
  #next: number;
  #changedAt: number;
  #refusedAt: number | undefined;
  #heldUntil = 0;

  /** @param highest requests a second; Infinity for no bound */
  constructor(clock: Clock, highest = createsPerSecond) {
    this.#clock = clock;
    this.#highest = highest;
    this.#rate = highest === Infinity ? highest : Math.min(firstRate, highest);
    this.#next = clock.now();
    this.#changedAt = clock.now();
  }

  /** Requests a second at present. */
  get rate(): number {
    return this.#rate;
  }

  /**
   * Resolves when the next request may begin.
   *
   * @throws the signal's reason when that aborts first
   */
  async turn(signal: AbortSignal): Promise<void> {
    do {
      const now = this.#clock.now();
      this.#grow(now);
      const at = Math.max(this.#next, now - burstInMs);
      this.#next = at + 1000 / this.#rate;
      if (at > now) {
        await this.#clock.delay(at - now, signal);
      } else {
        // Answers that came together are all taken first, and the next requests then go out together: one at a time, each
        // would wake up the other side, which costs a fifth of the rate where there is no limit.
        await setImmediate();
        signal.throwIfAborted();
      }
      // A refusal that has come meanwhile counts for those too that have waited already: they get another turn.
    } while (this.#clock.now() < this.#heldUntil);
  }

  /**
   * Slows down, and lets nothing begin for a while.
   *
   * @param milliseconds how long the service asks to wait
   */
  refused(milliseconds: number): void {
    const now = this.#clock.now();
    // Many were under way when it refused the first: that is one refusal.
    if (this.#refusedAt === undefined || now - this.#refusedAt >= 1000) {
      const slower = Math.max(lowestRate, Math.min(this.#rate, this.#highest) * slowDown);
      this.#rate = Math.min(this.#rate, slower);
      this.#refusedAt = now;
      this.#changedAt = now;
    }
    this.#heldUntil = Math.max(this.#heldUntil, now + milliseconds);
    this.#next = Math.max(this.#next, now + milliseconds);
  }

  #grow(now: number): void {
    const seconds = (now - this.#changedAt) / 1000;
    if (seconds < 1 || this.#rate >= this.#highest) {
      return;
    }
    const grown = this.#refusedAt !== undefined ? this.#rate + this.#highest * recovery : this.#rate * speedUp;
    this.#rate = Math.min(this.#highest, grown);
    this.#changedAt = now;
  }
}
