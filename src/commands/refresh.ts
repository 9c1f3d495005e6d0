import * as vscode from 'vscode';
import { InstanceNode, ProblemNode } from '../views/jobNodes.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** "Refresh": asks again for the jobs of one instance (its row, or a job's document), or of all. */
export function refresh({ list, documents }: Parts): CommandHandler {
  return async (argument) => {
    const host =
      argument instanceof InstanceNode || argument instanceof ProblemNode
        ? argument.host
        : argument instanceof vscode.Uri
          ? documents.jobOf(argument)?.host
          : undefined;
    await vscode.window.withProgress({ location: { viewId: 'digitalTwins.jobs' } }, () =>
      host ? list.refresh(host) : list.refreshAll(),
    );
  };
}
