import type { Clock } from '../service/clock.ts';
import { errorCodes } from '../service/deleteJob.ts';
import type { DeleteJobsByHost } from '../service/deleteJobsByHost.ts';
import { ServiceError } from '../service/errors.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import { logFailure } from '../service/logFailure.ts';
import { deletionJob, isActive, jobKey, type DeletionJob } from './deletionJob.ts';
import type { JobStore } from './jobStore.ts';

/** Milliseconds between two looks at a job: short at first, when a small instance may be done, then ever longer. */
export const watchIntervals = { first: 2_000, growth: 1.25, longest: 30_000 } as const;

/**
 * When a job that is not found is given up: after so many answers in a row, over so many milliseconds. One answer may
 * be a replica's lag, which reaches ten seconds. A start that was never confirmed is given up sooner.
 */
const notFoundLimit = { answers: 3, lasting: 120_000, lastingUnconfirmed: 20_000 } as const;

/** Watches active jobs until they end, and writes what it sees into the store. */
export class JobWatcher {
  readonly #deleteJobs: DeleteJobsByHost;
  readonly #store: JobStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #watches = new Map<string, AbortController>();
  readonly #waits = new Set<AbortController>();

  constructor(deleteJobs: DeleteJobsByHost, store: JobStore, clock: Clock, log: Log) {
    this.#deleteJobs = deleteJobs;
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Watches a job that is in the store. A second call for the same job changes nothing. */
  watch(job: DeletionJob): void {
    const key = jobKey(job);
    if (this.#watches.has(key)) {
      return;
    }
    const end = new AbortController();
    this.#watches.set(key, end);
    void this.#watch(job.host, job.id, end.signal).finally(() => this.#watches.delete(key));
  }

  /** Looks at all jobs now instead of at the end of their intervals: something has changed that lets it succeed. */
  lookNow(): void {
    this.#waits.forEach((wait) => {
      wait.abort();
    });
  }

  /** Stops all watching; the jobs themselves go on at the service. */
  dispose(): void {
    this.#watches.forEach((end) => {
      end.abort();
    });
  }

  async #watch(host: InstanceHost, id: string, signal: AbortSignal): Promise<void> {
    let interval: number = watchIntervals.first;
    let notFound: { answers: number; since: number } | undefined;
    for (;;) {
      await this.#wait(interval, signal);
      const job = this.#store.job(host, id);
      if (signal.aborted || !job || !isActive(job)) {
        return;
      }
      interval = Math.min(interval * watchIntervals.growth, watchIntervals.longest);
      try {
        const answer = await this.#deleteJobs.forHost(host).getById(id, job.trace);
        notFound = undefined;
        this.#store.setJob(deletionJob(host, { ...answer, id }, job));
      } catch (error) {
        const now = this.#clock.now();
        notFound = isNotFound(error)
          ? { answers: (notFound?.answers ?? 0) + 1, since: notFound?.since ?? now }
          : undefined;
        if (notFound && isGivenUp(job, notFound.answers, now - notFound.since)) {
          const status = job.state.status === 'unconfirmed' ? 'absent' : 'forgotten';
          this.#store.setJob({ ...job, state: { status }, problem: undefined });
          return;
        }
        logFailure(this.#log, error);
        this.#store.setJob({ ...job, problem: { since: job.problem?.since ?? now, error } });
        interval = Math.max(interval, error instanceof ServiceError ? (error.retryAfterInMs ?? 0) : 0);
      }
    }
  }

  /** Waits for the end of the interval, {@link lookNow} or the end of the watch. */
  async #wait(interval: number, signal: AbortSignal): Promise<void> {
    const wait = new AbortController();
    this.#waits.add(wait);
    await this.#clock.delay(interval, AbortSignal.any([signal, wait.signal])).catch(() => undefined);
    this.#waits.delete(wait);
  }
}

function isGivenUp(job: DeletionJob, answers: number, lasting: number): boolean {
  const limit = job.state.status === 'unconfirmed' ? notFoundLimit.lastingUnconfirmed : notFoundLimit.lasting;
  return answers >= notFoundLimit.answers && lasting >= limit;
}

function isNotFound(error: unknown): boolean {
  return error instanceof ServiceError && errorCodes(error.error).includes('DeleteJobNotFound');
}
