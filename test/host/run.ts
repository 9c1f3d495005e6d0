import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { browserLaunch, provisionBrowser } from '../vscode/browser.ts';
import { outputFolder, repositoryFolder } from '../vscode/cache.ts';
import { bundleHostTests } from '../vscode/hostTests.ts';
import { packTestAccount } from '../vscode/packTestAccount.ts';
import { exitOnSignals, run } from '../vscode/processes.ts';
import { provisionVsCode } from '../vscode/provision.ts';
import { installExtensions, startServer, type Server } from '../vscode/server.ts';
import { startEquipment } from './equipment.ts';
import { testsBegin } from './protocol.ts';

/** Ends a run that hangs; a single test has a timeout of its own. */
const longestRunInMs = 5 * 60_000;

exitOnSignals();
const vsCode = await provisionVsCode();
await provisionBrowser();
await run(process.execPath, ['esbuild.mjs'], { cwd: repositoryFolder });
const [tests, account] = await Promise.all([bundleHostTests(), packTestAccount()]);

const equipment = await startEquipment();
const folders = {
  dataFolder: path.join(equipment.folder, 'data'),
  extensionsFolder: path.join(equipment.folder, 'extensions'),
};
let server: Server | undefined;
try {
  await installExtensions(vsCode, folders, [account]);
  console.log(`Host tests in VS Code ${vsCode.version}`);
  const { settings, environment } = equipment;
  server = await startServer(vsCode, { ...folders, settings, environment, flags: ['--enable-smoke-test-driver'] });
  process.exitCode = await runInBrowser(server);
} finally {
  await server?.stop();
  await equipment.close();
}

/** Opens a window that runs the tests instead of being used, and returns the exit code that it asks for. */
async function runInBrowser({ port, output }: Server): Promise<number> {
  const browser = await chromium.launch(browserLaunch());
  const page = await browser.newPage();
  let watchdog: NodeJS.Timeout | undefined;
  try {
    const finished = new Promise<number>((resolve, reject) => {
      watchdog = setTimeout(() => {
        reject(new Error(`The host tests did not end within ${longestRunInMs / 60_000} minutes.\n${output()}`));
      }, longestRunInMs);
      page.once('crash', () => {
        reject(new Error('The browser window crashed.'));
      });
      void page.exposeFunction('codeAutomationExit', resolve);
    });
    // Until the tests begin, VS Code tells of its own start: of interest only if the tests never begin.
    const startup: string[] = [];
    let hasBegun = false;
    await page.exposeFunction('codeAutomationLog', (_type: string, values: unknown[]) => {
      const line = values.map(String).join(' ');
      if (hasBegun) {
        console.log(line);
      } else if (line === testsBegin) {
        hasBegun = true;
      } else {
        startup.push(line);
      }
    });
    await page.goto(testAddress(port));
    const code = await finished.finally(() => {
      if (!hasBegun) {
        console.log(startup.join('\n'));
      }
    });
    if (code !== 0) {
      await mkdir(path.join(outputFolder, 'screenshots'), { recursive: true });
      await page.screenshot({ path: path.join(outputFolder, 'screenshots/host-tests.png') });
    }
    return code;
  } finally {
    clearTimeout(watchdog);
    await browser.close();
  }
}

function testAddress(port: number): string {
  const remote = (file: string): string => `vscode-remote://127.0.0.1:${port}${file}`;
  const payload = [
    ['extensionDevelopmentPath', remote(repositoryFolder)],
    ['extensionTestsPath', remote(tests)],
    ['skipWelcome', 'true'],
  ];
  return `http://127.0.0.1:${port}/?${new URLSearchParams({ ew: 'true', payload: JSON.stringify(payload) }).toString()}`;
}
