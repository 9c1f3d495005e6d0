import type { DeletionJob } from '../jobs/deletionJob.ts';
import { elapsed } from '../jobs/deletionJob.ts';
import { formatAge, formatDuration } from '../jobs/duration.ts';
import { explain } from '../service/explain.ts';
import { printable } from '../service/printable.ts';

/** A job's status in words. */
export function statusText({ state }: DeletionJob): string {
  switch (state.status) {
    case 'notstarted':
      return 'not started';
    case 'forgotten':
      return 'unknown to the service';
    case 'other':
      return printable(state.text, 40);
    default:
      return state.status;
  }
}

/** Status and age or duration: `running, 3 min`, `succeeded in 2 min 3 s`, `failed after 15 min`. */
export function describeJob(job: DeletionJob, now: number): string {
  const status = statusText(job);
  const time = elapsed(job, now);
  switch (job.state.status) {
    case 'succeeded':
      return time === undefined ? status : `${status} in ${formatDuration(time)}`;
    case 'failed':
      return time === undefined ? status : `${status} after ${formatDuration(time)}`;
    case 'forgotten':
      return status;
    default: {
      const age = time === undefined ? status : `${status}, ${formatAge(time)}`;
      return job.problem === undefined
        ? age
        : `${age}, not reached for ${formatAge(now - job.problem.since)}: ${explain(job.problem.error).short}`;
    }
  }
}
