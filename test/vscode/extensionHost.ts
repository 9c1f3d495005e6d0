import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { browserLaunch, provisionBrowser } from './browser.ts';
import { outputFolder, repositoryFolder } from './cache.ts';
import { packTestAccount } from './packTestAccount.ts';
import { run } from './processes.ts';
import { provisionVsCode, type VsCode } from './provision.ts';
import { installExtensions, startServer, type Server, type ServerOptions } from './server.ts';

/** Code of ours that runs in VS Code's extension host, beside the extension from the sources. */
export interface HostModule {
  /** As what it is spoken of: "The host tests". */
  readonly title: string;
  /** The bundle; VS Code calls its `run(): Promise<void>`, and takes a rejection for a failure. */
  readonly file: string;
  /** The line that it logs first. What is logged before is VS Code's own, and shown only if that line never comes. */
  readonly beginLine: string;
  /** Ends a run that hangs. */
  readonly longestRunInMs: number;
  /** Holds all that VS Code writes in this run. */
  readonly folder: string;
  /** User settings. */
  readonly settings: ServerOptions['settings'] & object;
  /** Environment variables of the extension host. */
  readonly environment: ServerOptions['environment'] & object;
  /** Ids of extensions that get the account's tokens without asking: in such a run VS Code refuses every question. */
  readonly trustedExtensions?: readonly string[];
  /** Prepares the window before it is opened, and may use it while the module runs. */
  readonly onWindow?: (page: Page) => Promise<void>;
}

/** Provides VS Code and a browser, and builds the extension from its sources. */
export async function prepareExtensionHost(): Promise<VsCode> {
  const vsCode = await provisionVsCode();
  await provisionBrowser();
  await run(process.execPath, ['esbuild.mjs'], { cwd: repositoryFolder });
  return vsCode;
}

/** Runs a module in the extension host of a new VS Code with the test account, and returns the exit code. */
export async function runInExtensionHost(vsCode: VsCode, module: HostModule): Promise<number> {
  const folders = {
    dataFolder: path.join(module.folder, 'data'),
    extensionsFolder: path.join(module.folder, 'extensions'),
  };
  await installExtensions(vsCode, folders, [await packTestAccount()]);
  const { settings, environment } = module;
  const server = await startServer(vsCode, {
    ...folders,
    settings,
    environment,
    flags: ['--enable-smoke-test-driver'],
  });
  try {
    return await runInBrowser(server, module);
  } finally {
    await server.stop();
  }
}

/** Opens a window that runs the module instead of being used, and returns the exit code that it asks for. */
async function runInBrowser({ port, output }: Server, module: HostModule): Promise<number> {
  const browser = await chromium.launch(browserLaunch());
  const page = await browser.newPage();
  let watchdog: NodeJS.Timeout | undefined;
  try {
    const finished = new Promise<number>((resolve, reject) => {
      watchdog = setTimeout(() => {
        reject(new Error(`${module.title} did not end within ${module.longestRunInMs / 60_000} minutes.\n${output()}`));
      }, module.longestRunInMs);
      page.once('crash', () => {
        reject(new Error('The browser window crashed.'));
      });
      void page.exposeFunction('codeAutomationExit', resolve);
    });
    // Until the module begins, VS Code tells of its own start: of interest only if that never happens.
    const startup: string[] = [];
    let hasBegun = false;
    await page.exposeFunction('codeAutomationLog', (_type: string, values: unknown[]) => {
      const line = values.map(String).join(' ');
      if (hasBegun) {
        console.log(line);
      } else if (line === module.beginLine) {
        hasBegun = true;
      } else {
        startup.push(line);
      }
    });
    if (module.trustedExtensions) {
      await trust(page, module.trustedExtensions);
    }
    await module.onWindow?.(page);
    await page.goto(moduleAddress(port, module.file));
    const code = await finished.finally(() => {
      if (!hasBegun) {
        console.log(startup.join('\n'));
      }
    });
    if (code !== 0) {
      const name = path.basename(path.dirname(module.file));
      await mkdir(path.join(outputFolder, 'screenshots'), { recursive: true });
      await page.screenshot({ path: path.join(outputFolder, `screenshots/${name}-failed.png`) });
    }
    return code;
  } finally {
    clearTimeout(watchdog);
    await browser.close();
  }
}

function moduleAddress(port: number, file: string): string {
  const remote = (target: string): string => `vscode-remote://127.0.0.1:${port}${target}`;
  const payload = [
    ['extensionDevelopmentPath', remote(repositoryFolder)],
    ['extensionTestsPath', remote(file)],
    ['skipWelcome', 'true'],
  ];
  return `http://127.0.0.1:${port}/?${new URLSearchParams({ ew: 'true', payload: JSON.stringify(payload) }).toString()}`;
}

/** Adds to the product configuration in VS Code's page what a vendor's own VS Code has for its own extensions. */
async function trust(page: Page, extensionIds: readonly string[]): Promise<void> {
  const added = JSON.stringify({ trustedExtensionAuthAccess: { microsoft: extensionIds } });
  // Where the page is read, not where it is served: Chromium takes a page that was changed on its way for one from
  // elsewhere, and keeps it from this machine's ports.
  await page.addInitScript(`{
    const { getAttribute } = Element.prototype;
    Element.prototype.getAttribute = function (name) {
      const value = getAttribute.call(this, name);
      if (this.id !== 'vscode-workbench-web-configuration' || name !== 'data-settings') {
        return value;
      }
      const settings = JSON.parse(value);
      return JSON.stringify({ ...settings, productConfiguration: { ...settings.productConfiguration, ...${added} } });
    };
  }`);
}
