import { setTimeout as delay } from 'node:timers/promises';

/** Time as the rest of the code sees it, so that tests can move it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when it aborts first. */
  delay(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  delay: (milliseconds, signal) => delay(milliseconds, undefined, signal && { signal }),
};
