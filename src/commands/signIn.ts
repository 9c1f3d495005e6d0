import * as vscode from 'vscode';
import type { CommandHandler, Parts } from './parts.ts';

/** "Sign In": asks for a Microsoft account, another than before if the person likes, then for all jobs. */
export function signIn({ account, list }: Pick<Parts, 'account' | 'list'>): CommandHandler {
  return async () => {
    const label = await account.signIn(
      'To list and start deletion jobs on your Azure Digital Twins instances.',
      'anew',
    );
    if (label === undefined) {
      return;
    }
    void vscode.window.showInformationMessage(`Signed in as ${label}.`);
    await list.refreshAll();
  };
}
