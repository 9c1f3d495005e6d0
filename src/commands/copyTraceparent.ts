import * as vscode from 'vscode';
import { jobArgument } from './jobArgument.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** "Copy traceparent": puts a job's traceparent on the clipboard, for a look into traces or a support request. */
export function copyTraceparent(parts: Pick<Parts, 'store' | 'list' | 'documents'>): CommandHandler {
  return async (argument) => {
    const job = await jobArgument(parts, argument);
    if (job) {
      await vscode.env.clipboard.writeText(job.trace.traceparent);
      vscode.window.setStatusBarMessage('traceparent copied', 3000);
    }
  };
}
