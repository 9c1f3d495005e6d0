import * as vscode from 'vscode';
import type { DeletionJob } from '../jobs/deletionJob.ts';
import { describeJob } from '../jobs/jobText.ts';
import { errorWords, sentence } from '../service/errorText.ts';
import { printable } from '../service/printable.ts';
import { JobNode } from './jobNodes.ts';

const showJob = 'Show Job Details';
const showLog = 'Show Log';

/** Says how a job ended: once, and with the ways to learn more. */
export async function showJobEnd(job: DeletionJob, now: number): Promise<void> {
  const chosen = await show(job, now);
  if (chosen === showJob) {
    await vscode.commands.executeCommand('digitalTwins.showJob', new JobNode(job));
  } else if (chosen === showLog) {
    await vscode.commands.executeCommand('digitalTwins.showLog');
  }
}

function show(job: DeletionJob, now: number): Thenable<string | undefined> {
  const { host, state } = job;
  switch (state.status) {
    case 'succeeded':
      return vscode.window.showInformationMessage(
        `The deletion job on ${host.name} ${describeJob(job, now)}. ` +
          `All models, twins and relationships of ${host.hostname} are deleted.`,
        showJob,
        showLog,
      );
    case 'failed': {
      const said = errorWords(state.error ?? {});
      return vscode.window.showErrorMessage(
        `The deletion job on ${host.name} ${describeJob(job, now)}` +
          `${said === '' ? ', and the service names no reason.' : sentence(`: ${said}`)} ` +
          `The state of ${host.hostname} is unknown: some of its models, twins and relationships may be deleted, ` +
          'others left. Start a new job to delete the rest.',
        showJob,
        showLog,
      );
    }
    case 'absent':
      return vscode.window.showWarningMessage(
        `The deletion job on ${host.name} was not started: ${host.hostname} does not know it. ` +
          'This attempt deleted nothing. You can start again.',
        showLog,
      );
    default:
      return vscode.window.showWarningMessage(
        `${host.name} no longer knows the deletion job ${printable(job.id, 128)}: whether it ended well is unknown. ` +
          `Find out what is left on ${host.hostname} before you go on.`,
        showJob,
        showLog,
      );
  }
}
