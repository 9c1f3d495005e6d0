import * as vscode from 'vscode';
import { InstanceNode, ProblemNode } from '../views/jobNodes.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** "Refresh" on a row: asks again for the jobs of its instance. */
export function refreshInstance({ list }: Pick<Parts, 'list'>): CommandHandler {
  return async (argument) => {
    if (argument instanceof InstanceNode || argument instanceof ProblemNode) {
      await vscode.window.withProgress({ location: { viewId: 'digitalTwins.jobs' } }, () =>
        list.refresh(argument.host),
      );
    }
  };
}
