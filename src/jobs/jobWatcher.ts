import type { Clock } from '../service/clock.ts';
import { errorCodes } from '../service/deleteJob.ts';
import type { DeleteJobsByHost } from '../service/deleteJobsByHost.ts';
import { ServiceError } from '../service/errors.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { deletionJob, isActive, jobKey, type DeletionJob } from './deletionJob.ts';
import type { JobStore } from './jobStore.ts';

/** Milliseconds between two looks at a job: short at first, when a small instance may be done, then ever longer. */
export const watchIntervals = { first: 2_000, growth: 1.5, longest: 30_000 } as const;

/** So many answers "not found" in a row mean that the service has forgotten the job; one may be a replica's lag. */
const notFoundLimit = 3;

/** Watches active jobs until they end, and writes what it sees into the store. */
export class JobWatcher {
  readonly #deleteJobs: DeleteJobsByHost;
  readonly #store: JobStore;
  readonly #clock: Clock;
  readonly #watches = new Map<string, AbortController>();

  constructor(deleteJobs: DeleteJobsByHost, store: JobStore, clock: Clock) {
    this.#deleteJobs = deleteJobs;
    this.#store = store;
    this.#clock = clock;
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

  /** Stops all watching; the jobs themselves go on at the service. */
  dispose(): void {
    this.#watches.forEach((end) => {
      end.abort();
    });
  }

  async #watch(host: InstanceHost, id: string, signal: AbortSignal): Promise<void> {
    let interval: number = watchIntervals.first;
    let notFound = 0;
    for (;;) {
      try {
        await this.#clock.delay(interval, signal);
      } catch {
        return;
      }
      const job = this.#store.job(host, id);
      if (!job || !isActive(job)) {
        return;
      }
      interval = Math.min(interval * watchIntervals.growth, watchIntervals.longest);
      try {
        const answer = await this.#deleteJobs.forHost(host).getById(id, job.trace);
        notFound = 0;
        this.#store.setJob(deletionJob(host, { ...answer, id }, job));
      } catch (error) {
        notFound = isNotFound(error) ? notFound + 1 : 0;
        if (notFound >= notFoundLimit) {
          this.#store.setJob({ ...job, state: { status: 'forgotten' }, problem: undefined });
          return;
        }
        this.#store.setJob({ ...job, problem: { since: job.problem?.since ?? this.#clock.now(), error } });
        interval = Math.max(interval, error instanceof ServiceError ? (error.retryAfterInMs ?? 0) : 0);
      }
    }
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof ServiceError && errorCodes(error.error).includes('DeleteJobNotFound');
}
