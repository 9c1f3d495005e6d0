import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { endGroup, plainEnvironment, run, signalGroup } from './processes.ts';
import type { VsCode } from './provision.ts';

/** User settings that keep a new VS Code quiet: no welcome page, no Chat side bar, no telemetry, no invitations. */
export const quietSettings: Readonly<Record<string, unknown>> = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  // Test equipment opens ports all the time; each would be announced.
  'remote.autoForwardPorts': false,
  'security.workspace.trust.enabled': false,
};

/** What a server is started with. All folders are made if they are not there. */
export interface ServerOptions {
  /** Holds settings, global storage and logs: a new folder is a new user. */
  readonly dataFolder: string;
  readonly extensionsFolder: string;
  /** User settings, besides `quietSettings`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment variables of the server and of its extension hosts, besides those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: any free port. */
  readonly port?: number;
  /** Flags of VS Code's server, besides the usual ones. */
  readonly flags?: readonly string[];
}

/** A VS Code server that answers on 127.0.0.1. */
export interface Server {
  readonly port: number;
  /** The address that opens an empty window. */
  readonly address: string;
  readonly dataFolder: string;
  /** What the server has printed so far. */
  readonly output: () => string;
  /** Ends the server and all that it started. */
  readonly stop: () => Promise<void>;
}

/** Where VS Code's server keeps the user settings of a data folder. */
export function settingsFile(dataFolder: string): string {
  return path.join(dataFolder, 'data/User/settings.json');
}

/** The folder that VS Code gives to an extension as its `globalStorageUri`. */
export function globalStorageFolder(dataFolder: string, extensionId: string): string {
  return path.join(dataFolder, 'data/User/globalStorage', extensionId);
}

/** Starts VS Code's server and waits until it listens. */
export async function startServer(vsCode: VsCode, options: ServerOptions): Promise<Server> {
  const settings = settingsFile(options.dataFolder);
  await mkdir(path.dirname(settings), { recursive: true });
  await mkdir(options.extensionsFolder, { recursive: true });
  await writeFile(settings, JSON.stringify({ ...quietSettings, ...options.settings }, undefined, 2));

  const child = spawn(
    vsCode.node,
    [
      vsCode.serverScript,
      ...['--host', '127.0.0.1'],
      ...['--port', String(options.port ?? 0)],
      ...['--server-data-dir', options.dataFolder],
      ...['--extensions-dir', options.extensionsFolder],
      ...['--telemetry-level', 'off'],
      '--without-connection-token',
      '--accept-server-license-terms',
      '--disable-workspace-trust',
      ...(options.flags ?? []),
    ],
    {
      env: { ...serverEnvironment(), ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that its end is the end of its extension hosts too.
      detached: true,
    },
  );
  endWithThisProcess(child);
  const { port, output } = await untilListening(child);
  return {
    port,
    address: `http://127.0.0.1:${port}/?ew=true`,
    dataFolder: options.dataFolder,
    output,
    stop: () => endGroup(child),
  };
}

/** Installs packed extensions into an extensions folder, as a user would. */
export async function installExtensions(
  vsCode: VsCode,
  folders: { dataFolder: string; extensionsFolder: string },
  vsixFiles: readonly string[],
): Promise<void> {
  // VS Code 1.106 expects them to be there.
  await mkdir(path.dirname(settingsFile(folders.dataFolder)), { recursive: true });
  await mkdir(folders.extensionsFolder, { recursive: true });
  await run(
    vsCode.node,
    [
      vsCode.serverScript,
      ...['--server-data-dir', folders.dataFolder],
      ...['--extensions-dir', folders.extensionsFolder],
      '--accept-server-license-terms',
      '--force',
      ...vsixFiles.flatMap((file) => ['--install-extension', file]),
    ],
    { env: serverEnvironment() },
  );
}

function serverEnvironment(): NodeJS.ProcessEnv {
  return {
    ...plainEnvironment(),
    // No gallery: nothing is looked up on the network.
    EXTENSIONS_GALLERY: '{}',
  };
}

function untilListening(child: ChildProcess): Promise<{ port: number; output: () => string }> {
  let text = '';
  const output = (): string => text;
  return new Promise((resolve, reject) => {
    const onData = (chunk: string): void => {
      text += chunk;
      const port = /Extension host agent listening on (\d+)/.exec(text)?.[1];
      if (port !== undefined) {
        resolve({ port: Number(port), output });
      }
    };
    child.stdout?.setEncoding('utf8').on('data', onData);
    child.stderr?.setEncoding('utf8').on('data', onData);
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`VS Code's server ended with exit code ${code ?? 'none'}:\n${text}`));
    });
  });
}

/** A group of its own does not get the Ctrl+C of the terminal, so this process passes its own end on. */
function endWithThisProcess(child: ChildProcess): void {
  const onExit = (): void => {
    signalGroup(child, 'SIGKILL');
  };
  process.once('exit', onExit);
  child.once('exit', () => {
    process.off('exit', onExit);
  });
}
