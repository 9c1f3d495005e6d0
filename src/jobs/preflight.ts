import type { Clock } from '../service/clock.ts';
import type { DataPlane } from '../service/dataPlane.ts';
import { needsOtherIdentity, SignInRequiredError } from '../service/errors.ts';
import { explained } from '../service/explained.ts';
import { isActiveImport } from '../service/importJob.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import { logFailure } from '../service/logFailure.ts';
import type { RandomHex } from '../service/random.ts';
import { TraceContext } from '../service/traceContext.ts';
import type { CountedContents } from './contents.ts';
import type { ContentsCounter } from './contentsCounter.ts';
import { deletionJob, isActive, type DeletionJob } from './deletionJob.ts';
import type { JobStore } from './jobStore.ts';
import type { SharedJobs } from './sharedJobs.ts';
import type { RememberedStart, StartedJobs } from './startedJobs.ts';

/** Milliseconds that looking for each thing may take: what is not found out by then is told as missing. */
const limitInMs = 20_000;

/** Milliseconds within which a start that the service does not list may still turn out to be a job. */
const settlingInMs = 2 * 60_000;

/** A bulk job that is in the way: an instance runs one at a time, deletion or import. */
export interface ActiveBulkJob {
  readonly kind: 'deletion' | 'import';
  readonly id: string;
  /** Milliseconds since the Unix epoch, where the service said it. */
  readonly createdAt: number | undefined;
  /** Whether it is a start that the service has not confirmed yet. */
  readonly isUnconfirmed: boolean;
}

/** How an instance stands before a deletion job is started on it. */
export interface Preflight {
  readonly contents: CountedContents;
  /** A bulk job that is in the way; undefined when none was found. */
  readonly active: ActiveBulkJob | undefined;
  /** In words, for which kinds of jobs it could not be found out whether one is active, and why. */
  readonly unknown: readonly string[];
  /** The ids of our starts on the instance when the look began. */
  readonly knownStarts: ReadonlySet<string>;
}

/** Looks at an instance before a deletion: what it holds, and what is active there. Changes nothing. */
export class PreflightCheck {
  readonly #dataPlane: DataPlane;
  readonly #counter: ContentsCounter;
  readonly #store: JobStore;
  readonly #started: StartedJobs;
  readonly #shared: SharedJobs;
  readonly #clock: Clock;
  readonly #randomHex: RandomHex;
  readonly #log: Log;

  constructor(
    dataPlane: DataPlane,
    counter: ContentsCounter,
    store: JobStore,
    started: StartedJobs,
    shared: SharedJobs,
    clock: Clock,
    randomHex: RandomHex,
    log: Log,
  ) {
    this.#dataPlane = dataPlane;
    this.#counter = counter;
    this.#store = store;
    this.#started = started;
    this.#shared = shared;
    this.#clock = clock;
    this.#randomHex = randomHex;
    this.#log = log;
  }

