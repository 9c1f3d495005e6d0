import type { Clock } from './clock.ts';

/**
 * Begins a time limit.
 *
 * @param isOver is called when it passes before its end
 * @returns what ends it
 */
export type BeginLimit = (limitInMs: number, isOver: () => void) => () => void;

/** Time limits that are kept to the millisecond, each with a timer of its own. */
export function exactLimits(clock: Clock): BeginLimit {
  return (limitInMs, isOver) => {
    const ended = new AbortController();
    clock.delay(limitInMs, ended.signal).then(isOver, () => undefined);
    return () => {
      ended.abort();
    };
  };
}

/** Milliseconds between two looks at limits that are not exact. */
const lookInMs = 1000;

/**
 * Time limits of very many requests, kept to the second: one timer looks after all of them, for to begin and end one for
 * each takes longer than the rest of a request.
 */
export function roughLimits(clock: Clock): BeginLimit {
  const open = new Map<symbol, { readonly at: number; readonly isOver: () => void }>();
  let isLooking = false;
  const look = async (): Promise<void> => {
    isLooking = true;
    while (open.size > 0) {
      await clock.delay(lookInMs);
      const now = clock.now();
      for (const [key, { at, isOver }] of open) {
        if (at <= now) {
          open.delete(key);
          isOver();
        }
      }
    }
    isLooking = false;
  };
  return (limitInMs, isOver) => {
    const key = Symbol('limit');
    open.set(key, { at: clock.now() + limitInMs, isOver });
    if (!isLooking) {
      void look();
    }
    return () => {
      open.delete(key);
    };
  };
}
