import * as vscode from 'vscode';
import type { DeletionJob } from '../jobs/deletionJob.ts';
import { pickJob } from '../prompts/jobPick.ts';
import { jobDocumentScheme } from '../views/jobDocument.ts';
import { JobNode } from '../views/jobNodes.ts';
import type { Parts } from './parts.ts';

/**
 * The job that a command is about: its row in the tree, its document in the editor, or one that the person picks.
 * Undefined when the person backs out or there is none.
 */
export async function jobArgument(
  { store, list, documents }: Pick<Parts, 'store' | 'list' | 'documents'>,
  argument: unknown,
): Promise<DeletionJob | undefined> {
  if (argument instanceof JobNode) {
    const job = store.job(argument.host, argument.id);
    if (!job) {
      void vscode.window.showInformationMessage('This job is no longer listed. Refresh the view Deletion Jobs.');
    }
    return job;
  }
  const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
  const shown = uri?.scheme === jobDocumentScheme ? documents.jobOf(uri) : undefined;
  if (shown) {
    return shown;
  }
  await vscode.window.withProgress({ location: { viewId: 'digitalTwins.jobs' } }, () => list.loadUnasked());
  return pickJob(store.jobs);
}
