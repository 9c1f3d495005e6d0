import type { Clock } from './clock.ts';

/**
 * The answer, if it comes in time.
 *
 * @param late what it rejects with after `limitInMs`; what comes then is dropped
 */
export async function withinTime<T>(
  clock: Clock,
  answer: PromiseLike<T>,
  limitInMs: number,
  late: () => Error,
): Promise<T> {
  const answered = new AbortController();
  const limit = clock.delay(limitInMs, answered.signal).then(() => {
    throw late();
  });
  try {
    return await Promise.race([answer, limit]);
  } finally {
    answered.abort();
    // Its rejection by that abort concerns nobody.
    limit.catch(() => undefined);
  }
}
