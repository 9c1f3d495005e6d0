import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { composeJobs, type Jobs } from '../../src/jobs/composeJobs.ts';
import type { DeletionJob } from '../../src/jobs/deletionJob.ts';
import type { Identity } from '../../src/service/identity.ts';
import { InstanceHost } from '../../src/service/instanceHost.ts';
import { MemoryLocks } from './memoryLocks.ts';
import type { Scripted } from './scriptedHttp.ts';
import { scriptedTransport, type ScriptedTransport } from './transport.ts';

/** The jobs layer of one window, connected as the extension does it. */
export interface JobSetup extends Jobs {
  readonly transport: ScriptedTransport;
  /** What all windows share: pass it on to set up another window, or the same one after a restart. */
  readonly ground: Ground;
  /** The jobs whose end this window was to tell. */
  readonly told: DeletionJob[];
  /** What was kept of each file that could not be understood. */
  readonly setAside: ('part' | 'nothing')[];
  /** Lets the window vanish while its extension host goes on, as when a browser tab is closed. */
  readonly leave: () => void;
}

/** What windows share. */
export interface Ground {
  readonly folder: string;
  readonly locks: MemoryLocks;
  readonly transport: ScriptedTransport;
}

/** What a test wants different. */
export interface JobSetupOptions {
  readonly answers?: readonly Scripted[];
  /** Folder, locks, clock and instance of an earlier set-up: this one is another window. */
  readonly ground?: Ground;
  readonly protectedHosts?: readonly string[];
  /** Whether to count what is left of an active job; no unless a test is about it. */
  readonly trackRemaining?: boolean;
  /** Who asks where nothing else is settled. */
  readonly identity?: Identity;
}

/** A folder that is gone after the test. */
export async function temporaryFolder(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'digital-twins-'));
  test.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Sets up a window. */
export async function jobSetup(test: TestContext, options: JobSetupOptions = {}): Promise<JobSetup> {
  const ground = options.ground ? { ...options.ground, locks: options.ground.locks.window() } : await newGround(test);
  const { transport } = ground;
  transport.httpClient.script(...(options.answers ?? []));
  transport.httpClient.held ??= { models: 0, twins: 0, relationships: 0 };
  const setAside: JobSetup['setAside'] = [];
  let hasLeft = false;
  const jobs = composeJobs({
    ...ground,
    isWindowThere: () => Promise.resolve(!hasLeft),
    settings: {
      parseHost: (hostname) => InstanceHost.parse(hostname),
      protectedHosts: () => options.protectedHosts ?? [],
      trackRemaining: () => options.trackRemaining ?? false,
      identity: () => options.identity ?? { credential: 'vscode' },
    },
    setAside: (_, kept) => setAside.push(kept),
  });
  const told: DeletionJob[] = [];
  jobs.watcher.on('ended', (job) => told.push(job));
  test.after(() => {
    jobs.watcher.dispose();
  });
  const leave = (): void => {
    hasLeft = true;
  };
  return { ...jobs, transport, ground, told, setAside, leave };
}

async function newGround(test: TestContext): Promise<Ground> {
  const transport = scriptedTransport();
  return {
    folder: join(await temporaryFolder(test), 'storage'),
    locks: new MemoryLocks(transport.clock),
    transport,
  };
}
