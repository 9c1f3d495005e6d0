import * as vscode from 'vscode';
import type { CommandHandler, Parts } from './parts.ts';

/** "Sign In": asks for a Microsoft account, then for the jobs that could not be had without one. */
export function signIn({ account, list }: Parts): CommandHandler {
  return async () => {
    const label = await account.signIn('To list and start deletion jobs on your Azure Digital Twins instances.');
    if (label === undefined) {
      return;
    }
    void vscode.window.showInformationMessage(`Signed in as ${label}.`);
    await list.refreshAll();
  };
}
