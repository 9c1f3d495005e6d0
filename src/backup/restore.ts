import { pMapIterable } from 'p-map';
import { queryLagInMs, type Contents } from '../jobs/contents.ts';
import type { ContentsCounter } from '../jobs/contentsCounter.ts';
import type { ExclusiveUse } from '../jobs/exclusiveUse.ts';
import type { Clock } from '../service/clock.ts';
import type { DataPlane } from '../service/dataPlane.ts';
import { errorCodes } from '../service/deleteJob.ts';
import type { SignInRequiredError } from '../service/errors.ts';
import { parseExact, type JsonObject } from '../service/exactJson.ts';
import { GraphReader } from '../service/graphReader.ts';
import { GraphWriter, isRefusalOfItem, modelsPerRequest, type Creation } from '../service/graphWriter.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import { Patience, type Wait } from '../service/patience.ts';
import type { RandomHex } from '../service/random.ts';
import { TraceContext } from '../service/traceContext.ts';
import { failuresPath } from './bulkFile.ts';
import { BulkItems } from './bulkItems.ts';
import { BulkLines, type Line } from './bulkLines.ts';
import { FailureFile } from './failureFile.ts';
import { batches, type OrderedModel } from './modelOrder.ts';
import { modelReferences } from './modelReferences.ts';
import { Pace } from './pace.ts';
import { relationshipToCreate, twinToCreate } from './portable.ts';
import type { Kind, TransferProgress } from './transferProgress.ts';

/** What backups are restored with. */
export interface RestoreParts {
  readonly dataPlane: DataPlane;
  readonly counter: ContentsCounter;
  readonly uses: ExclusiveUse;
  readonly clock: Clock;
  readonly randomHex: RandomHex;
  readonly log: Log;
  /** Creations a second at the most; by default as many as the service takes. */
  readonly createsPerSecond?: number;
}

/** What to restore, and where to. */
export interface RestoreRequest {
  readonly host: InstanceHost;
  /** Path of a file that was found valid. */
  readonly file: string;
  /** What the file holds. */
  readonly contents: Contents;
  /** The models to decommission when all twins are there. */
  readonly decommissionedModels: readonly string[];
  /** Ends it; what is there by then stays, and restoring again goes on from there. */
  readonly signal: AbortSignal;
  readonly progress: TransferProgress;
  /** Has the person sign in anew where that is needed on the way; whether to go on. */
  readonly signIn: (error: SignInRequiredError) => Promise<boolean>;
}

/** How many items of each kind. */
export type Counts = Record<Kind, number>;

/** How a restore has gone. */
export interface RestoreResult {
  readonly isCancelled: boolean;
  /** What is new, what was there already and stays as it was, and what the service has refused. */
  readonly created: Readonly<Counts>;
  readonly alreadyThere: Readonly<Counts>;
  readonly failed: Readonly<Counts>;
  /** Models that are decommissioned now, of those that are to be. */
  readonly decommissioned: number;
  /** The file that lists the items that failed; undefined where there is none. */
  readonly failuresPath: string | undefined;
  /** What the instance holds afterwards; undefined when it was cancelled. */
  readonly after: Contents | undefined;
  readonly tookMs: number;
}

/** A restore has stopped before its end. The cause is what stopped it. */
export class RestoreStoppedError extends Error {
  override readonly name = 'RestoreStoppedError';
  readonly result: RestoreResult;

  constructor(result: RestoreResult, cause: unknown) {
    super('The restore has stopped.', { cause });
    this.result = result;
  }
}

/** Requests under way at the same time: enough for the service's rate where an answer takes an eighth of a second. */
const concurrency = 64;

/**
 * Creates in an instance what a file holds and it lacks: models, then twins, then relationships. Nothing that is there is
 * changed. Holds the file's models in memory and no other items.
 */
export class Restore {
  readonly #parts: RestoreParts;

  constructor(parts: RestoreParts) {
    this.#parts = parts;
  }

