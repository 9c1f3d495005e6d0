import * as vscode from 'vscode';
import { restoreFailure } from '../backup/transferFailure.ts';
import { Restore, type RestoreResult } from '../backup/restore.ts';
import { TransferProgress } from '../backup/transferProgress.ts';
import { fileName, inTheWayText, needsName, restoreConfirmationText, restoreEndText } from '../backup/transferText.ts';
import type { Preflight } from '../jobs/preflight.ts';
import { remedyTitles } from '../jobs/remedies.ts';
import { askBackupFile, localPath } from '../prompts/backupFiles.ts';
import { askName } from '../prompts/confirmationStep.ts';
import { askSteps, type Step } from '../prompts/steps.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { reportFailure } from '../views/failureMessage.ts';
import { showTransfer } from '../views/transferNotification.ts';
import { askInstanceStep, lookAt, signIn, signInTo, withChosen, type Purpose } from './instanceSteps.ts';
import type { CommandHandler, Parts } from './parts.ts';
import { askToSignIn, instanceArgument, openFile, tell, transferParts } from './transfers.ts';
import { showValidation, validateFile, type ValidatedFile } from './validateBackup.ts';
import { showActiveJob } from './watchActiveJob.ts';

const title = 'Restore Backup';

const showFailures = 'Show Failed Items';

/** What the steps before a restore have to know of it. */
const purpose: Purpose = {
  reason: (instance) => `To restore a backup to ${instance}.`,
  failed: restoreFailure,
};

interface Answers {
  readonly host: InstanceHost;
  readonly preflight: Preflight;
  readonly confirmed: true;
}

/**
 * "Restore Backup…": validates a file and creates in an instance what that lacks of it. Takes the file's Uri from menus,
 * an instance's row, or `{hostname}`; asks for what is missing. Returns how it went, or undefined when nothing was done.
 */
export function restoreBackup(parts: Parts): CommandHandler {
  return async (argument) => {
    const uri = argument instanceof vscode.Uri ? argument : undefined;
    const given = uri ? undefined : instanceArgument(parts, argument);
    const path = uri ? localPath(uri) : await askBackupFile(title, 'Restore');
    const file = path === undefined ? undefined : await validateFile(parts, path);
    if (!file) {
      return undefined;
    }
    if (file.validation.errors > 0) {
      void showValidation(file);
      return undefined;
    }
    if (!(await (given ? signInTo(parts, given, purpose) : signIn(parts, purpose)))) {
      return undefined;
    }
    return withChosen(parts, given, async (onChosen) => {
      const answers = await askSteps<Answers>(steps(parts, file, given, onChosen), given ? { host: given } : {});
      return answers && restore(parts, file, answers.host);
    });
  };
}

function steps(
  parts: Parts,
  file: ValidatedFile,
  given: InstanceHost | undefined,
  onChosen: (host: InstanceHost) => void,
): Step<Answers>[] {
  const instance: Step<Answers> = async (_, position) => {
    const chosen = await askInstanceStep(parts, purpose, `${title}: Instance`, position, onChosen);
    return chosen.kind === 'value' ? { kind: 'value', value: { host: chosen.value } } : chosen;
  };
  const confirmation: Step<Answers> = async ({ host }, position) => {
    if (!host) {
      return { kind: 'cancel' };
    }
    const onHost = `${title} to ${host.hostname}`;
    const looked = await lookAt(parts, host, purpose, `${onHost}: Checking`, position);
    if (looked.kind !== 'value') {
      return looked;
    }
    const preflight = looked.value;
    if (preflight.active) {
      showActiveJob(parts, host, preflight.active, inTheWayText(host, preflight.active, parts.clock.now(), 'restore'));
      return { kind: 'cancel' };
    }
    const identity = parts.instances.identityOf(host);
    const question = { host, ...file, preflight, identity, decommissioned: decommissionedModels(file).length };
    const confirmed = await askName({
      ...{ title: `${onHost}: Confirmation`, host, position },
      text: () => restoreConfirmationText(question, parts.clock.now()),
      takes: needsName(preflight) ? 'name' : 'enter',
    });
    return confirmed.kind === 'value' ? { kind: 'value', value: { preflight, confirmed: true } } : confirmed;
  };
  return [...(given ? [] : [instance]), confirmation];
}

/** The models to decommission: of a manifest, only those that the file has. */
function decommissionedModels({ known, validation }: ValidatedFile): readonly string[] {
  return (known?.decommissionedModels ?? []).filter((id) => validation.modelIds.has(id));
}

async function restore(parts: Parts, file: ValidatedFile, host: InstanceHost): Promise<RestoreResult> {
  const { clock } = parts;
  const { path, validation } = file;
  const { contents } = validation;
  const decommissioned = decommissionedModels(file);
  const progress = new TransferProgress(clock);
  const restoring = new Restore(transferParts(parts));
  const shownTitle = `Restoring ${fileName(path)} to ${host.hostname}`;
  try {
    const result = await showTransfer(shownTitle, progress, clock, (signal) =>
      restoring.run({
        ...{ host, file: path, contents, decommissionedModels: decommissioned, signal, progress },
        signIn: askToSignIn(parts, host, 'restore'),
      }),
    );
    void showEnd(parts, file, host, result);
    return result;
  } catch (error) {
    throw restoreFailure(host, error);
  }
}

async function showEnd({ log }: Parts, file: ValidatedFile, host: InstanceHost, result: RestoreResult): Promise<void> {
  const { path, validation } = file;
  const message = restoreEndText(host, path, validation.contents, decommissionedModels(file).length, result);
  const { failuresPath } = result;
  try {
    const chosen = await tell(message, ...(failuresPath === undefined ? [] : [showFailures]), remedyTitles.showLog);
    if (chosen === showFailures && failuresPath !== undefined) {
      await openFile(failuresPath);
    } else if (chosen === remedyTitles.showLog) {
      log.show();
    }
  } catch (error) {
    reportFailure(log, error);
  }
}
