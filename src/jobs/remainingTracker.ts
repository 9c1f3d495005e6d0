import { EventEmitter } from 'node:events';
import type { Clock } from '../service/clock.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import { printable } from '../service/printable.ts';
import { contentsText } from './contents.ts';
import type { Count, ContentsCounter } from './contentsCounter.ts';
import { elapsed, isActive, timeoutAt, type DeletionJob } from './deletionJob.ts';
import type { JobStore } from './jobStore.ts';
import { estimatedTimeLeft, withCount } from './progress.ts';

/**
 * Milliseconds between two counts: ten seconds at least, and up to a minute as the job gets older. A day's job is
 * counted about 1,550 times: every 10 s for ten minutes, then at a sixtieth of its age, then every minute.
 */
export const countIntervals = { least: 10_000, longest: 60_000, shareOfAge: 1 / 60 } as const;

/** Counting may take this share of the time at most: an instance with many models is counted more rarely. */
const longestShare = 0.1;

/** Models are listed, 100 to a page: with more than this they are counted again only when all else is gone. */
const fewModels = 300;

/** What a tracker tells. */
export interface RemainingTrackerEvents {
  /** By the estimate the job will reach its timeout before its end. Told once for a job, over windows and restarts. */
  timeoutExpected: [job: DeletionJob];
}

/** Counts what is left while a job is active, for the service tells no progress. */
export class RemainingTracker extends EventEmitter<RemainingTrackerEvents> {
  readonly #counter: ContentsCounter;
  readonly #store: JobStore;
  readonly #isWanted: () => boolean;
  readonly #clock: Clock;
  readonly #log: Log;

  /** @param isWanted whether the person wants it (the setting `digitalTwins.trackRemaining`), asked before each count */
  constructor(counter: ContentsCounter, store: JobStore, isWanted: () => boolean, clock: Clock, log: Log) {
    super();
    this.#counter = counter;
    this.#store = store;
    this.#isWanted = isWanted;
    this.#clock = clock;
    this.#log = log;
  }

  /** Counts now and again until the job has ended or `signal` aborts. Never fails: without counts there is no estimate. */
  async track(host: InstanceHost, id: string, signal: AbortSignal): Promise<void> {
    const sum = { charge: 0, requests: 0 };
    let interval: number = countIntervals.least;
    let failing: string | undefined;
    for (;;) {
      await this.#clock.delay(interval, signal).catch(() => undefined);
      const job = this.#store.job(host, id);
      if (signal.aborted || !job || !isActive(job)) {
        break;
      }
      interval = intervalAt(elapsed(job, this.#clock.now()) ?? 0);
      // Whether an unconfirmed start has begun to delete is not what counting should seem to say. Of somebody else's job
      // it is not known what was there before, so that counts would tell no progress and only cost.
      if (!this.#isWanted() || !job.start || job.state.status === 'unconfirmed') {
        continue;
      }
      const begun = this.#clock.now();
      const count = await this.#counter.count(host, job.trace, modelsToTakeOver(job));
      sum.charge += count.charge;
      sum.requests += count.requests;
      const took = this.#clock.now() - begun;
      interval = Math.max(interval, took / longestShare, count.retryAfterInMs ?? 0);
      const { missing } = count.contents;
      if (missing !== undefined && missing !== failing) {
        this.#log.warn(
          `What is left on ${host.hostname} can't be counted: ${missing}. The job itself is not concerned.`,
        );
      }
      failing = missing;
      this.#note(host, id, count, sum.charge);
    }
    if (sum.requests > 0) {
      this.#log.info(
        `Counting what was left during deletion job ${printable(id, 128)} took ${sum.requests} requests and ` +
          `a query charge of ${sum.charge.toFixed(2)} query units, host ${host.hostname}`,
      );
    }
  }

  #note(host: InstanceHost, id: string, { contents }: Count, charge: number): void {
    const now = this.#clock.now();
    const words = contentsText(contents);
    this.#log.trace(
      `${host.hostname}: ${words === '' ? 'nothing counted' : `${words} left`}, query charge so far ${charge.toFixed(2)}`,
    );
    if (words === '') {
      return;
    }
    this.#store.update(host, id, (job) =>
      isActive(job) ? { ...job, progress: withCount(job.progress, contents, contents.at), updatedAt: now } : job,
    );
    const job = this.#store.job(host, id);
    const left = job && estimatedTimeLeft(job.progress, now);
    const timeout = job && timeoutAt(job);
    if (left !== undefined && timeout !== undefined && now + left > timeout + leeway(left) && !job?.isTimeoutWarned) {
      this.#store.update(host, id, (known) => ({ ...known, isTimeoutWarned: true, updatedAt: now }));
      const warned = this.#store.job(host, id);
      if (warned) {
        this.emit('timeoutExpected', warned);
      }
    }
  }
}

/** An estimate is no more exact than this: a job that seems to miss its timeout by less may well make it. */
function leeway(left: number): number {
  return Math.max(60_000, left * 0.05);
}

function intervalAt(age: number): number {
  return Math.min(countIntervals.longest, Math.max(countIntervals.least, age * countIntervals.shareOfAge));
}

/** The number of models to go on with instead of listing them; undefined when they are to be listed. */
function modelsToTakeOver({ progress, start }: DeletionJob): number | undefined {
  const known = progress?.left.models ?? start?.before?.models;
  const isRestGone = progress?.left.twins === 0 && progress.left.relationships === 0;
  return known === undefined || known <= fewModels || isRestGone ? undefined : known;
}
