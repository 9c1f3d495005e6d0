import { basename } from 'node:path';
import type { Contents } from '../jobs/contents.ts';
import type { ContentsCounter } from '../jobs/contentsCounter.ts';
import type { ExclusiveUse } from '../jobs/exclusiveUse.ts';
import type { Clock } from '../service/clock.ts';
import type { DataPlane } from '../service/dataPlane.ts';
import type { SignInRequiredError } from '../service/errors.ts';
import { explained } from '../service/explained.ts';
import { GraphReader, type EventRoute, type GraphPart } from '../service/graphReader.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import { logFailure } from '../service/logFailure.ts';
import { Patience } from '../service/patience.ts';
import type { RandomHex } from '../service/random.ts';
import { TraceContext } from '../service/traceContext.ts';
import { fileVersion, manifestPath, sectionLine } from './bulkFile.ts';
import type { Manifest } from './manifest.ts';
import { PartialFile, type OpenFile } from './partialFile.ts';
import { PortableLines } from './portableLines.ts';
import type { TransferProgress } from './transferProgress.ts';
import { differencesOf } from './verification.ts';

/** What backups are made with. */
export interface BackupParts {
  readonly dataPlane: DataPlane;
  readonly counter: ContentsCounter;
  readonly uses: ExclusiveUse;
  readonly clock: Clock;
  readonly randomHex: RandomHex;
  readonly log: Log;
  /** Name and version of the extension: who has made it. */
  readonly madeBy: string;
  /** How files are opened; by default as the system does. */
  readonly open?: OpenFile;
}

/** What to back up, and where to. */
export interface BackupRequest {
  readonly host: InstanceHost;
  /** Path of the file. What is there is replaced when the backup is complete, and not before. */
  readonly target: string;
  /** Ends it, with nothing left behind. */
  readonly signal: AbortSignal;
  readonly progress: TransferProgress;
  /** Has the person sign in anew where that is needed on the way; whether to go on. */
  readonly signIn: (error: SignInRequiredError) => Promise<boolean>;
}

/** A backup that was made. */
export interface MadeBackup {
  readonly path: string;
  readonly manifestPath: string;
  readonly manifest: Manifest;
  /** Milliseconds that it took. */
  readonly tookMs: number;
}

const nothing: Contents = { models: 0, twins: 0, relationships: 0 };

/**
 * Writes all models, twins and relationships of an instance into one file in the service's own import format. Only reads
 * from the instance; holds no more than a few pages in memory, whatever the size.
 */
export class Backup {
  readonly #parts: BackupParts;

  constructor(parts: BackupParts) {
    this.#parts = parts;
  }

