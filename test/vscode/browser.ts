import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { cached, cacheFolder } from './cache.ts';
import { run } from './processes.ts';

/** What Playwright's `launch` needs to start the browser of this machine. */
export interface BrowserLaunch {
  readonly executablePath: string;
  readonly args: string[];
  readonly env: Record<string, string>;
}

/**
 * The browser for the tests: the one that `CHROMIUM_PATH` names, an installed Chromium, Chrome or Edge, or else the
 * headless Chromium inside the npm package `@sparticuz/chromium`, which `provisionBrowser` unpacks.
 */
export function browserLaunch(): BrowserLaunch {
  const installed = process.env['CHROMIUM_PATH'] ?? installedBrowser();
  return {
    executablePath: installed ?? path.join(unpackedFolder(), 'chromium'),
    args: [
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-gpu',
      '--disable-quic',
      '--disable-sync',
      // Chromium refuses to sandbox itself as root; what it opens here comes from this machine alone.
      '--no-sandbox',
    ],
    env: {
      ...(process.env as Record<string, string>),
      ...(installed === undefined && unpackedEnvironment()),
    },
  };
}

/** Unpacks the browser from its package, once, if none is installed. */
export async function provisionBrowser(): Promise<void> {
  if (process.env['CHROMIUM_PATH'] !== undefined || installedBrowser() !== undefined) {
    return;
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('Found no Chromium, Chrome or Edge. Set CHROMIUM_PATH to the executable file of one.');
  }
  await cached(path.basename(unpackedFolder()), async (folder) => {
    console.log('Unpacking Chromium into the cache (once) …');
    // In a process of its own: the package unpacks into the temporary folder, and only for this execution environment
    // does it unpack the libraries too (NSS and its kin) that a bare machine lacks.
    await run(
      process.execPath,
      ['--input-type=module', '--eval', `import c from '@sparticuz/chromium'; await c.executablePath();`],
      {
        cwd: import.meta.dirname,
        env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
      },
    );
  });
}

function unpackedFolder(): string {
  const manifest = path.join(
    path.dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')),
    '../package.json',
  );
  const { version } = createRequire(import.meta.url)(manifest) as { version: string };
  return path.join(cacheFolder, `chromium-${version}`);
}

function unpackedEnvironment(): Record<string, string> {
  const folder = unpackedFolder();
  const inherited = process.env['LD_LIBRARY_PATH'];
  return {
    LD_LIBRARY_PATH: [path.join(folder, 'al2023/lib'), ...(inherited === undefined ? [] : [inherited])].join(':'),
    // A bare machine has no fonts either.
    ...(!existsSync('/etc/fonts/fonts.conf') && { FONTCONFIG_PATH: path.join(folder, 'fonts') }),
  };
}

function installedBrowser(): string | undefined {
  const names = ['chromium', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'microsoft-edge-stable'];
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return [
    ...names.flatMap((name) => folders.map((folder) => path.join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ].find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
