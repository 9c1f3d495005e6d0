import { explain } from '../service/explain.ts';
import { printable } from '../service/printable.ts';
import { elapsed, type DeletionJob } from './deletionJob.ts';
import { formatAge, formatDuration } from './duration.ts';

/** A job's status in words. */
export function statusText({ state }: DeletionJob): string {
  switch (state.status) {
    case 'notstarted':
      return 'not started';
    case 'unconfirmed':
      return 'start unconfirmed';
    case 'absent':
      return 'was not started';
    case 'forgotten':
      return 'unknown to the service';
    case 'other':
      return printable(state.text, 40);
    default:
      return state.status;
  }
}

/**
 * Status and age or duration: `running, 3 min`, `succeeded in 2 min 3 s`, `failed after 15 min`; for an active job that
 * can't be asked for also since when and why.
 *
 * @param age how to write an age; whole minutes where it is not redrawn each second
 */
export function describeJob(job: DeletionJob, now: number, age: (milliseconds: number) => string = formatAge): string {
  const status = statusText(job);
  const time = elapsed(job, now);
  switch (job.state.status) {
    case 'succeeded':
      return time === undefined ? status : `${status} in ${formatDuration(time)}`;
    case 'failed':
      return time === undefined ? status : `${status} after ${formatDuration(time)}`;
    case 'absent':
    case 'forgotten':
      return status;
    default: {
      const lasting = time === undefined ? status : `${status}, ${age(time)}`;
      return job.problem === undefined
        ? lasting
        : `${lasting}, no news for ${age(now - job.problem.since)}: ${explain(job.problem.error).short}`;
    }
  }
}
