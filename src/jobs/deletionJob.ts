import type { DeleteJob, DeleteJobError } from '../service/deleteJob.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { TimeoutInMinutes } from '../service/timeoutInMinutes.ts';
import type { TraceContext } from '../service/traceContext.ts';

/**
 * How a job stands. `other` is a status newer than this extension: taken as active until it becomes a known end.
 * `forgotten` is a job that was active when last seen and that the service no longer knows: its outcome is unknown.
 * `unconfirmed` is a start that was sent and got no clear answer; it turns out to be a job, or `absent`.
 */
export type JobState =
  | { readonly status: 'notstarted' | 'running' }
  | { readonly status: 'succeeded'; readonly finishedAt: number | undefined }
  | { readonly status: 'failed'; readonly finishedAt: number | undefined; readonly error: DeleteJobError | undefined }
  | { readonly status: 'forgotten' | 'unconfirmed' | 'absent' }
  | { readonly status: 'other'; readonly text: string };

/** Why the last look at an active job failed, and since when none has succeeded. */
export interface WatchProblem {
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
  readonly error: unknown;
}

/** A deletion job as a person knows it. Immutable: a change is a new object in the store. */
export interface DeletionJob {
  readonly host: InstanceHost;
  readonly id: string;
  readonly state: JobState;
  /** Milliseconds since the Unix epoch, where the service said it. */
  readonly createdAt: number | undefined;
  /** The trace of all requests about this job. */
  readonly trace: TraceContext;
  /** Present when this extension started the job: what it remembers of the start. */
  readonly start: JobStart | undefined;
  /** The service's last answer about it. */
  readonly answer: DeleteJob & { readonly id: string };
  /** Present while the instance can't be asked about an active job. */
  readonly problem: WatchProblem | undefined;
}

/** What the service does not tell of a job and only its starter knows. */
export interface JobStart {
  /** Milliseconds since the Unix epoch, by this machine's clock. */
  readonly startedAt: number;
  /** Undefined: the service's default. */
  readonly timeoutInMinutes: TimeoutInMinutes | undefined;
  /** Whether the person was told how the job ended, in this window or before a restart. */
  readonly isEndTold: boolean;
}

/** Makes a job out of the service's answer and what is known besides. */
export function deletionJob(
  host: InstanceHost,
  answer: DeletionJob['answer'],
  known: Pick<DeletionJob, 'trace' | 'start'>,
): DeletionJob {
  return {
    host,
    id: answer.id,
    state: jobState(answer),
    createdAt: time(answer.createdDateTime),
    trace: known.trace,
    start: known.start,
    answer,
    problem: undefined,
  };
}

/** A start that got no clear answer. */
export function unconfirmedJob(
  host: InstanceHost,
  id: string,
  known: { readonly trace: TraceContext; readonly start: JobStart },
): DeletionJob {
  return {
    host,
    id,
    state: { status: 'unconfirmed' },
    createdAt: undefined,
    trace: known.trace,
    start: known.start,
    answer: { id },
    problem: undefined,
  };
}

/** Whether the job goes on at the service, or may do so: it has to be watched. */
export function isActive({ state }: DeletionJob): boolean {
  switch (state.status) {
    case 'notstarted':
    case 'running':
    case 'other':
    case 'unconfirmed':
      return true;
    case 'succeeded':
    case 'failed':
    case 'forgotten':
    case 'absent':
      return false;
  }
}

/** Names a job among those of all instances. */
export function jobKey({ host, id }: Pick<DeletionJob, 'host' | 'id'>): string {
  return `${host.hostname}/jobs/${id}`;
}

/**
 * Milliseconds that the job took, or has taken until `now` while it is active.
 * Undefined when neither the service nor the start named the times.
 */
export function elapsed(job: DeletionJob, now: number): number | undefined {
  const begin = job.createdAt ?? job.start?.startedAt;
  const end = isActive(job) ? now : 'finishedAt' in job.state ? job.state.finishedAt : undefined;
  return begin === undefined || end === undefined ? undefined : Math.max(0, end - begin);
}

function jobState(answer: DeleteJob): JobState {
  switch (answer.status?.toLowerCase()) {
    case 'notstarted':
      return { status: 'notstarted' };
    case 'running':
      return { status: 'running' };
    case 'succeeded':
      return { status: 'succeeded', finishedAt: time(answer.finishedDateTime) };
    case 'failed':
      return { status: 'failed', finishedAt: time(answer.finishedDateTime), error: answer.error };
    default:
      return { status: 'other', text: answer.status ?? 'status unknown' };
  }
}

function time(text: string | undefined): number | undefined {
  const milliseconds = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
