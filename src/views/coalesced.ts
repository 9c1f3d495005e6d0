import type { Clock } from '../service/clock.ts';

/** Milliseconds that changes are gathered for: no eye sees the difference, and fifty jobs redraw once instead of each. */
const gatherInMs = 100;

/**
 * A task that is done once for all calls of a moment, at its end.
 *
 * @param signal after its abort nothing is done any more
 */
export function coalesced(task: () => void, clock: Clock, signal: AbortSignal): () => void {
  let isDue = false;
  return () => {
    if (isDue) {
      return;
    }
    isDue = true;
    clock.delay(gatherInMs, signal).then(
      () => {
        isDue = false;
        task();
      },
      () => undefined,
    );
  };
}
