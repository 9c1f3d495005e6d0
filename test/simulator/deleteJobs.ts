import type { JobRecord, JobState } from './jobRecords.ts';
import type { ErrorDefinition } from './errors.ts';
import type { DeletionRun } from './contents.ts';

/** How the deletion jobs that are started from now on go. */
export interface DeletionSettings {
  /** How long a job stays `notstarted`, in milliseconds. */
  readonly notStartedMs: number;
  /** How long deleting everything takes after that, in milliseconds. */
  readonly durationMs: number;
  /** `timeout`: the job never gets done and fails when its timeoutInMinutes have passed. */
  readonly outcome: 'succeeded' | 'failed' | 'timeout';
  /** The share of the contents, 0 to 1, that is gone when a job ends as `failed` or `timeout`. */
  readonly failedShare: number;
  /** What a `failed` job says. */
  readonly error: ErrorDefinition;
}

/** What a job does unless told otherwise. The error is ours: the contract gives its shape and no texts. */
export const defaultDeletion: DeletionSettings = {
  notStartedMs: 2_000,
  durationMs: 60_000,
  outcome: 'succeeded',
  failedShare: 0.5,
  error: {
    code: 'DeleteJobFailed',
    message: 'The delete job failed.',
    details: [
      {
        code: 'TwinDeletionFailed',
        message: 'Some digital twins could not be deleted.',
        innererror: { code: 'StorageUnavailable', innererror: { code: 'PartitionTimeout' } },
      },
    ],
    innererror: { code: 'InternalFailure' },
  },
};

/** The service's limits and default for timeoutInMinutes, from its documentation. */
export const timeoutLimits = { minimum: 15, maximum: 1440, default: 720 } as const;

/** A deletion job: when it does what was settled when it was accepted. */
export interface DeletionJob extends JobRecord {
  /** When `running` starts, milliseconds since 1970. */
  readonly runsAt: number;
  /** When it ends, milliseconds since 1970; Infinity when it never does. */
  readonly endsAt: number;
  readonly endsAs: string;
  readonly error?: ErrorDefinition;
  /** A status to show instead of `notstarted` and `running`; the contract's list is open. */
  readonly statusBeforeEnd?: string;
}

/** The job that follows from the settings, and what it does to the contents. */
export function scheduleDeletion(
  id: string,
  createdAt: number,
  timeoutInMinutes: number,
  settings: DeletionSettings,
): { job: DeletionJob; run: DeletionRun } {
  const deadline = createdAt + timeoutInMinutes * 60_000;
  const runsAt = Math.min(createdAt + settings.notStartedMs, deadline);
  const share = settings.outcome === 'succeeded' ? 1 : settings.failedShare;
  const doneAt = settings.outcome === 'timeout' ? Infinity : runsAt + settings.durationMs * share;
  if (doneAt <= deadline) {
    const failed = settings.outcome === 'failed';
    return {
      job: {
        id,
        createdAt,
        runsAt,
        endsAt: doneAt,
        endsAs: failed ? 'failed' : 'succeeded',
        ...(failed && { error: settings.error }),
      },
      run: { from: runsAt, to: doneAt, share },
    };
  }
  const reached = settings.outcome === 'timeout' ? share : (share * (deadline - runsAt)) / (doneAt - runsAt);
  return {
    job: {
      id,
      createdAt,
      runsAt,
      endsAt: deadline,
      endsAs: 'failed',
      error: {
        code: 'JobTimedOut',
        message: `The delete job reached its timeout of ${timeoutInMinutes} minutes.`,
      },
    },
    run: { from: runsAt, to: deadline, share: reached },
  };
}

/** The state of a deletion job at a time, milliseconds since 1970. */
export function deletionState(job: DeletionJob, now: number): JobState {
  if (now >= job.endsAt) {
    return { status: job.endsAs, finishedAt: job.endsAt };
  }
  return { status: job.statusBeforeEnd ?? (now < job.runsAt ? 'notstarted' : 'running') };
}