  /**
   * Restores a file.
   *
   * @throws InstanceBusyError before anything was sent; RestoreStoppedError when it could not go on
   */
  async run(request: RestoreRequest): Promise<RestoreResult> {
    const { host, file, signal } = request;
    const { uses, log, clock, randomHex } = this.#parts;
    const use = await uses.take(host);
    const trace = TraceContext.begin(randomHex);
    const failures = new FailureFile(failuresPath(file), log);
    const run = new RestoreRun(this.#parts, request, trace, failures);
    const startedAt = clock.now();
    const result = (after: Contents | undefined, isCancelled = false): RestoreResult => ({
      isCancelled,
      ...run.tally,
      failuresPath: failures.count > 0 && failures.isWhole ? failures.path : undefined,
      after,
      tookMs: clock.now() - startedAt,
    });
    log.info(`Restoring ${file} to ${host.hostname}, trace ${trace.traceId}`);
    let isComplete = false;
    try {
      const after = await run.all();
      isComplete = true;
      return logged(log, host, result(after));
    } catch (error) {
      if (signal.aborted) {
        return logged(log, host, result(undefined, true));
      }
      throw new RestoreStoppedError(logged(log, host, result(undefined)), error);
    } finally {
      await failures.close(isComplete);
      await use.release();
    }
  }
}

/** What came of an item. */
type Outcome = 'created' | 'alreadyThere' | 'failed';

interface Model extends OrderedModel {
  readonly line: Line;
}

/** One restore. */
class RestoreRun {
  readonly tally = { created: none(), alreadyThere: none(), failed: none(), decommissioned: 0 };
  readonly #parts: RestoreParts;
  readonly #request: RestoreRequest;
  readonly #trace: TraceContext;
  readonly #failures: FailureFile;
  readonly #reader: GraphReader;
  readonly #writer: GraphWriter;
  readonly #pace: Pace;
  /** One failure that is not of an item ends all that goes on beside it. */
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;

