import { createClock } from '@sinonjs/fake-timers';
import type { Clock } from '../../src/service/clock.ts';

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves the time, letting what waits for it run on the way. */
  pass(milliseconds: number): Promise<void>;
  /** How many delays are waiting. */
  waiting(): number;
}

/** A clock that begins at the given time. */
export function manualClock(begin = Date.parse('2026-01-02T03:04:05Z')): ManualClock {
  const fake = createClock(begin);
  return {
    now: () => fake.now,
    delay: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          fake.clearTimeout(timer);
          reject(signal?.reason as Error);
        };
        const timer = fake.setTimeout(() => {
          signal?.removeEventListener('abort', stop);
          resolve();
        }, milliseconds);
        if (signal?.aborted) {
          stop();
        }
        signal?.addEventListener('abort', stop, { once: true });
      }),
    pass: async (milliseconds) => {
      await fake.tickAsync(milliseconds);
    },
    waiting: () => fake.countTimers(),
  };
}
