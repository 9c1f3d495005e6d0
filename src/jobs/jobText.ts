import { printable } from '../service/printable.ts';
import { contentsText } from './contents.ts';
import { elapsed, hasUntoldEnd, timeoutAt, type DeletionJob } from './deletionJob.ts';
import { formatAge, formatDuration, formatEstimate } from './duration.ts';
import { estimatedTimeLeft, percentDone } from './progress.ts';

/** A job's status in words. */
export function statusText({ state }: Pick<DeletionJob, 'state'>): string {
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
 * Status and age or duration: `running, 3 min, 42 %, about 5 min left, times out in 54 min`, `succeeded in 2 min 3 s`,
 * `failed after 15 min, purged`; for an active job that can't be asked for also since when and why.
 *
 * @param age how to write an age; whole minutes where it is not redrawn each second
 */
export function describeJob(job: DeletionJob, now: number, age: (milliseconds: number) => string = formatAge): string {
  const status = statusText(job);
  const time = elapsed(job, now);
  const rest = `${isBeingCounted(job) ? ', counting what is left' : ''}${job.isPurged ? ', purged' : ''}`;
  switch (job.state.status) {
    case 'succeeded':
      return `${time === undefined ? status : `${status} in ${formatDuration(time)}`}${rest}`;
    case 'failed':
      return `${time === undefined ? status : `${status} after ${formatDuration(time)}`}${rest}`;
    case 'absent':
    case 'forgotten':
      return status;
    default:
      return [
        status,
        ...(time === undefined ? [] : [age(time)]),
        ...(job.problem ? [`no news for ${age(now - job.problem.since)}: ${job.problem.short}`] : []),
        ...progressTexts(job, now),
        ...timeoutTexts(job, now),
      ].join(', ');
  }
}

/** Whether a job has ended and what it has left is still being found out, before the person is told. */
function isBeingCounted(job: DeletionJob): boolean {
  return hasUntoldEnd(job) && !job.leftover;
}

/** The percent that are done of an active job, as it is shown everywhere: `42 %`; undefined when it can't be told. */
export function percentText(job: DeletionJob): string | undefined {
  const percent = percentDone(job.start?.before, job.progress);
  return percent === undefined ? undefined : `${percent} %`;
}

/** What is left of the instance's contents while a job is active: `700 twins and 1,400 relationships`; may be empty. */
export function leftText(job: DeletionJob): string {
  return job.progress ? contentsText(job.progress.left, 'left out') : '';
}

function progressTexts(job: DeletionJob, now: number): string[] {
  const percent = percentText(job);
  const left = estimatedTimeLeft(job.progress, now);
  return [
    ...(percent === undefined ? [] : [percent]),
    ...(left === undefined ? [] : [`about ${formatEstimate(left)} left`]),
  ];
}

function timeoutTexts(job: DeletionJob, now: number): string[] {
  const at = timeoutAt(job);
  if (at === undefined || job.state.status === 'unconfirmed') {
    return [];
  }
  // The service may be late to say that the time is up.
  return [at > now ? `times out in ${formatEstimate(at - now)}` : 'timeout reached'];
}
