import * as vscode from 'vscode';
import { InstanceNode } from '../views/jobNodes.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** "Remove Instance from List": forgets an instance here; at the service nothing happens, which is said where it matters. */
export function removeInstance({ instances, store }: Pick<Parts, 'instances' | 'store'>): CommandHandler {
  return async (argument) => {
    if (!(argument instanceof InstanceNode)) {
      return;
    }
    const { host } = argument;
    const isDeleting = store.activeJobsOf(host).length > 0;
    await instances.remove(host);
    if (isDeleting) {
      void vscode.window.showInformationMessage(
        `${host.name} was removed from the list. Its deletion job goes on at the service and is no longer watched.`,
      );
    }
  };
}
