import * as vscode from 'vscode';
import { historyJson } from '../jobs/historyJson.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** "Export Job History…": writes all remembered jobs, the purged ones too, into a JSON file that the person chooses. */
export function exportJobHistory({
  shared,
  versions,
  clock,
}: Pick<Parts, 'shared' | 'versions' | 'clock'>): CommandHandler {
  return async () => {
    const jobs = await shared.readAll();
    if (jobs.length === 0) {
      void vscode.window.showInformationMessage('No jobs are remembered yet: list or start one first.');
      return;
    }
    const name = `deletion-jobs-${new Date(clock.now()).toISOString().slice(0, 10)}.json`;
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const target = await vscode.window.showSaveDialog({
      title: 'Export Job History',
      saveLabel: 'Export',
      filters: { JSON: ['json'] },
      ...(folder && { defaultUri: vscode.Uri.joinPath(folder.uri, name) }),
    });
    if (!target) {
      return;
    }
    const { text, count } = historyJson(jobs, versions, clock.now());
    await vscode.workspace.fs.writeFile(target, Buffer.from(text));
    const open = 'Open';
    const said = `${count === 1 ? '1 job was' : `${count} jobs were`} exported to ${target.fsPath}.`;
    if ((await vscode.window.showInformationMessage(said, open)) === open) {
      await vscode.window.showTextDocument(target);
    }
  };
}
