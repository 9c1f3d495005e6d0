import * as vscode from 'vscode';
import { jobArgument } from './jobArgument.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** "Copy Job ID": puts a job's id on the clipboard. */
export function copyJobId(parts: Pick<Parts, 'store' | 'list' | 'documents'>): CommandHandler {
  return async (argument) => {
    const job = await jobArgument(parts, argument);
    if (job) {
      await vscode.env.clipboard.writeText(job.id);
      vscode.window.setStatusBarMessage('Job ID copied', 3000);
    }
  };
}
