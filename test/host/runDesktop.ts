import { runTests } from '@vscode/test-electron';
import { repositoryFolder } from '../vscode/cache.ts';
import { bundleHostTests } from '../vscode/hostTests.ts';
import { run } from '../vscode/processes.ts';

await run(process.execPath, ['esbuild.mjs'], { cwd: repositoryFolder });
process.exitCode = await runTests({
  version: process.env['VSCODE_VERSION'] ?? 'stable',
  extensionDevelopmentPath: repositoryFolder,
  extensionTestsPath: await bundleHostTests(),
  launchArgs: ['--disable-extensions', '--disable-workspace-trust', '--skip-welcome'],
});
