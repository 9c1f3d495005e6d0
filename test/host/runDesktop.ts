import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { outputFolder, repositoryFolder } from '../vscode/cache.ts';
import { bundleHostTests } from '../vscode/hostTests.ts';
import { packTestAccount } from '../vscode/packTestAccount.ts';
import { run } from '../vscode/processes.ts';
import { startEquipment } from './equipment.ts';

await run(process.execPath, ['esbuild.mjs'], { cwd: repositoryFolder });
const [tests] = await Promise.all([bundleHostTests(), packTestAccount()]);
const equipment = await startEquipment();
try {
  const userData = path.join(equipment.folder, 'user-data');
  await mkdir(path.join(userData, 'User'), { recursive: true });
  await writeFile(path.join(userData, 'User/settings.json'), JSON.stringify(equipment.settings));
  process.exitCode = await runTests({
    version: process.env['VSCODE_VERSION'] ?? 'stable',
    extensionDevelopmentPath: [repositoryFolder, path.join(outputFolder, 'account')],
    extensionTestsPath: tests,
    extensionTestsEnv: equipment.environment,
    launchArgs: [
      `--user-data-dir=${userData}`,
      '--disable-extensions',
      // The test account takes its place.
      '--disable-extension=vscode.microsoft-authentication',
      '--disable-workspace-trust',
      '--skip-welcome',
    ],
  });
} finally {
  await equipment.close();
}
