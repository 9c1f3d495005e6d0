import { wholeContents, type Contents } from './contents.ts';
import type { DeletionJob, JobState } from './deletionJob.ts';
import { statusText } from './jobText.ts';

/** A job as plain data: what the service says of it, and what only this extension knows. */
export interface JobJson {
  readonly hostname: string;
  readonly id: string;
  readonly [field: string]: unknown;
}

/** The plain data of a job: its document, what the start command returns to other code, and a line of the history. */
export function jobJson(job: DeletionJob): JobJson {
  return {
    hostname: job.host.hostname,
    ...job.answer,
    ...(isOurs(job.state) ? { status: statusText(job) } : {}),
    ...(job.isPurged ? { purged: true } : {}),
    ...(job.start && {
      startedDateTime: time(job.start.startedAt),
      timeoutInMinutes: job.start.timeoutInMinutes ?? null,
    }),
    traceparent: job.trace.traceparent,
    ...(job.trace.tracestate === undefined ? {} : { tracestate: job.trace.tracestate }),
    ...contentsJson(job),
    ...(job.timeline.length === 0 ? {} : { timeline: job.timeline.map(({ at, what }) => ({ at: time(at), what })) }),
  };
}

/** Whether the status is one that this extension found and not one that the service gave. */
function isOurs({ status }: JobState): boolean {
  return status === 'forgotten' || status === 'unconfirmed' || status === 'absent';
}

function contentsJson({ start, progress, leftover }: DeletionJob): object {
  return {
    ...(start?.before && { contentsBefore: counts(start.before) }),
    ...(progress && !leftover && { contentsLeft: { ...counts(progress.left), counted: time(progress.at) } }),
    ...(leftover && {
      contentsLeft: {
        ...counts(leftover),
        counted: time(leftover.at),
        ...(leftover.missing === undefined ? {} : { missing: leftover.missing }),
      },
    }),
  };
}

/** What could not be counted is null: left out, it would look like nothing. */
function counts(contents: Contents): object {
  return Object.fromEntries(
    Object.entries(wholeContents(contents)).map(([kind, count]) => [kind, (count as number | undefined) ?? null]),
  );
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
