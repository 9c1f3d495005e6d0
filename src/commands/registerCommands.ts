import * as vscode from 'vscode';
import { reportFailure } from '../views/failureMessage.ts';
import { addInstance } from './addInstance.ts';
import { copyJobId } from './copyJobId.ts';
import { copyTraceparent } from './copyTraceparent.ts';
import type { CommandHandler, Parts } from './parts.ts';
import { refresh } from './refresh.ts';
import { refreshInstance } from './refreshInstance.ts';
import { removeInstance } from './removeInstance.ts';
import { showJob } from './showJob.ts';
import { showLog } from './showLog.ts';
import { signIn } from './signIn.ts';
import { startDeletionJob } from './startDeletionJob.ts';

/** Registers every command, each with the one handler of failures around it: log them, and say them once. */
export function registerCommands(parts: Parts): vscode.Disposable {
  const handlers: Readonly<Record<string, CommandHandler>> = {
    signIn: signIn(parts),
    addInstance: addInstance(parts),
    startDeletionJob: startDeletionJob(parts),
    refresh: refresh(parts),
    refreshInstance: refreshInstance(parts),
    showJob: showJob(parts),
    showLog: showLog(parts),
    removeInstance: removeInstance(parts),
    copyJobId: copyJobId(parts),
    copyTraceparent: copyTraceparent(parts),
  };
  return vscode.Disposable.from(
    ...Object.entries(handlers).map(([name, handler]) =>
      vscode.commands.registerCommand(`digitalTwins.${name}`, async (argument?: unknown) => {
        try {
          await parts.ready;
          return await handler(argument);
        } catch (error) {
          reportFailure(parts.log, error);
          return undefined;
        }
      }),
    ),
  );
}
