import type { ErrorDefinition } from './errors.ts';
import type { JobRecord, JobState } from './jobRecords.ts';

/** An import job. The simulated instance runs none: they are planted, to be listed and to stand in the way. */
export interface ImportJob extends JobRecord {
  readonly inputBlobUri: string;
  readonly outputBlobUri: string;
  /** `notstarted`, `running`, `failed`, `succeeded`, `cancelling` or `cancelled`. */
  readonly status: string;
  /** Milliseconds since 1970; absent while the job is active. */
  readonly finishedAt?: number;
  readonly error?: ErrorDefinition;
}

/** The state of an import job: what it was planted with. */
export function importState({ status, finishedAt }: ImportJob): JobState {
  return finishedAt === undefined ? { status } : { status, finishedAt };
}
