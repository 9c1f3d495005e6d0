import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test as base, type Page } from '@playwright/test';
import type { ServerCertificate } from '../simulator/certificate.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator/simulator.ts';
import { TestAccount } from '../vscode/account/testAccount.ts';
import { provisionVsCode } from '../vscode/provision.ts';
import { globalStorageFolder, quietSettings, settingsFile, startServer, type Server } from '../vscode/server.ts';
import { extensionsFolder } from './globalSetup.ts';
import { Workbench } from './workbench.ts';

export { expect } from '@playwright/test';

const extensionId = 'digitaltwins-tools.digital-twins-maintenance';

/** The VS Code of one test: a user who has just installed the extension. */
export interface VsCodeOfTest {
  readonly server: Server;
  /** The folder that the extension is given as its `globalStorageUri`; it may not be there yet. */
  readonly globalStorage: string;
  /** Replaces the user settings, besides those that keep VS Code quiet and those of the surroundings. Open windows take them over by themselves. */
  readonly changeSettings: (settings: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Another window of it. */
  readonly window: (page: Page) => Workbench;
  /** All that the extension has logged, of all windows so far. */
  readonly log: () => Promise<string>;
}

interface Options {
  /** How the instance of the test starts: `test.use({ simulatorOptions: { … } })`. */
  readonly simulatorOptions: SimulatorOptions;
  /** User settings of the test; by default the simulated instance is an additional host. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What a test stands in, besides its instance. */
export interface Surroundings {
  /** User settings, before those of the test. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Environment variables of VS Code. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The certificate of all servers, in a file that VS Code trusts; without one, the simulated instance makes its own. */
  readonly certificate?: ServerCertificate & { readonly file: string };
}

interface Fixtures {
  /** The instance of the test, in this process: its `requests` and `faults` are at hand. */
  readonly simulator: Simulator;
  /** The test account, signed out at first. */
  readonly account: TestAccount;
  readonly vscode: VsCodeOfTest;
  /** A window of the VS Code, not opened yet. */
  readonly workbench: Workbench;
  /** A folder for this test, removed after it. */
  readonly folder: string;
  /** Nothing, unless a test asks for more by other fixtures. */
  readonly surroundings: Surroundings;
}

/** Playwright's `test` with a VS Code, an instance and an account for each test. */
export const test = base.extend<Options & Fixtures>({
  simulatorOptions: [
    { graph: { twins: 20 }, deletion: { notStartedMs: 500, durationMs: 2000 }, queryLagMs: 0 },
    { option: true },
  ],
  settings: [{}, { option: true }],

  folder: async ({}, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'ui-test-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },

  surroundings: async ({}, use) => {
    await use({ settings: {} });
  },

  simulator: async ({ simulatorOptions, surroundings: { certificate } }, use) => {
    const simulator = await startSimulator({ ...simulatorOptions, ...(certificate && { certificate }) });
    await use(simulator);
    await simulator.close();
  },

  account: async ({ folder }, use) => {
    await use(new TestAccount(path.join(folder, 'account')));
  },

  vscode: async ({ folder, simulator, account, settings, surroundings }, use, testInfo) => {
    const dataFolder = path.join(folder, 'data');
    const server = await startServer(await provisionVsCode(), {
      dataFolder,
      extensionsFolder: extensionsFolder(),
      settings: { 'digitalTwins.additionalHosts': [simulator.address], ...surroundings.settings, ...settings },
      environment: {
        ...account.environment,
        ...surroundings.environment,
        NODE_EXTRA_CA_CERTS: simulator.certificateFile,
      },
    });
    const log = (): Promise<string> => readLogs(dataFolder);
    await use({
      server,
      globalStorage: globalStorageFolder(dataFolder, extensionId),
      changeSettings: (changed) =>
        writeFile(settingsFile(dataFolder), JSON.stringify({ ...quietSettings, ...surroundings.settings, ...changed })),
      window: (page) => new Workbench(page, server.address),
      log,
    });
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('extension.log', { body: await log(), contentType: 'text/plain' });
      await testInfo.attach('server.log', { body: server.output(), contentType: 'text/plain' });
    }
    await server.stop();
  },

  workbench: async ({ page, vscode }, use) => {
    await use(new Workbench(page, vscode.server.address));
  },
});

async function readLogs(dataFolder: string): Promise<string> {
  const logs = path.join(dataFolder, 'data/logs');
  if (!existsSync(logs)) {
    return '';
  }
  const files = await readdir(logs, { recursive: true });
  const own = files.filter((file) => file.endsWith('.log') && path.basename(path.dirname(file)) === extensionId);
  return (await Promise.all(own.sort().map((file) => readFile(path.join(logs, file), 'utf8')))).join('');
}
