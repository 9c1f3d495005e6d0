import * as vscode from 'vscode';
import type { DeletionJob } from '../jobs/deletionJob.ts';
import { statusText } from '../jobs/jobText.ts';
import { printable } from '../service/printable.ts';

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
    label: withoutIcons(printable(job.id, 128)),
    description: withoutIcons(`${job.host.name}, ${statusText(job)}`),
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

function withoutIcons(text: string): string {
  return text.replaceAll('$(', '$ (');
}
