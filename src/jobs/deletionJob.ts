import type { DeleteJob, DeleteJobError } from '../service/deleteJob.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { timeoutLimits, type TimeoutInMinutes } from '../service/timeoutInMinutes.ts';
import type { TraceContext } from '../service/traceContext.ts';
import type { Contents, CountedContents } from './contents.ts';
import type { Progress } from './progress.ts';

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

/** Why the last look at an active job failed, and since when none has succeeded. Plain data; windows share it. */
export interface WatchProblem {
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
  /** A few words, for example `403 Forbidden`. */
  readonly short: string;
  /** Whether a sign-in is all that is needed. */
  readonly needsSignIn: boolean;
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
  /** What counting shows of an active job, where counting is wanted. */
  readonly progress: Progress | undefined;
  /** What was found in the instance after the job had ended. */
  readonly leftover: CountedContents | undefined;
  /** Whether the person was warned that the timeout will come first. */
  readonly isTimeoutWarned: boolean;
  /** Whether the service has dropped the record of the job: what is shown is from this extension's own history. */
  readonly isPurged: boolean;
  /** What happened when, as far as it was seen; the oldest first. */
  readonly timeline: readonly TimelineEntry[];
  /** When this was last learnt, in milliseconds since the Unix epoch: the later of two windows' knowledge counts. */
  readonly updatedAt: number;
}

/** One thing that was seen to happen to a job. */
export interface TimelineEntry {
  /** Milliseconds since the Unix epoch, by this machine's clock. */
  readonly at: number;
  readonly what: string;
}

/** What the service does not tell of a job and only its starter knows. */
export interface JobStart {
  /** Milliseconds since the Unix epoch, by this machine's clock. */
  readonly startedAt: number;
  /** Undefined: the service's default. */
  readonly timeoutInMinutes: TimeoutInMinutes | undefined;
  /** Whether the person was told how the job ended, in any window or before a restart. */
  readonly isEndTold: boolean;
  /** What the instance held before, where it was counted. */
  readonly before: Contents | undefined;
}

/** Makes a job out of the service's answer and what is known besides, at the time `now`. */
export function deletionJob(
  host: InstanceHost,
  answer: DeletionJob['answer'],
  known: Pick<DeletionJob, 'trace' | 'start'> & Partial<DeletionJob>,
  now: number,
): DeletionJob {
  return {
    ...nothingSeen,
    ...known,
    host,
    id: answer.id,
    state: jobState(answer),
    createdAt: time(answer.createdDateTime),
    answer,
    problem: undefined,
    isPurged: false,
    updatedAt: now,
  };
}

/** A start that got no clear answer. */
export function unconfirmedJob(
  host: InstanceHost,
  id: string,
  known: { readonly trace: TraceContext; readonly start: JobStart },
  now: number,
): DeletionJob {
  return {
    ...nothingSeen,
    ...known,
    host,
    id,
    state: { status: 'unconfirmed' },
    createdAt: undefined,
    answer: { id },
    updatedAt: now,
  };
}

const nothingSeen = {
  problem: undefined,
  progress: undefined,
  leftover: undefined,
  isTimeoutWarned: false,
  isPurged: false,
  timeline: [],
} as const;

/** Whether the job goes on at the service, or may do so: it has to be watched. */
export function isActive({ state }: Pick<DeletionJob, 'state'>): boolean {
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

/** Whether the job is one of ours that has ended without the person having been told how. */
export function hasUntoldEnd(job: DeletionJob): boolean {
  return !isActive(job) && job.start?.isEndTold === false;
}

/** Whether there is still something to do about the job: to watch it, or to tell how it ended. */
export function needsAttention(job: DeletionJob): boolean {
  return isActive(job) || hasUntoldEnd(job);
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

/**
 * When the service gives the job up, in milliseconds since the Unix epoch. Only known of a job of ours: the service does
 * not tell the timeout.
 */
export function timeoutAt(job: DeletionJob): number | undefined {
  if (!job.start) {
    return undefined;
  }
  const minutes = job.start.timeoutInMinutes ?? timeoutLimits.serviceDefault;
  return (job.createdAt ?? job.start.startedAt) + minutes * 60_000;
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
