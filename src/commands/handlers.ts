import { addInstance } from './addInstance.ts';
import { backUpInstance } from './backUpInstance.ts';
import { copyDiagnostics } from './copyDiagnostics.ts';
import { copyHostName } from './copyHostName.ts';
import { copyJobId } from './copyJobId.ts';
import { copyTraceparent } from './copyTraceparent.ts';
import { exportJobHistory } from './exportJobHistory.ts';
import { openInPortal } from './openInPortal.ts';
import { openTroubleshooting } from './openTroubleshooting.ts';
import type { CommandHandler, Parts } from './parts.ts';
import { protectInstance } from './protectInstance.ts';
import { refresh } from './refresh.ts';
import { refreshInstance } from './refreshInstance.ts';
import type { CommandName } from './registerCommands.ts';
import { removeInstance } from './removeInstance.ts';
import { removeProtection } from './removeProtection.ts';
import { restoreBackup } from './restoreBackup.ts';
import { revealJob } from './revealJob.ts';
import { showJob } from './showJob.ts';
import { showLog } from './showLog.ts';
import { showMoreJobs } from './showMoreJobs.ts';
import { signIn } from './signIn.ts';
import { startAgain } from './startAgain.ts';
import { startDeletionJob } from './startDeletionJob.ts';
import { switchAccount } from './switchAccount.ts';
import { validateBackup } from './validateBackup.ts';

/** What each command does. Loaded with the first that is called. */
export const handlers: Readonly<Record<CommandName, (parts: Parts) => CommandHandler>> = {
  signIn,
  switchAccount,
  copyHostName,
  openInPortal,
  addInstance,
  startDeletionJob,
  startAgain,
  backUpInstance,
  restoreBackup,
  validateBackup,
  protectInstance,
  removeProtection,
  refresh,
  refreshInstance,
  removeInstance,
  showJob,
  revealJob,
  showMoreJobs,
  copyJobId,
  copyTraceparent,
  copyDiagnostics,
  exportJobHistory,
  openTroubleshooting,
  showLog,
};
