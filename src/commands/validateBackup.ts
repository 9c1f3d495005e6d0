import * as vscode from 'vscode';
import { readManifest, type KnownOfBackup } from '../backup/manifest.ts';
import { validate, withManifest, type Validation } from '../backup/validation.ts';
import { fileName, validationText } from '../backup/transferText.ts';
import { askBackupFile, isBackup, localPath } from '../prompts/backupFiles.ts';
import type { CommandHandler, Parts } from './parts.ts';
import { tell } from './transfers.ts';

const showProblems = 'Show Problems';

/** A file that was validated, with what its manifest says. */
export interface ValidatedFile {
  readonly path: string;
  readonly validation: Validation;
  readonly known: KnownOfBackup | undefined;
}

/**
 * "Validate Backup": reads a file and shows what is wrong with it in the Problems panel. Takes the file's Uri from menus;
 * else it is the one in the active editor, or one that the person chooses. Returns how many problems there are.
 */
export function validateBackup(parts: Pick<Parts, 'problems'>): CommandHandler {
  return async (argument) => {
    const active = vscode.window.activeTextEditor?.document.uri;
    const uri = argument instanceof vscode.Uri ? argument : active && isBackup(active) ? active : undefined;
    const path = uri ? localPath(uri) : await askBackupFile('Validate Backup', 'Validate');
    const validated = path === undefined ? undefined : await validateFile(parts, path);
    if (!validated) {
      return undefined;
    }
    void showValidation(validated);
    const { errors, warnings } = validated.validation;
    return { file: validated.path, errors, warnings };
  };
}

/**
 * Validates a file, with its progress and a Cancel button shown, and its problems in the Problems panel.
 *
 * @returns undefined when the person cancelled
 * @throws LocalFileError
 */
export async function validateFile(
  { problems }: Pick<Parts, 'problems'>,
  path: string,
): Promise<ValidatedFile | undefined> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Validating ${fileName(path)}`,
    cancellable: true,
  };
  const cancel = new AbortController();
  try {
    const found = await vscode.window.withProgress(options, (progress, token) => {
      token.onCancellationRequested(() => {
        cancel.abort();
      });
      let shown = 0;
      return validate(path, cancel.signal, (share) => {
        const percent = Math.floor(share * 100);
        if (percent > shown) {
          progress.report({ increment: percent - shown, message: `${percent} %` });
          shown = percent;
        }
      });
    });
    const known = await readManifest(path);
    const validation = withManifest(found, known);
    problems.show(path, validation);
    return { path, validation, known };
  } catch (error) {
    if (cancel.signal.aborted) {
      return undefined;
    }
    throw error;
  }
}

/** Says what validating has shown. */
export async function showValidation({ path, validation, known }: ValidatedFile): Promise<void> {
  const hasProblems = validation.errors + validation.warnings > 0;
  const chosen = await tell(validationText(path, validation, known), ...(hasProblems ? [showProblems] : []));
  if (chosen === showProblems) {
    await vscode.commands.executeCommand('workbench.actions.view.problems');
  }
}
