import * as vscode from 'vscode';
import { reportFailure } from '../views/failureMessage.ts';
import type { CommandHandler, Parts } from './parts.ts';

/** Loads a command when it is first called: activation should not pay for what may never be used. */
type Load = (parts: Parts) => Promise<CommandHandler>;

const commands: Readonly<Record<string, Load>> = {
  signIn: async (parts) => (await import('./signIn.ts')).signIn(parts),
  switchAccount: async (parts) => (await import('./switchAccount.ts')).switchAccount(parts),
  copyHostName: async (parts) => (await import('./copyHostName.ts')).copyHostName(parts),
  openInPortal: async (parts) => (await import('./openInPortal.ts')).openInPortal(parts),
  addInstance: async (parts) => (await import('./addInstance.ts')).addInstance(parts),
  startDeletionJob: async (parts) => (await import('./startDeletionJob.ts')).startDeletionJob(parts),
  startAgain: async (parts) => (await import('./startAgain.ts')).startAgain(parts),
  protectInstance: async (parts) => (await import('./protectInstance.ts')).protectInstance(parts),
  removeProtection: async (parts) => (await import('./removeProtection.ts')).removeProtection(parts),
  refresh: async (parts) => (await import('./refresh.ts')).refresh(parts),
  refreshInstance: async (parts) => (await import('./refreshInstance.ts')).refreshInstance(parts),
  removeInstance: async (parts) => (await import('./removeInstance.ts')).removeInstance(parts),
  showJob: async (parts) => (await import('./showJob.ts')).showJob(parts),
  revealJob: async (parts) => (await import('./revealJob.ts')).revealJob(parts),
  showMoreJobs: async (parts) => (await import('./showMoreJobs.ts')).showMoreJobs(parts),
  copyJobId: async (parts) => (await import('./copyJobId.ts')).copyJobId(parts),
  copyTraceparent: async (parts) => (await import('./copyTraceparent.ts')).copyTraceparent(parts),
  copyDiagnostics: async (parts) => (await import('./copyDiagnostics.ts')).copyDiagnostics(parts),
  exportJobHistory: async (parts) => (await import('./exportJobHistory.ts')).exportJobHistory(parts),
  openTroubleshooting: async (parts) => (await import('./openTroubleshooting.ts')).openTroubleshooting(parts),
  showLog: async (parts) => (await import('./showLog.ts')).showLog(parts),
};

/** Registers every command, each with the one handler of failures around it: log them, and say them once. */
export function registerCommands(parts: Parts): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, load]) =>
      vscode.commands.registerCommand(`digitalTwins.${name}`, async (argument?: unknown) => {
        try {
          await parts.ready;
          const run = await load(parts);
          return await run(argument);
        } catch (error) {
          reportFailure(parts.log, error);
          return undefined;
        }
      }),
    ),
  );
}
