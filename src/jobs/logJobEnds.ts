import { errorLine } from '../service/errorText.ts';
import type { Log } from '../service/log.ts';
import { printable } from '../service/printable.ts';
import { elapsed, isActive, type DeletionJob } from './deletionJob.ts';
import { formatDuration } from './duration.ts';
import type { JobStore } from './jobStore.ts';
import { statusText } from './jobText.ts';

/** Writes into the log how each job that was seen active has ended; a failure with all its codes. */
export function logJobEnds(store: JobStore, log: Log, now: () => number): void {
  store.on('job', (job, before) => {
    if (before && isActive(before) && !isActive(job)) {
      const { status } = job.state;
      log[status === 'succeeded' ? 'info' : status === 'failed' ? 'error' : 'warn'](describeEnd(job, now()));
    }
  });
}

function describeEnd(job: DeletionJob, now: number): string {
  const time = elapsed(job, now);
  return [
    `Deletion job ${printable(job.id, 128)} ${statusText(job)}${time === undefined ? '' : `, ${formatDuration(time)}`}`,
    `host ${job.host.hostname}`,
    `traceparent ${job.trace.traceparent}`,
    ...(job.state.status === 'failed' ? [errorLine(job.state.error ?? {})] : []),
  ].join(', ');
}
