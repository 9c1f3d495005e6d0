import * as vscode from 'vscode';
import type { DeletionJob } from '../jobs/deletionJob.ts';
import { JobNode } from './jobNodes.ts';

const showJob = 'Show Job Details';

/** Warns that by the estimate a job will reach its timeout before its end. */
export async function showTimeoutWarning(job: DeletionJob, now: number): Promise<void> {
  const { timeoutWarning } = await import('../jobs/endText.ts');
  if ((await vscode.window.showWarningMessage(timeoutWarning(job, now), showJob)) === showJob) {
    await vscode.commands.executeCommand('digitalTwins.showJob', new JobNode(job));
  }
}
