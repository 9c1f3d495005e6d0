import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packExtension } from '../../scripts/package.ts';
import { provisionBrowser } from '../vscode/browser.ts';
import { packTestAccount } from '../vscode/packTestAccount.ts';
import { provisionVsCode } from '../vscode/provision.ts';
import { installExtensions } from '../vscode/server.ts';

/** Passes the folder on to the workers, which inherit the environment. */
const folderVariable = 'UI_TESTS_EXTENSIONS_FOLDER';

/** The folder in which the packed product and the test account are installed, for all tests of this run. */
export function extensionsFolder(): string {
  const folder = process.env[folderVariable];
  if (folder === undefined) {
    throw new Error('The global setup has not installed the extensions.');
  }
  return folder;
}

/**
 * Provides what all UI tests of a run share. What is tested is always packed from the sources of now. The folder is of
 * this run only, so that two runs at once do not take it away from each other.
 */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const vsCode = await provisionVsCode();
  await provisionBrowser();
  const vsixFiles = [await packExtension(), await packTestAccount()];
  const folder = await mkdtemp(path.join(tmpdir(), 'ui-tests-'));
  const folders = { dataFolder: path.join(folder, 'data'), extensionsFolder: path.join(folder, 'extensions') };
  await installExtensions(vsCode, folders, vsixFiles);
  process.env[folderVariable] = folders.extensionsFolder;
  console.log(`UI tests in VS Code ${vsCode.version}`);
  return () => rm(folder, { recursive: true, force: true });
}
