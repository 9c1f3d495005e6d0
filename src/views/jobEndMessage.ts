import * as vscode from 'vscode';
import { elapsed, type DeletionJob } from '../jobs/deletionJob.ts';
import { formatDuration } from '../jobs/duration.ts';
import { errorWords, sentence } from '../service/errorText.ts';
import { printable } from '../service/printable.ts';

/** Says how a job ended: once, and with the ways to learn more. */
export async function showJobEnd(
  job: DeletionJob,
  now: number,
  actions: { readonly showJob: () => unknown; readonly showLog: () => unknown },
): Promise<void> {
  const chosen = await show(job, now, ['Show Job Details', 'Show Log']);
  if (chosen === 'Show Job Details') {
    await actions.showJob();
  } else if (chosen === 'Show Log') {
    await actions.showLog();
  }
}

function show(job: DeletionJob, now: number, buttons: readonly string[]): Thenable<string | undefined> {
  const { host, state } = job;
  const time = elapsed(job, now);
  switch (state.status) {
    case 'succeeded':
      return vscode.window.showInformationMessage(
        `The deletion job on ${host.name} succeeded${time === undefined ? '' : ` in ${formatDuration(time)}`}. ` +
          `All models, twins and relationships of ${host.hostname} are deleted.`,
        ...buttons,
      );
    case 'failed': {
      const said = errorWords(state.error ?? {});
      return vscode.window.showErrorMessage(
        `The deletion job on ${host.name} failed${time === undefined ? '' : ` after ${formatDuration(time)}`}` +
          `${said === '' ? ', and the service names no reason.' : sentence(`: ${said}`)} ` +
          `The state of ${host.hostname} is unknown: some of its models, twins and relationships may be deleted, ` +
          'others left. Start a new job to delete the rest.',
        ...buttons,
      );
    }
    default:
      return vscode.window.showWarningMessage(
        `${host.name} no longer knows the deletion job ${printable(job.id, 128)}: whether it ended well is unknown. ` +
          `Find out what is left on ${host.hostname} before you go on.`,
        ...buttons,
      );
  }
}
