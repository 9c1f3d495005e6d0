import * as vscode from 'vscode';
import type { DeletionJob } from '../jobs/deletionJob.ts';
import type { EndMessage } from '../jobs/endText.ts';
import { JobNode } from './jobNodes.ts';

const show: Readonly<
  Record<EndMessage['severity'], (text: string, ...items: string[]) => Thenable<string | undefined>>
> = {
  information: (text, ...items) => vscode.window.showInformationMessage(text, ...items),
  warning: (text, ...items) => vscode.window.showWarningMessage(text, ...items),
  error: (text, ...items) => vscode.window.showErrorMessage(text, ...items),
};

/** Says how a job ended, with the ways to go on and to learn more. */
export async function showJobEnd(job: DeletionJob, now: number): Promise<void> {
  const { endActionTitles, endMessage } = await import('../jobs/endText.ts');
  const { severity, text, actions } = endMessage(job, now);
  const items = actions.map((action) => endActionTitles[action]);
  const chosen = await show[severity](text, ...items);
  const action = actions.find((each) => endActionTitles[each] === chosen);
  if (action) {
    await vscode.commands.executeCommand(`digitalTwins.${action}`, ...(action === 'showLog' ? [] : [new JobNode(job)]));
  }
}