  constructor(parts: RestoreParts, request: RestoreRequest, trace: TraceContext, failures: FailureFile) {
    const { dataPlane, clock, createsPerSecond } = parts;
    const { host, progress, signIn } = request;
    this.#parts = parts;
    this.#request = request;
    this.#trace = trace;
    this.#failures = failures;
    this.#signal = AbortSignal.any([request.signal, this.#stop.signal]);
    this.#pace = new Pace(clock, createsPerSecond);
    const onWait = (wait: Wait): void => {
      progress.waits(wait);
      if (wait.reason === 'busy') {
        this.#pace.refused(wait.milliseconds);
      }
    };
    const turn = (): Promise<void> => this.#pace.turn(this.#signal);
    const patience = new Patience({ clock, signal: this.#signal, turn, onWait, signIn });
    const client = dataPlane.bulkClient(host, { patience, signal: this.#signal, logged: 'failures' });
    this.#reader = new GraphReader(client);
    this.#writer = new GraphWriter(client);
  }

  /** @returns what the instance holds afterwards */
  async all(): Promise<Contents> {
    const { host, file, contents, progress } = this.#request;
    const { clock, counter } = this.#parts;
    progress.expect(contents);
    const items = new BulkItems(new BulkLines(file).read(this.#signal));
    await this.#addModels(items);
    await this.#create('twins', items.in('Twins'), (line) => this.#addTwin(line));
    await this.#create('relationships', items.in('Relationships'), (line) => this.#addRelationship(line));
    await this.#decommission();
    progress.stage = 'waiting until the instance counts what was created';
    await clock.delay(queryLagInMs, this.#signal);
    progress.stage = 'counting';
    const { contents: after } = await counter.count(host, this.#trace);
    this.#signal.throwIfAborted();
    return { models: after.models, twins: after.twins, relationships: after.relationships };
  }

  async #addModels(items: BulkItems): Promise<void> {
    const there = await this.#modelsThere();
    const missing: Model[] = [];
    for await (const line of items.in('Models')) {
      const definition = JSON.parse(line.text) as JsonObject & { '@id': string };
      if (there.has(definition['@id'])) {
        this.#count('alreadyThere', 'models');
      } else {
        const bytes = Buffer.byteLength(line.text);
        missing.push({ id: definition['@id'], bytes, references: modelReferences(definition), line });
      }
    }
    for (const batch of batches(missing, modelsPerRequest)) {
      await this.#addBatch(batch);
    }
  }

  /** The ids of the models that the instance has. */
  async #modelsThere(): Promise<Set<string>> {
    const ids = new Set<string>();
    for await (const page of this.#reader.models(this.#trace, 'ids alone')) {
      page.flatMap(({ id }) => id ?? []).forEach((id) => ids.add(id));
    }
    return ids;
  }

  /** Adds models that belong together. The service takes all of them or none: who is to blame is found by halves. */
  async #addBatch(batch: readonly Model[]): Promise<void> {
    const [first] = batch;
    if (!first) {
      return;
    }
    try {
      await this.#writer.addModels(
        batch.map(({ line }) => line.text.trim()),
        this.#trace,
      );
      this.#count('created', 'models', batch.length);
    } catch (error) {
      if (!isRefusalOfItem(error)) {
        throw error;
      }
      if (errorCodes(error.error).includes('ModelAlreadyExists')) {
        // An earlier attempt, whose answer was lost, has added all of them, or someone else some.
        const there = await this.#modelsThere();
        const missing = batch.filter(({ id }) => !there.has(id));
        if (missing.length < batch.length) {
          const isOwn = error.mayBeRepetition && missing.length === 0;
          this.#count(isOwn ? 'created' : 'alreadyThere', 'models', batch.length - missing.length);
          await this.#addBatch(missing);
          return;
        }
      }
      if (batch.length === 1) {
        await this.#failures.add('Models', first.line, error);
        this.#count('failed', 'models');
        return;
      }
      const middle = Math.ceil(batch.length / 2);
      await this.#addBatch(batch.slice(0, middle));
      await this.#addBatch(batch.slice(middle));
    }
  }

  async #create(
    kind: 'twins' | 'relationships',
    lines: AsyncIterable<Line>,
    add: (line: Line) => Promise<Creation>,
  ): Promise<void> {
    const section = kind === 'twins' ? 'Twins' : 'Relationships';
    const one = async (line: Line): Promise<Outcome> => {
      try {
        return (await add(line)) === 'created' ? 'created' : 'alreadyThere';
      } catch (error) {
        this.#signal.throwIfAborted();
        if (!isRefusalOfItem(error)) {
          this.#stop.abort(error);
          throw error;
        }
        await this.#failures.add(section, line, error);
        return 'failed';
      }
    };
    // In the order in which they end: one that waits for a minute does not hold up the others.
    for await (const outcome of pMapIterable(lines, one, { concurrency, preserveOrder: false })) {
      this.#count(outcome, kind);
    }
  }

  async #addTwin({ text }: Line): Promise<Creation> {
    const twin = parseExact(text, { withoutNulls: true }) as JsonObject & { $dtId: string };
    try {
      return await this.#writer.addTwin(twin.$dtId, JSON.stringify(twinToCreate(twin)), this.#trace);
    } catch (error) {
      // A restore that went this far before has decommissioned the model, which the service looks at first.
      const isDecommissioned = isRefusalOfItem(error) && errorCodes(error.error).includes('ModelDecommissioned');
      if (isDecommissioned && (await this.#writer.hasTwin(twin.$dtId, this.#trace))) {
        return 'already there';
      }
      throw error;
    }
  }

  #addRelationship({ text }: Line): Promise<Creation> {
    const relationship = parseExact(text, { withoutNulls: true }) as JsonObject & {
      $dtId: string;
      $relationshipId: string;
    };
    const { $dtId, $relationshipId } = relationship;
    const body = JSON.stringify(relationshipToCreate(relationship));
    return this.#writer.addRelationship($dtId, $relationshipId, body, this.#trace);
  }

  /** Puts back which models were decommissioned, now that their twins are there. */
  async #decommission(): Promise<void> {
    const { decommissionedModels, progress } = this.#request;
    let left: readonly string[] = decommissionedModels;
    progress.stage = left.length > 0 ? 'decommissioning models' : undefined;
    // A model may have to wait for those that refer to it: again for those that were refused, while that gets further.
    for (let before = Infinity; left.length > 0 && left.length < before;) {
      before = left.length;
      const refused: string[] = [];
      for (const id of left) {
        try {
          await this.#writer.decommissionModel(id, this.#trace);
          this.tally.decommissioned += 1;
        } catch (error) {
          if (!isRefusalOfItem(error)) {
            throw error;
          }
          refused.push(id);
        }
      }
      left = refused;
    }
  }

  #count(outcome: Outcome, kind: Kind, items = 1): void {
    this.tally[outcome][kind] += items;
    this.#request.progress.add(kind, items);
  }
}

function none(): Counts {
  return { models: 0, twins: 0, relationships: 0 };
}

function logged(log: Log, host: InstanceHost, result: RestoreResult): RestoreResult {
  log.info(`Restore to ${host.hostname} ended: ${JSON.stringify(result)}`);
  return result;
}
