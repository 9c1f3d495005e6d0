import * as vscode from 'vscode';
import { pickInstance } from '../prompts/instancePick.ts';
import { InstanceNode } from '../views/jobNodes.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** "Copy Host Name": puts an instance's host name on the clipboard. */
export function copyHostName({ store }: Pick<Parts, 'store'>): CommandHandler {
  return async (argument) => {
    const host =
      argument instanceof InstanceNode
        ? argument.host
        : await pickInstance('Copy Host Name', store.instances, 'There is no instance in the list.');
    if (host) {
      await vscode.env.clipboard.writeText(host.hostname);
      vscode.window.setStatusBarMessage('Host name copied', 3000);
    }
  };
}
