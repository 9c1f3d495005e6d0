import * as vscode from 'vscode';
import { credentialTitles } from '../service/credentialKind.ts';
import { printable } from '../service/printable.ts';
import { isRow } from '../views/jobNodes.ts';
import { readArguments } from './arguments.ts';
import type { CommandHandler, Parts } from './parts.ts';

/**
 * "Sign In": asks for a Microsoft account, another than before if the person likes, then for all jobs. Called with
 * `{hostname}`, as rows do, it signs in for that instance, with its account and tenant.
 */
export function signIn({
  credentials,
  list,
  parseHost,
  cloud,
  identity,
}: Pick<Parts, 'credentials' | 'list' | 'parseHost' | 'cloud' | 'identity'>): CommandHandler {
  return async (argument) => {
    // In the title of the view, VS Code passes the row that has the focus.
    const { hostname } = readArguments(isRow(argument) ? undefined : argument, ['hostname']);
    const host = hostname === undefined ? undefined : parseHost(hostname);
    const reason = `To list and start deletion jobs on ${host?.hostname ?? 'your Azure Digital Twins instances'}.`;
    const signedIn = await (host
      ? credentials.signInTo(host, { reason })
      : credentials.signIn(cloud(), identity(), { reason, choose: 'anew' }));
    if (!signedIn) {
      return;
    }
    const who = signedIn.account
      ? `as ${printable(signedIn.account.label, 100)}`
      : `with ${credentialTitles[signedIn.credential]}`;
    void vscode.window.showInformationMessage(`Signed in ${who}.`);
    await list.refreshAllAnew();
  };
}