  /**
   * Makes a backup, with its manifest beside it.
   *
   * @returns undefined when the signal has aborted: nothing is left behind then
   * @throws InstanceBusyError, LocalFileError, and what the requests throw in the end; nothing is left behind either
   */
  async make(request: BackupRequest): Promise<MadeBackup | undefined> {
    const { host, target, signal } = request;
    const use = await this.#parts.uses.take(host);
    const files: PartialFile[] = [];
    const begin = async (path: string): Promise<PartialFile> => {
      const file = await PartialFile.begin(path, this.#parts.open);
      files.push(file);
      return file;
    };
    try {
      return await this.#make(request, {
        backup: await begin(target),
        // They come at the same time as the twins, and go behind them.
        relationships: await begin(`${target}.relationships`),
        manifest: await begin(manifestPath(target)),
      });
    } catch (error) {
      if (signal.aborted) {
        this.#parts.log.info(`The backup of ${host.hostname} was cancelled.`);
        return undefined;
      }
      throw error;
    } finally {
      await Promise.all(files.map((file) => file.discard()));
      await use.release();
    }
  }

  async #make(request: BackupRequest, files: BackupFiles): Promise<MadeBackup> {
    const { host, target, progress } = request;
    const { clock, counter, randomHex, log } = this.#parts;
    const startedAt = clock.now();
    const trace = TraceContext.begin(randomHex);
    log.info(`Backing up ${host.hostname} to ${target}, trace ${trace.traceId}`);
    // One failure ends all that goes on beside it.
    const stop = new AbortController();
    const signal = AbortSignal.any([request.signal, stop.signal]);
    const reader = this.#reader(request, signal);

    progress.stage = 'counting';
    const before = (await unlessAborted(counter.count(host, trace), signal)).contents;
    progress.stage = undefined;
    progress.expect(before);
    await files.backup.write(lines([sectionLine('Header'), JSON.stringify(this.#header()), sectionLine('Models')]));
    const decommissionedModels = await this.#copyModels(reader, trace, files.backup, progress);
    await files.backup.write(lines([sectionLine('Twins')]));
    const charges = await bothOrNeither(stop, [
      this.#copy('twins', reader, trace, files.backup, progress),
      this.#copy('relationships', reader, trace, files.relationships, progress),
    ]);

    progress.stage = 'putting the file together';
    await files.backup.write(lines([sectionLine('Relationships')]));
    await files.backup.appendFile(files.relationships, signal);
    progress.stage = 'verifying';
    const eventRoutes = await this.#eventRoutes(reader, trace, signal);
    const after = (await unlessAborted(counter.count(host, trace), signal)).contents;
    const sha256 = await files.backup.settle();
    const inFile = { ...nothing, ...progress.done };
    const counts = { inFile, before: plain(before), after: plain(after) };
    const manifest: Manifest = {
      manifestVersion: 1,
      file: basename(target),
      bytes: files.backup.bytes,
      sha256,
      host: host.hostname,
      startedAt: new Date(startedAt).toISOString(),
      finishedAt: new Date(clock.now()).toISOString(),
      madeBy: this.#parts.madeBy,
      traceId: trace.traceId,
      counts,
      differences: differencesOf(counts),
      queryCharge: Math.round(charges.reduce((sum, charge) => sum + charge, 0) * 100) / 100,
      decommissionedModels,
      notInFile: notInFile(eventRoutes),
    };
    await files.manifest.write(`${JSON.stringify(manifest, undefined, 2)}\n`);
    await files.manifest.settle();
    request.signal.throwIfAborted();
    // The backup last: where it is, so is its manifest.
    await files.manifest.complete();
    await files.backup.complete().catch(async (error: unknown) => {
      await files.manifest.takeBack();
      throw error;
    });
    const tookMs = clock.now() - startedAt;
    log.info(`Backed up ${host.hostname} in ${tookMs} ms: ${JSON.stringify({ ...counts, sha256, tookMs })}`);
    return { path: target, manifestPath: manifestPath(target), manifest, tookMs };
  }

  #reader({ host, progress, signIn }: BackupRequest, signal: AbortSignal): GraphReader {
    const { dataPlane, clock } = this.#parts;
    const patience = new Patience({ clock, signal, onWait: progress.waits, signIn });
    return new GraphReader(dataPlane.bulkClient(host, { patience, signal }));
  }

  #header(): object {
    return { fileVersion, author: this.#parts.madeBy, organization: '' };
  }

  /** @returns the ids of those that are decommissioned */
  async #copyModels(
    reader: GraphReader,
    trace: TraceContext,
    file: PartialFile,
    progress: TransferProgress,
  ): Promise<string[]> {
    const decommissioned: string[] = [];
    for await (const page of reader.models(trace, 'with definitions')) {
      const models = page.filter(({ definition }) => definition !== undefined);
      if (models.length < page.length) {
        this.#parts.log.warn(`${page.length - models.length} models came without a definition and are left out.`);
      }
      await file.write(lines(models.map(({ definition }) => JSON.stringify(definition))));
      progress.add('models', models.length);
      decommissioned.push(...models.flatMap((model) => (model.decommissioned ? (model.id ?? []) : [])));
    }
    return decommissioned;
  }

  /** @returns the query units that it cost */
  async #copy(
    part: GraphPart,
    reader: GraphReader,
    trace: TraceContext,
    file: PartialFile,
    progress: TransferProgress,
  ): Promise<number> {
    const lines = new PortableLines(part);
    let charge = 0;
    for await (const { items, charge: its } of reader.pages(part, trace)) {
      await file.append(lines.of(items));
      progress.add(part, items.count);
      charge += its;
    }
    return charge;
  }

  async #eventRoutes(
    reader: GraphReader,
    trace: TraceContext,
    signal: AbortSignal,
  ): Promise<Manifest['notInFile']['eventRoutes']> {
    try {
      return await reader.eventRoutes(trace);
    } catch (error) {
      signal.throwIfAborted();
      // They are no part of what a deletion job removes: a backup is as good without.
      logFailure(this.#parts.log, error);
      return { notListed: (await explained(error)).short };
    }
  }
}

/** The files of a backup while it is made. */
interface BackupFiles {
  readonly backup: PartialFile;
  readonly relationships: PartialFile;
  readonly manifest: PartialFile;
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

function plain({ models, twins, relationships }: Contents): Contents {
  return { models, twins, relationships };
}

function notInFile(eventRoutes: Manifest['notInFile']['eventRoutes']): Manifest['notInFile'] {
  const names = 'notListed' in eventRoutes ? [] : eventRoutes.map(({ endpointName }: EventRoute) => endpointName);
  const endpoints = [...new Set(names.filter((name) => typeof name === 'string'))];
  return {
    eventRoutes,
    endpoints:
      'Endpoints and data history connections are resources of Azure: a deletion job leaves them, and the portal lists them.' +
      (endpoints.length === 0 ? '' : ` The event routes name: ${endpoints.join(', ')}.`),
    roleAssignments: 'Role assignments are resources of Azure: a deletion job leaves them.',
    others: 'Times of updates, source times and etags are made by the service and its clients, and are not kept.',
  };
}

/** Waits for all tasks; the first that fails ends the others, and none is left running. */
async function bothOrNeither<T>(stop: AbortController, tasks: readonly Promise<T>[]): Promise<T[]> {
  let failure: { readonly reason: unknown } | undefined;
  const results = await Promise.allSettled(
    tasks.map((task) =>
      task.catch((reason: unknown) => {
        failure ??= { reason };
        stop.abort(reason);
        throw reason;
      }),
    ),
  );
  if (failure) {
    throw failure.reason;
  }
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/** What a promise gives, unless the signal aborts before. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) {
      stop();
    }
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}
