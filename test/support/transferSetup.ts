import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
// Loaded beforehand, so that the first request of a test is no later than others.
import '../../src/service/instancePipeline.ts';
import { Backup, type BackupRequest, type MadeBackup } from '../../src/backup/backup.ts';
import { manifestPath, sectionLine } from '../../src/backup/bulkFile.ts';
import { readManifest } from '../../src/backup/manifest.ts';
import type { OpenFile } from '../../src/backup/partialFile.ts';
import { Restore, type RestoreRequest, type RestoreResult } from '../../src/backup/restore.ts';
import { TransferProgress } from '../../src/backup/transferProgress.ts';
import { validate } from '../../src/backup/validation.ts';
import { ContentsCounter } from '../../src/jobs/contentsCounter.ts';
import { ExclusiveUse } from '../../src/jobs/exclusiveUse.ts';
import { DataPlane } from '../../src/service/dataPlane.ts';
import { SignInRequiredError } from '../../src/service/errors.ts';
import { InstanceHost } from '../../src/service/instanceHost.ts';
import { QuickClock } from '../faults/quickClock.ts';
import { makeToken } from '../simulator/bearer.ts';
import { makeCertificate, type ServerCertificate } from '../simulator/certificate.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator/simulator.ts';
import { CollectedLog } from './collectedLog.ts';
import { countingHex } from './countingHex.ts';
import { temporaryFolder } from './jobSetup.ts';
import { MemoryLocks } from './memoryLocks.ts';
import { RecordingWire } from './recordingWire.ts';

/** A simulated instance, and its host as the product knows it. */
export interface Place extends Simulator {
  readonly host: InstanceHost;
}

/** What a test wants different of a backup. */
export type BackupOptions = Partial<BackupRequest> & { readonly open?: OpenFile };

/** What a test wants different of a restore. */
export type RestoreOptions = Partial<RestoreRequest> & { readonly createsPerSecond?: number };

/** Items of a file: a text goes into it as it is. */
export interface FileItems {
  readonly models?: readonly (object | string)[];
  readonly twins?: readonly (object | string)[];
  readonly relationships?: readonly (object | string)[];
}

/** Who has made the backups. */
export const madeBy = 'digital-twins-maintenance/0.0.0';

let shared: Promise<ServerCertificate> | undefined;

/** Backup and Restore, connected to simulated instances over real HTTPS, on a clock that leaps while nothing is under way. */
export class TransferSetup {
  readonly clock: QuickClock;
  readonly log = new CollectedLog();
  readonly wire: RecordingWire;
  readonly locks: MemoryLocks;
  readonly uses: ExclusiveUse;
  /** A folder with nothing in it. */
  readonly folder: string;
  /** Where the backup goes, and is restored from. */
  readonly file: string;
  /** All tokens that were given. */
  readonly tokens = new Set<string>();
  /** Gives the token of the next request; by default one that lasts for a day. */
  getToken: () => string;
  readonly #test: TestContext;
  readonly #certificate: ServerCertificate;
  readonly #parts: ConstructorParameters<typeof Backup>[0];

  constructor(test: TestContext, folder: string, certificate: ServerCertificate) {
    this.#test = test;
    this.#certificate = certificate;
    this.folder = folder;
    this.file = join(folder, 'backup.ndjson');
    const wire = new RecordingWire({ ca: certificate.certificatePem });
    this.wire = wire;
    this.clock = new QuickClock(() => wire.underway > 0 || isUsingFiles());
    test.after(() => {
      this.clock.stop();
    });
    const { clock, log } = this;
    this.getToken = () => makeToken({ now: clock.now(), expiresInSeconds: 24 * 60 * 60 });
    const getToken = (): Promise<{ token: string; expiresOnTimestamp: number }> =>
      new Promise((resolve) => {
        const token = this.getToken();
        this.tokens.add(token);
        resolve({ token, expiresOnTimestamp: 0 });
      });
    this.locks = new MemoryLocks(clock);
    this.uses = new ExclusiveUse(this.locks);
    const randomHex = countingHex();
    const dataPlane = new DataPlane({
      ...{ httpClient: wire, credentialOf: () => ({ getToken }), clock, randomHex, log },
      ...{ userAgent: madeBy, retryDelayInMs: 1 },
    });
    const counter = new ContentsCounter(dataPlane, clock);
    this.#parts = { dataPlane, counter, uses: this.uses, clock, randomHex, log, madeBy };
  }

