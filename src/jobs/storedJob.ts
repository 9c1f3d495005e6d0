import * as v from 'valibot';
import { asDeleteJob, type DeleteJob } from '../service/deleteJob.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { checkTimeoutInMinutes } from '../service/timeoutInMinutes.ts';
import { TraceContext } from '../service/traceContext.ts';
import { printable } from '../service/printable.ts';
import { storedContents as contents, storedTime, wholeContents } from './contents.ts';
import type { Understood } from './jsonFile.ts';
import { deletionJob, isActive, type DeletionJob, type JobStart } from './deletionJob.ts';

/** How many jobs of an instance are remembered; beyond it the oldest that have ended go. */
export const historyLimit = 500;

/** Text in a file is data too: whoever can write there must not get a link into a message. */
const text = v.pipe(
  v.string(),
  v.transform((written) => printable(written, 200)),
);

const storedJob = v.object({
  answer: v.pipe(
    v.unknown(),
    v.transform(asDeleteJob),
    v.custom<DeleteJob & { id: string }>((job) => typeof (job as DeleteJob | undefined)?.id === 'string'),
  ),
  /** Statuses that this extension found and the service did not give. */
  status: v.optional(v.picklist(['unconfirmed', 'absent', 'forgotten'])),
  traceparent: v.string(),
  tracestate: v.optional(v.string()),
  start: v.optional(
    v.object({
      startedAt: storedTime,
      timeoutInMinutes: v.optional(v.number()),
      isEndTold: v.boolean(),
      before: v.optional(contents),
    }),
  ),
  problem: v.optional(v.object({ since: storedTime, short: text, needsSignIn: v.boolean() })),
  progress: v.optional(
    v.object({ left: contents, at: storedTime, samples: v.array(v.object({ at: storedTime, left: storedTime })) }),
  ),
  leftover: v.optional(v.object({ ...contents.entries, at: storedTime, missing: v.optional(text) })),
  isTimeoutWarned: v.boolean(),
  isPurged: v.boolean(),
  timeline: v.array(v.object({ at: storedTime, what: text })),
  updatedAt: storedTime,
});

const storedJobs = v.object({ version: v.literal(1), hostname: v.string(), jobs: v.array(v.unknown()) });

/** A job as it is written into a file. */
export type StoredJob = v.InferOutput<typeof storedJob>;

/** What all windows know of the jobs of one instance, and what remains of those that the service has purged. */
export interface StoredJobs {
  readonly version: 1;
  readonly hostname: string;
  readonly jobs: readonly StoredJob[];
}

/** Reads what a file holds: what can be understood, and whether that is all; undefined when it is nothing. */
export function understandJobs(json: unknown): Understood<StoredJobs> | undefined {
  const file = v.safeParse(storedJobs, json);
  if (!file.success) {
    return undefined;
  }
  const jobs = file.output.jobs.flatMap((entry) => {
    const job = v.safeParse(storedJob, entry);
    return job.success && canBeRestored(job.output) ? [job.output] : [];
  });
  return { value: { ...file.output, jobs }, isWhole: jobs.length === file.output.jobs.length };
}

/** Makes a job into what is written. */
export function toStored(job: DeletionJob): StoredJob {
  const { answer, state, trace, start, problem, progress, leftover, isTimeoutWarned, isPurged, timeline, updatedAt } =
    job;
  const isOurs = state.status === 'unconfirmed' || state.status === 'absent' || state.status === 'forgotten';
  return {
    answer,
    ...(isOurs && { status: state.status }),
    traceparent: trace.traceparent,
    ...(trace.tracestate !== undefined && { tracestate: trace.tracestate }),
    ...(start && { start }),
    ...(problem && { problem }),
    // Of use while the job is active only; five hundred jobs of it would make a large file.
    ...(progress && isActive(job) && { progress: { ...progress, samples: [...progress.samples] } }),
    ...(leftover && { leftover }),
    isTimeoutWarned,
    isPurged,
    timeline: [...timeline],
    updatedAt,
  };
}

/** Makes a job out of what was written. */
export function fromStored(host: InstanceHost, stored: StoredJob): DeletionJob {
  const { answer, status, traceparent, tracestate, isPurged, updatedAt, start, problem, progress, leftover, ...rest } =
    stored;
  const job = deletionJob(
    host,
    answer,
    {
      ...rest,
      trace: TraceContext.parse(traceparent, tracestate),
      start: start && restoredStart(start),
      progress: progress && { ...progress, left: wholeContents(progress.left) },
      leftover: leftover && { ...leftover, ...wholeContents(leftover), missing: leftover.missing },
    },
    updatedAt,
  );
  return { ...job, ...(status && { state: { status } }), isPurged, problem };
}

/** The jobs to keep: the newest, and whatever is active or has an end that nobody was told. */
export function bounded(jobs: readonly StoredJob[], restore: (job: StoredJob) => DeletionJob): readonly StoredJob[] {
  if (jobs.length <= historyLimit) {
    return jobs;
  }
  const rank = (stored: StoredJob): number => {
    const job = restore(stored);
    const isOpen = isActive(job) || job.start?.isEndTold === false;
    return isOpen ? Infinity : (job.createdAt ?? job.start?.startedAt ?? 0);
  };
  return jobs
    .map((job) => ({ job, rank: rank(job) }))
    .sort((a, b) => b.rank - a.rank || 0)
    .slice(0, historyLimit)
    .map(({ job }) => job);
}

type StoredStart = NonNullable<StoredJob['start']>;

function restoredStart({ startedAt, timeoutInMinutes, isEndTold, before }: StoredStart): JobStart {
  return {
    startedAt,
    timeoutInMinutes: timeoutInMinutes === undefined ? undefined : checkTimeoutInMinutes(timeoutInMinutes),
    isEndTold,
    before: before && wholeContents(before),
  };
}

// Edited by hand into something that no job can have: the service tells of the job anew.
function canBeRestored({ traceparent, tracestate, start }: StoredJob): boolean {
  try {
    TraceContext.parse(traceparent, tracestate);
    if (start?.timeoutInMinutes !== undefined) {
      checkTimeoutInMinutes(start.timeoutInMinutes);
    }
    return true;
  } catch {
    return false;
  }
}
