import { totalOf, type Contents } from './contents.ts';

/** What was left of an instance's contents at one time. */
export interface Sample {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly left: number;
}

/** What counting has shown of an active job: the service tells no progress itself. Plain data; windows share it. */
export interface Progress {
  /** The contents as counted last. */
  readonly left: Contents;
  /** When that was, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** What the estimate is made of: recent sums, oldest first. */
  readonly samples: readonly Sample[];
}

/**
 * The time that the estimate looks back. Long enough to see through a stall of a minute, short enough to follow the job
 * from relationships, which go slowly, to models.
 */
const windowInMs = 5 * 60_000;

/** Below this an estimate would be a guess. */
const least = { samples: 3, spanInMs: 20_000 } as const;

/** Adds what was just counted. What could not be counted leaves the estimate as it was. */
export function withCount(progress: Progress | undefined, left: Contents, at: number): Progress {
  const sum = totalOf(left);
  const samples = (progress?.samples ?? []).filter((sample) => at - sample.at <= windowInMs && sample.at < at);
  return { left, at, samples: sum === undefined ? samples : [...samples, { at, left: sum }] };
}

/**
 * How much is done, in whole percent of what was there before. Never 100: that all is gone is the service's to say.
 * Undefined when either count is incomplete, or nothing was there.
 */
export function percentDone(before: Contents | undefined, progress: Progress | undefined): number | undefined {
  const total = before && totalOf(before);
  const left = progress && totalOf(progress.left);
  if (total === undefined || left === undefined || total === 0) {
    return undefined;
  }
  return Math.min(99, Math.max(0, Math.floor(((total - left) / total) * 100)));
}

/**
 * Milliseconds until nothing is left, at the pace of the last minutes (the slope of a line through the samples).
 * Undefined as long as there is too little to say, and while counts stall or rise.
 */
export function estimatedTimeLeft(progress: Progress | undefined, now: number): number | undefined {
  const samples = progress?.samples ?? [];
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || samples.length < least.samples || last.at - first.at < least.spanInMs) {
    return undefined;
  }
  const pace = -slope(samples, first.at);
  // Less than what would take a week is no pace: it would promise what nobody can know.
  if (!(pace > 0) || last.left / pace > 7 * 24 * 60 * 60_000) {
    return undefined;
  }
  const left = last.left / pace - (now - last.at);
  // Overdue: whatever was estimated has not come true.
  return left > 0 ? left : undefined;
}

/** The least-squares slope in items per millisecond, with times taken from `origin` to stay precise. */
function slope(samples: readonly Sample[], origin: number): number {
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const times = samples.map(({ at }) => at - origin);
  const counts = samples.map(({ left }) => left);
  const meanTime = mean(times);
  const meanCount = mean(counts);
  let covariance = 0;
  let variance = 0;
  times.forEach((time, index) => {
    covariance += (time - meanTime) * ((counts[index] ?? 0) - meanCount);
    variance += (time - meanTime) ** 2;
  });
  return variance === 0 ? 0 : covariance / variance;
}
