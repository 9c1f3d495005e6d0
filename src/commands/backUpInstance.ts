import { Backup, type MadeBackup } from '../backup/backup.ts';
import { suggestedName } from '../backup/bulkFile.ts';
import { backupFailure } from '../backup/transferFailure.ts';
import { TransferProgress } from '../backup/transferProgress.ts';
import { backupEndText, inTheWayText } from '../backup/transferText.ts';
import { remedyTitles } from '../jobs/remedies.ts';
import { askBackupTarget } from '../prompts/backupFiles.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { reportFailure } from '../views/failureMessage.ts';
import { showTransfer } from '../views/transferNotification.ts';
import { askInstanceStep, lookAt, signIn, signInTo, withChosen, type Purpose } from './instanceSteps.ts';
import type { CommandHandler, Parts } from './parts.ts';
import { askToSignIn, instanceArgument, openFile, tell, transferParts } from './transfers.ts';
import { showActiveJob } from './watchActiveJob.ts';

const position = { step: 1, totalSteps: 1 };

const openManifest = 'Open Manifest';

/** What the steps before a backup have to know of it. */
const purpose: Purpose = {
  reason: (instance) => `To back up ${instance}.`,
  failed: backupFailure,
};

/**
 * "Back Up Instance…": writes all that an instance holds into a file that the person chooses. Takes an instance's row or
 * `{hostname}`; returns the path of the file and what is in it, or undefined when there is none.
 */
export function backUpInstance(parts: Parts): CommandHandler {
  return async (argument) => {
    const given = instanceArgument(parts, argument);
    if (!(await (given ? signInTo(parts, given, purpose) : signIn(parts, purpose)))) {
      return undefined;
    }
    return withChosen(parts, given, async (onChosen) => {
      const host = given ?? (await chooseHost(parts, onChosen));
      if (!host) {
        return undefined;
      }
      const looked = await lookAt(parts, host, purpose, `Back Up ${host.hostname}: Checking`, position);
      if (looked.kind !== 'value') {
        return undefined;
      }
      const { active } = looked.value;
      if (active) {
        showActiveJob(parts, host, active, inTheWayText(host, active, parts.clock.now(), 'backup'));
        return undefined;
      }
      const made = await writeBackup(parts, host);
      if (!made) {
        return undefined;
      }
      void showEnd(parts, host, made);
      return { file: made.path, manifest: made.manifest };
    });
  };
}

/**
 * Asks where to and makes the backup. How it went is the caller's to say.
 *
 * @returns undefined when the person backed out or cancelled
 * @throws OperationFailedError when it could not be made
 */
export async function writeBackup(parts: Parts, host: InstanceHost): Promise<MadeBackup | undefined> {
  const { clock } = parts;
  const target = await askBackupTarget(host.name, suggestedName(host.name, clock.now()));
  if (target === undefined) {
    return undefined;
  }
  const progress = new TransferProgress(clock);
  const backup = new Backup(transferParts(parts));
  try {
    return await showTransfer(`Backing up ${host.hostname}`, progress, clock, (signal) =>
      backup.make({ host, target, signal, progress, signIn: askToSignIn(parts, host, 'backup') }),
    );
  } catch (error) {
    throw backupFailure(host, error);
  }
}

async function chooseHost(parts: Parts, onChosen: (host: InstanceHost) => void): Promise<InstanceHost | undefined> {
  const chosen = await askInstanceStep(parts, purpose, 'Back Up Instance', position, onChosen);
  return chosen.kind === 'value' ? chosen.value : undefined;
}

async function showEnd({ log }: Parts, host: InstanceHost, made: MadeBackup): Promise<void> {
  try {
    const chosen = await tell(backupEndText(made, host.name), openManifest, remedyTitles.showLog);
    if (chosen === openManifest) {
      await openFile(made.manifestPath);
    } else if (chosen === remedyTitles.showLog) {
      log.show();
    }
  } catch (error) {
    reportFailure(log, error);
  }
}
