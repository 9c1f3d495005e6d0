import { setTimeout as delay } from 'node:timers/promises';

/** Time as the rest of the code sees it, so that tests can move it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when it aborts first. */
  delay(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Node's timers fire at once beyond this. */
const longestTimerInMs = 2 ** 31 - 1;

/** The machine's own time. A delay ends after 24 days at the latest. */
export const systemClock: Clock = {
  now: () => Date.now(),
  delay: (milliseconds, signal) => delay(Math.min(milliseconds, longestTimerInMs), undefined, signal && { signal }),
};
