import { homedir } from 'node:os';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { fileExtension } from '../backup/bulkFile.ts';
import { InvalidInputError } from '../service/errors.ts';
import { printable } from '../service/printable.ts';

const filters = { 'Import file (NDJSON)': [fileExtension.slice(1)] };

/** Asks where to write a backup. The system's dialog asks before an existing file is replaced. */
export async function askBackupTarget(instanceName: string, fileName: string): Promise<string | undefined> {
  const target = await vscode.window.showSaveDialog({
    title: `Back Up ${instanceName}`,
    saveLabel: 'Back Up',
    filters,
    defaultUri: vscode.Uri.joinPath(folder(), fileName),
  });
  return target && localPath(target);
}

/** Asks for a backup, or another file in the same format. */
export async function askBackupFile(title: string, openLabel: string): Promise<string | undefined> {
  const shown = vscode.window.activeTextEditor?.document.uri;
  const chosen = await vscode.window.showOpenDialog({
    title,
    openLabel,
    filters,
    defaultUri: shown && isBackup(shown) ? shown : folder(),
  });
  const [file] = chosen ?? [];
  return file && localPath(file);
}

/** Whether a file is, by its name, one that backups are kept in. */
export function isBackup(uri: vscode.Uri): boolean {
  return uri.scheme === 'file' && uri.path.toLowerCase().endsWith(fileExtension);
}

/**
 * The path of a file on the machine that this extension runs on.
 *
 * @throws InvalidInputError when it is not there, or has changes in an editor that are not saved
 */
export function localPath(uri: vscode.Uri): string {
  const name = printable(basename(uri.path), 100);
  if (uri.scheme !== 'file') {
    throw new InvalidInputError(
      `${name} is not on the machine that this extension runs on (it is a "${printable(uri.scheme, 40)}" file), and backups ` +
        'are read and written there only. Choose a local file.',
    );
  }
  const edited = vscode.workspace.textDocuments.find(
    (document) => document.isDirty && document.uri.toString() === uri.toString(),
  );
  if (edited) {
    throw new InvalidInputError(`${name} has changes that are not saved. Save it first.`);
  }
  return uri.fsPath;
}

/** Where to look first: the folder that is open, if it is on this machine. */
function folder(): vscode.Uri {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  return first?.uri.scheme === 'file' ? first.uri : vscode.Uri.file(homedir());
}
