import { errorWords, sentence } from '../service/errorText.ts';
import { printable } from '../service/printable.ts';
import { contentsText, isEmpty, uncountedText, type CountedContents } from './contents.ts';
import { elapsed, timeoutAt, type DeletionJob } from './deletionJob.ts';
import { formatDuration, formatEstimate } from './duration.ts';
import { describeJob } from './jobText.ts';
import { estimatedTimeLeft } from './progress.ts';

/** What a person can press when a job has ended. */
export type EndAction = 'startAgain' | 'showJob' | 'copyDiagnostics' | 'showLog';

/** What the button of each says. */
export const endActionTitles: Readonly<Record<EndAction, string>> = {
  startAgain: 'Start Again…',
  showJob: 'Show Job Details',
  copyDiagnostics: 'Copy Diagnostics',
  showLog: 'Show Log',
};

/** How a job has ended, in words for a person. */
export interface EndMessage {
  readonly severity: 'information' | 'warning' | 'error';
  readonly text: string;
  readonly actions: readonly EndAction[];
}

/** Says how a job has ended: what was verified, what that means for the data, and what to do. */
export function endMessage(job: DeletionJob, now: number): EndMessage {
  const { host, state } = job;
  switch (state.status) {
    case 'succeeded':
      return succeeded(job, now);
    case 'failed': {
      const said = errorWords(state.error ?? {});
      return {
        severity: 'error',
        text:
          `The deletion job on ${host.name} ${describeJob(job, now)}` +
          `${said === '' ? ', and the service names no reason.' : sentence(`: ${said}`)} ` +
          `The state of ${host.hostname} is unknown: some of its models, twins and relationships may be deleted, ` +
          `others left. ${leftSentence(job.leftover)} Start again to delete the rest.`,
        actions: ['startAgain', 'showJob', 'copyDiagnostics'],
      };
    }
    case 'absent':
      return {
        severity: 'warning',
        text:
          `The deletion job on ${host.name} was not started: ${host.hostname} does not know it. ` +
          'This attempt deleted nothing. You can start again.',
        actions: ['startAgain', 'copyDiagnostics'],
      };
    default:
      return {
        severity: 'warning',
        text:
          `${host.name} no longer knows the deletion job ${printable(job.id, 128)}: whether it ended well is unknown. ` +
          `${leftSentence(job.leftover)} Find out what is left on ${host.hostname} before you go on.`,
        actions: ['showJob', 'copyDiagnostics'],
      };
  }
}

function succeeded(job: DeletionJob, now: number): EndMessage {
  const { host, leftover } = job;
  const time = elapsed(job, now);
  const took = time === undefined ? '' : ` in ${formatDuration(time)}`;
  const isVerified = leftover !== undefined && leftover.missing === undefined;
  if (isVerified && isEmpty(leftover)) {
    const before = job.start?.before;
    const gone = before && uncountedText(before) === '' && !isEmpty(before) ? contentsText(before) : 'all that it held';
    return {
      severity: 'information',
      text: `${host.name} is empty: ${gone} deleted${took}. The deletion job on ${host.name} succeeded${took}, and a count after it found nothing left.`,
      actions: ['showJob', 'showLog'],
    };
  }
  if (isVerified) {
    return {
      severity: 'warning',
      text:
        `The deletion job on ${host.name} succeeded${took}, yet a count after it found ${contentsText(leftover, 'left out')} ` +
        `on ${host.hostname}. Something may be writing to the instance: stop it, then start again.`,
      actions: ['startAgain', 'showJob', 'copyDiagnostics'],
    };
  }
  return {
    severity: 'information',
    text:
      `The deletion job on ${host.name} succeeded${took}: by the service's word, all models, twins and relationships of ` +
      `${host.hostname} are deleted. ${leftSentence(leftover)}`,
    actions: ['showJob', 'showLog'],
  };
}

/** What a count after the end has found, as a sentence. */
function leftSentence(leftover: CountedContents | undefined): string {
  if (!leftover) {
    return 'What is left was not counted.';
  }
  const counted = contentsText(leftover);
  const uncounted = uncountedText(leftover);
  const missing =
    uncounted === '' ? '' : ` The ${uncounted} could not be counted: ${leftover.missing ?? 'no reason known'}.`;
  if (counted === '') {
    return missing.trim();
  }
  return `${isEmpty(leftover) ? 'A count found nothing left.' : `A count found ${counted} left.`}${missing}`;
}

/** Warns that by the estimate a job will reach its timeout before its end: what that means, and what can be done. */
export function timeoutWarning(job: DeletionJob, now: number): string {
  const at = timeoutAt(job) ?? now;
  const left = estimatedTimeLeft(job.progress, now) ?? 0;
  return (
    `The deletion job on ${job.host.name} will probably not be done in time: at the present pace it needs about ` +
    `${formatEstimate(left)} more, and it times out in ${formatEstimate(at - now)}. It will then fail and leave the rest ` +
    `on ${job.host.hostname}. Nothing can be done about the running job; when it has failed, start again, with a longer timeout.`
  );
}
