import * as vscode from 'vscode';
import type { BackupParts } from '../backup/backup.ts';
import type { TransferMessage } from '../backup/transferText.ts';
import { remedyTitles } from '../jobs/remedies.ts';
import type { SignInRequiredError } from '../service/errors.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { InstanceNode, isRow } from '../views/jobNodes.ts';
import { readArguments } from './arguments.ts';
import type { Parts } from './parts.ts';

// What commands have in common that move what an instance holds.

/** What backups and restores are done with. */
export function transferParts({ dataPlane, counter, uses, clock, randomHex, log, versions }: Parts): BackupParts {
  const [[name, version] = ['', '']] = versions;
  return { dataPlane, counter, uses, clock, randomHex, log, madeBy: `${name} ${version}`.trim() };
}

/** The instance that a command was called with: by its row, or by `{hostname}`. Throws InvalidInputError. */
export function instanceArgument({ parseHost }: Parts, argument: unknown): InstanceHost | undefined {
  if (argument instanceof InstanceNode) {
    return argument.host;
  }
  const { hostname } = readArguments(isRow(argument) ? undefined : argument, ['hostname']);
  return hostname === undefined ? undefined : parseHost(hostname);
}

/** Has the person sign in when a token can no longer be had without: what is under way waits for the answer. */
export function askToSignIn(
  { credentials }: Parts,
  host: InstanceHost,
  what: 'backup' | 'restore',
): (error: SignInRequiredError) => Promise<boolean> {
  return async () => {
    const text = `The ${what} of ${host.hostname} waits for you to sign in again.`;
    const chosen = await vscode.window.showWarningMessage(text, remedyTitles.signIn, 'Stop');
    const reason = `To go on with the ${what} of ${host.hostname}.`;
    return chosen === remedyTitles.signIn && (await credentials.signInTo(host, { reason })) !== undefined;
  };
}

/** Says how something ended; the button that was pressed. */
export function tell({ severity, text }: TransferMessage, ...buttons: string[]): Thenable<string | undefined> {
  switch (severity) {
    case 'information':
      return vscode.window.showInformationMessage(text, ...buttons);
    case 'warning':
      return vscode.window.showWarningMessage(text, ...buttons);
    case 'error':
      return vscode.window.showErrorMessage(text, ...buttons);
  }
}

/** Opens a file that a message is about. */
export async function openFile(path: string): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.file(path));
}
