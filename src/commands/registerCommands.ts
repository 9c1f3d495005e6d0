import * as vscode from 'vscode';
import { reportFailure } from '../views/failureMessage.ts';
import type { Parts } from './parts.ts';

const commandNames = [
  'signIn',
  'switchAccount',
  'copyHostName',
  'openInPortal',
  'addInstance',
  'startDeletionJob',
  'startAgain',
  'backUpInstance',
  'restoreBackup',
  'validateBackup',
  'protectInstance',
  'removeProtection',
  'refresh',
  'refreshInstance',
  'removeInstance',
  'showJob',
  'revealJob',
  'showMoreJobs',
  'copyJobId',
  'copyTraceparent',
  'copyDiagnostics',
  'exportJobHistory',
  'openTroubleshooting',
  'showLog',
] as const;

/** A command, by its id without `digitalTwins.`. */
export type CommandName = (typeof commandNames)[number];

/** Registers every command, each with the one handler of failures around it: log them, and say them once. */
export function registerCommands(parts: Parts): vscode.Disposable {
  return vscode.Disposable.from(
    ...commandNames.map((name) =>
      vscode.commands.registerCommand(`digitalTwins.${name}`, async (argument?: unknown) => {
        try {
          await parts.ready;
          // With the first command that is called, and all at once: a file for each costs more than what is in it.
          const { handlers } = await import('./handlers.ts');
          return await handlers[name](parts)(argument);
        } catch (error) {
          reportFailure(parts.log, error);
          return undefined;
        }
      }),
    ),
  );
}
