import * as vscode from 'vscode';
import type { DeletionJob } from '../jobs/deletionJob.ts';
import { statusText } from '../jobs/jobText.ts';
import { plainLabel } from './plainLabel.ts';

/**
 * Asks for one of the jobs that are listed.
 *
 * @returns undefined when the person backed out, or there is none: which is said
 */
export async function pickJob(jobs: readonly DeletionJob[]): Promise<DeletionJob | undefined> {
  if (jobs.length === 0) {
    void vscode.window.showInformationMessage(
      'No deletion jobs are listed. Add an instance, or refresh the view Deletion Jobs.',
    );
    return undefined;
  }
  const items = jobs.map((job) => ({
    // What the service says is data: no icons of its own.
    label: plainLabel(job.id, 128),
    description: plainLabel(`${job.host.name}, ${statusText(job)}`, 300),
    detail: job.host.hostname,
    job,
  }));
  const options = {
    title: 'Deletion Jobs',
    placeHolder: 'Choose a job',
    matchOnDescription: true,
    matchOnDetail: true,
  };
  return (await vscode.window.showQuickPick(items, options))?.job;
}
