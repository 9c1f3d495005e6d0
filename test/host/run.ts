import { prepareExtensionHost, runInExtensionHost } from '../vscode/extensionHost.ts';
import { bundleHostTests } from '../vscode/hostTests.ts';
import { exitOnSignals } from '../vscode/processes.ts';
import { startEquipment } from './equipment.ts';
import { testsBegin } from './protocol.ts';

exitOnSignals();
const vsCode = await prepareExtensionHost();
const file = await bundleHostTests();
const equipment = await startEquipment();
try {
  console.log(`Host tests in VS Code ${vsCode.version}`);
  const { folder, settings, environment } = equipment;
  process.exitCode = await runInExtensionHost(vsCode, {
    title: 'The host tests',
    file,
    beginLine: testsBegin,
    // A single test has a timeout of its own.
    longestRunInMs: 5 * 60_000,
    folder,
    settings,
    environment,
  });
} finally {
  await equipment.close();
}
