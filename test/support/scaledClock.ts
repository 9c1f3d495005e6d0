import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../src/service/clock.ts';

/** Node's timers fire at once beyond this. */
const longestTimerInMs = 2 ** 31 - 1;

/**
 * A clock that runs `factor` times as fast as the machine's: for what needs real sockets, where a clock that stands
 * still until it is moved would leave the network behind. At factor 20, 30 s take 1.5 s.
 *
 * The simulated instance takes it as its clock too, so that both ends agree on the time; only the `ms` of a simulator's
 * `delay` fault stay real ones.
 *
 * @param begin milliseconds since the Unix epoch at which it begins
 */
export function scaledClock(factor: number, begin = Date.now()): Clock {
  if (!Number.isFinite(factor) || factor <= 0) {
    throw new RangeError(`A clock can't run ${factor} times as fast.`);
  }
  const started = performance.now();
  const exact = (): number => begin + (performance.now() - started) * factor;
  return {
    // Whole milliseconds, as those of the machine's clock are.
    now: () => Math.floor(exact()),
    delay: async (milliseconds, signal) => {
      const end = exact() + milliseconds;
      do {
        const real = Math.min(Math.ceil((end - exact()) / factor), longestTimerInMs);
        try {
          await wait(real, undefined, signal && { signal });
        } catch (error) {
          // Node wraps the reason into an error of its own.
          signal?.throwIfAborted();
          throw error;
        }
        // Node's timers may fire a millisecond early, which is `factor` of them here.
      } while (exact() < end);
    },
  };
}