  /**
   * Looks at an instance.
   *
   * @throws SignInRequiredError when nothing can be found out without a (new) sign-in
   * @throws ServiceError when the instance wants another account or tenant; all else that can't be found out is in the
   *   result
   */
  async look(host: InstanceHost): Promise<Preflight> {
    const trace = TraceContext.begin(this.#randomHex);
    const begun = this.#clock.now();
    const starts = await this.#started.startsOn(host);
    const [count, deletion, importing] = await Promise.all([
      this.#inTime(() => this.#counter.count(host, trace)),
      this.#inTime((isLate) => this.#activeDeletion(host, trace, starts, isLate)),
      this.#inTime((isLate) => this.#activeImport(host, trace, isLate)),
    ]);
    for (const { error } of [deletion, importing]) {
      if (error instanceof SignInRequiredError || needsOtherIdentity(error)) {
        throw error;
      }
      if (error !== undefined && !(error instanceof TooSlowError)) {
        logFailure(this.#log, error);
      }
    }
    return {
      knownStarts: new Set(starts.keys()),
      contents: count.value?.contents ?? {
        models: undefined,
        twins: undefined,
        relationships: undefined,
        at: begun,
        missing: await shortOf(count.error),
      },
      active: deletion.value ?? importing.value,
      unknown: [
        ...(deletion.error === undefined
          ? []
          : [`deletion jobs could not all be listed (${await shortOf(deletion.error)})`]),
        ...(importing.error === undefined
          ? []
          : [`import jobs could not all be listed (${await shortOf(importing.error)})`]),
      ],
    };
  }

  /** The first active deletion job that is found. A start of ours that is not settled counts as one. */
  async #activeDeletion(
    host: InstanceHost,
    trace: TraceContext,
    starts: ReadonlyMap<string, RememberedStart>,
    isLate: () => boolean,
  ): Promise<ActiveBulkJob | undefined> {
    await this.#shared.load(host);
    const unconfirmed = this.#store.activeJobsOf(host).find(({ state }) => state.status === 'unconfirmed');
    if (unconfirmed) {
      return { ...asActive(unconfirmed), isUnconfirmed: true };
    }
    const known = { trace, start: undefined };
    const listed = new Set<string>();
    for await (const page of this.#dataPlane.forHost(host).deleteJobs.list(trace)) {
      const jobs = page
        .flatMap((job) => (job.id === undefined ? [] : [{ ...job, id: job.id }]))
        .map((job) => deletionJob(host, job, known, this.#clock.now()));
      jobs.forEach(({ id }) => listed.add(id));
      const active = jobs.find(isInTheWay);
      if (active) {
        return asActive(active);
      }
      if (isLate()) {
        return undefined;
      }
    }
    // Sent a moment ago, by a window that may be gone, and not in the list yet.
    const recent = [...starts].find(
      ([id, { start }]) => !start.isEndTold && !listed.has(id) && this.#clock.now() - start.startedAt < settlingInMs,
    );
    return recent
      ? { kind: 'deletion', id: recent[0], createdAt: recent[1].start.startedAt, isUnconfirmed: true }
      : undefined;
  }

  async #activeImport(
    host: InstanceHost,
    trace: TraceContext,
    isLate: () => boolean,
  ): Promise<ActiveBulkJob | undefined> {
    for await (const page of this.#dataPlane.forHost(host).importJobs.list(trace)) {
      const active = page.find(isActiveImport);
      if (active) {
        const createdAt = Date.parse(active.createdDateTime ?? '');
        return {
          kind: 'import',
          id: active.id ?? 'without an id',
          createdAt: Number.isNaN(createdAt) ? undefined : createdAt,
          isUnconfirmed: false,
        };
      }
      if (isLate()) {
        break;
      }
    }
    return undefined;
  }

  /** What looking gives in time, or why it gives nothing. What is late is told so and its result dropped. */
  async #inTime<T>(
    look: (isLate: () => boolean) => Promise<T>,
  ): Promise<{ readonly value?: T; readonly error?: unknown }> {
    const done = new AbortController();
    let isLate = false;
    const late = this.#clock.delay(limitInMs, done.signal).then(
      () => {
        isLate = true;
        return { error: new TooSlowError() };
      },
      () => ({}),
    );
    const found = look(() => isLate).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const first = await Promise.race([found, late]);
    done.abort();
    return first;
  }
}

/** Looking took too long. */
class TooSlowError extends Error {
  override readonly name = 'TooSlowError';
}

// A status newer than this extension counts as active unless the job has finished: it must not be in the way for good.
function isInTheWay(job: DeletionJob): boolean {
  return isActive(job) && !(job.state.status === 'other' && job.answer.finishedDateTime !== undefined);
}

async function shortOf(error: unknown): Promise<string> {
  return error instanceof TooSlowError ? `not within ${limitInMs / 1000} s` : (await explained(error)).short;
}

function asActive({ id, createdAt, start }: DeletionJob): ActiveBulkJob {
  return { kind: 'deletion', id, createdAt: createdAt ?? start?.startedAt, isUnconfirmed: false };
}
