import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Loaded beforehand, so that the first request of a row is no later than others.
import '../../src/service/instancePipeline.ts';
import { InstanceHost } from '../../src/service/instanceHost.ts';
import { makeCertificate, type ServerCertificate } from '../simulator/certificate.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator/simulator.ts';
import { MemoryLocks } from '../support/memoryLocks.ts';
import { until } from '../support/until.ts';
import { QuickClock } from './quickClock.ts';
import { Sessions } from './sessions.ts';
import { Window, type Machine } from './window.ts';
import { Wire } from './wire.ts';

/** What a stage is set up with. */
export interface StageOptions {
  /** What the instance is like; small and quick to empty unless told otherwise. */
  readonly simulator?: SimulatorOptions;
  /** Starts the instance in another way. */
  readonly startSimulator?: (options: SimulatorOptions) => Promise<Simulator>;
  /** Whether the certificate of the instance is trusted; it is unless told otherwise. */
  readonly isTrusted?: boolean;
  /** A host name to use instead of the instance's. */
  readonly hostname?: string;
  /** Requests, as `GET /models`, that the instance is made to hold back. */
  readonly heldBack?: RegExp;
  readonly protectedHosts?: readonly string[];
}

/** Milliseconds of the machine that anything may take, on a slow one too. */
const patienceInMs = 45_000;

let shared: Promise<ServerCertificate> | undefined;

/** Whether files are being read or written, for this stage or another one. */
function isUsingFiles(): boolean {
  return process.getActiveResourcesInfo().some((resource) => resource.startsWith('FSReq'));
}

/** A simulated instance, a machine with windows that speak to it, and what a person sees of all that. */
export class Stage {
  readonly simulator: Simulator;
  /** Another server, which nobody should ever speak to. */
  readonly elsewhere: Simulator;
  readonly clock: QuickClock;
  readonly sessions: Sessions;
  readonly machine: Machine;
  readonly windows: Window[] = [];
  readonly #folder: string;

  private constructor(
    parts: Pick<Stage, 'simulator' | 'elsewhere' | 'clock' | 'sessions' | 'machine'>,
    folder: string,
  ) {
    ({
      simulator: this.simulator,
      elsewhere: this.elsewhere,
      clock: this.clock,
      sessions: this.sessions,
      machine: this.machine,
    } = parts);
    this.#folder = folder;
  }

  /** Sets everything up. No window is open yet. */
  static async build(options: StageOptions = {}): Promise<Stage> {
    const underway = { count: (): number => 0 };
    const clock = new QuickClock(() => underway.count() > 0 || isUsingFiles());
    shared ??= makeCertificate(['localhost', '127.0.0.1', '::1']);
    const certificate = await shared;
    const start = options.startSimulator ?? ((others: SimulatorOptions) => startSimulator({ ...others, certificate }));
    const simulator = await start({
      clock,
      graph: { twins: 20 },
      jobsRequestsPerSecond: 1,
      ...options.simulator,
      deletion: { notStartedMs: 2_000, durationMs: 3_000, ...options.simulator?.deletion },
    });
    const elsewhere = await startSimulator({ clock, certificate });
    const folder = await mkdtemp(join(tmpdir(), 'digital-twins-faults-'));
    const host = InstanceHost.parse(options.hostname ?? simulator.address, [options.hostname ?? simulator.address]);
    const wire = new Wire({
      ca: options.isTrusted === false ? undefined : simulator.certificatePem,
      unknownNames: new Set(host.hostname.endsWith('.invalid') ? [host.hostname] : []),
      isHeldBack: ({ method, url }) => options.heldBack?.test(`${method} ${new URL(url).pathname}`) ?? false,
    });
    underway.count = () => wire.underway;
    const sessions = new Sessions(() => clock.now());
    const machine: Machine = {
      host,
      folder: join(folder, 'storage'),
      locks: new MemoryLocks(clock),
      clock,
      wire,
      sessions,
      protectedHosts: options.protectedHosts ?? [],
      told: [],
      confirmations: [],
      tree: new Set(),
    };
    return new Stage({ simulator, elsewhere, clock, sessions, machine }, folder);
  }

  /** The window that was opened first. */
  get window(): Window {
    const [window] = this.windows;
    if (!window) {
      throw new Error('No window is open.');
    }
    return window;
  }

  /** The requests that have started a job, or were to. */
  get starts(): Simulator['requests'] {
    return this.simulator.requests.filter(({ method, path }) => method === 'POST' && path === '/jobs/deletions');
  }

  /** Opens one more window. */
  async open(): Promise<Window> {
    const window = new Window(this.machine);
    this.windows.push(window);
    await window.open();
    return window;
  }

  /** Waits for a condition. */
  until(condition: () => boolean, what: string): Promise<void> {
    return until(condition, what, patienceInMs);
  }

  /** Waits until a row of the tree has said this. */
  seen(text: string): Promise<void> {
    return this.until(() => this.machine.tree.has(text), `"${text}" in the tree`);
  }

  /** Lets so many milliseconds of the stage's time pass. */
  pass(milliseconds: number): Promise<void> {
    return this.clock.delay(milliseconds);
  }

  /** Waits until nothing is left to be found out or told in any window. */
  async settled(): Promise<void> {
    await this.until(() => this.windows.every((window) => !window.isAlive || window.isSettled), 'all settled');
  }

  /** Ends windows, instance and time. */
  async close(): Promise<void> {
    this.windows.forEach((window) => {
      window.die();
    });
    this.clock.stop();
    await Promise.all([this.simulator.close(), this.elsewhere.close()]);
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
