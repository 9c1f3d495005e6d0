import * as vscode from 'vscode';
import type { CommandHandler, Parts } from './parts.ts';

/** "Refresh": asks again for the jobs of all instances, or of the one whose job is in the editor. */
export function refresh({ list, documents }: Pick<Parts, 'list' | 'documents'>): CommandHandler {
  return async (argument) => {
    // In the title of the view, VS Code passes the row that has the focus; that is not what is to be refreshed.
    const host = argument instanceof vscode.Uri ? documents.jobOf(argument)?.host : undefined;
    await vscode.window.withProgress({ location: { viewId: 'digitalTwins.jobs' } }, () =>
      host ? list.refresh(host) : list.refreshAll(),
    );
  };
}
