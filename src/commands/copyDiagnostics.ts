import * as vscode from 'vscode';
import { diagnostics } from '../jobs/diagnostics.ts';
import { jobArgument } from './jobArgument.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** "Copy Diagnostics": puts all about a job that a support ticket needs on the clipboard, and nothing secret. */
export function copyDiagnostics(parts: Parts): CommandHandler {
  return async (argument) => {
    const job = await jobArgument(parts, argument);
    if (job) {
      const { failures, versions, clock } = parts;
      await vscode.env.clipboard.writeText(diagnostics(job, failures.failures, versions, clock.now()));
      vscode.window.setStatusBarMessage('Diagnostics copied', 3000);
    }
  };
}