  /** Starts an instance that lives as long as the test. It has no query lag. */
  async instance(options: SimulatorOptions = {}): Promise<Place> {
    const { clock } = this;
    const simulator = await startSimulator({ clock, queryLagMs: 0, certificate: this.#certificate, ...options });
    this.#test.after(() => simulator.close());
    return Object.assign(simulator, { host: InstanceHost.parse(simulator.address, [simulator.address]) });
  }

  /** Starts an instance that holds nothing at all. */
  emptyInstance(options: SimulatorOptions = {}): Promise<Place> {
    return this.instance({ ...options, graph: { twins: 0, models: 0 } });
  }

  /**
   * Lets the sign-in expire: an instance refuses it, and no other token is to be had.
   *
   * @returns what a person does who signs in again
   */
  expireSignIn({ faults }: Pick<Place, 'faults'>): () => void {
    const { getToken } = this;
    this.getToken = () => {
      throw new SignInRequiredError();
    };
    faults.next({}, { kind: 'respond', status: 401 });
    return () => {
      this.getToken = getToken;
    };
  }

  /** Backs an instance up to {@link file}. */
  backUp({ host }: Pick<Place, 'host'>, { open, ...request }: BackupOptions = {}): Promise<MadeBackup | undefined> {
    return new Backup({ ...this.#parts, ...(open && { open }) }).make({
      ...{ host, target: this.file, signal: new AbortController().signal, progress: this.progress() },
      ...{ signIn: () => Promise.resolve(false), ...request },
    });
  }

  /**
   * Restores {@link file} to an instance, as fast as it can unless told otherwise, and decommissions what its manifest
   * says.
   */
  async restore(
    { host }: Pick<Place, 'host'>,
    { createsPerSecond = Infinity, ...request }: RestoreOptions = {},
  ): Promise<RestoreResult> {
    const { file = this.file } = request;
    const contents = request.contents ?? (await validate(file, new AbortController().signal)).contents;
    const { decommissionedModels = [] } = (await readManifest(file)) ?? {};
    return new Restore({ ...this.#parts, createsPerSecond }).run({
      ...{ host, file, contents, decommissionedModels, signal: new AbortController().signal },
      ...{ progress: this.progress(), signIn: () => Promise.resolve(false), ...request },
    });
  }

  /** @param onStage is told of each stage as it begins */
  progress(onStage?: (stage: string | undefined) => void): TransferProgress {
    const progress = new TransferProgress(this.clock);
    let stage: string | undefined;
    return Object.defineProperty(progress, 'stage', {
      get: () => stage,
      set: (value: string | undefined) => {
        stage = value;
        onStage?.(value);
      },
    });
  }

  /** Writes {@link file} with these items, without a manifest. */
  async write({ models = [], twins = [], relationships = [] }: FileItems): Promise<void> {
    const lines = [
      sectionLine('Header'),
      { fileVersion: '1.0.0', author: 'a person', organization: '' },
      ...[sectionLine('Models'), ...models],
      ...[sectionLine('Twins'), ...twins],
      ...[sectionLine('Relationships'), ...relationships],
    ];
    const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    await writeFile(this.file, `${texts.join('\n')}\n`);
  }

  /** Writes which models are to be decommissioned into the manifest of {@link file}. */
  async writeManifest(decommissionedModels: readonly string[]): Promise<void> {
    await writeFile(manifestPath(this.file), JSON.stringify({ decommissionedModels }));
  }
}

/** Sets Backup and Restore up for the time of a test. */
export async function transferSetup(test: TestContext): Promise<TransferSetup> {
  shared ??= makeCertificate(['localhost', '127.0.0.1', '::1']);
  return new TransferSetup(test, await temporaryFolder(test), await shared);
}

function isUsingFiles(): boolean {
  return process.getActiveResourcesInfo().some((resource) => resource.startsWith('FSReq'));
}
