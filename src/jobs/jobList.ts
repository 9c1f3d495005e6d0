import type { DeleteJobsByHost } from '../service/deleteJobsByHost.ts';
import { SignInRequiredError } from '../service/errors.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import { logFailure } from '../service/logFailure.ts';
import type { RandomHex } from '../service/random.ts';
import { TraceContext } from '../service/traceContext.ts';
import { deletionJob, isActive, unconfirmedJob, type DeletionJob } from './deletionJob.ts';
import type { JobStore } from './jobStore.ts';
import type { JobWatcher } from './jobWatcher.ts';
import type { StartedJobs } from './startedJobs.ts';

/** Brings the store up to what an instance says of its deletion jobs, and has the active ones watched. */
export class JobList {
  readonly #deleteJobs: DeleteJobsByHost;
  readonly #store: JobStore;
  readonly #started: StartedJobs;
  readonly #watcher: JobWatcher;
  readonly #randomHex: RandomHex;
  readonly #log: Log;
  readonly #underway = new Map<string, Promise<void>>();

  constructor(
    deleteJobs: DeleteJobsByHost,
    store: JobStore,
    started: StartedJobs,
    watcher: JobWatcher,
    randomHex: RandomHex,
    log: Log,
  ) {
    this.#deleteJobs = deleteJobs;
    this.#store = store;
    this.#started = started;
    this.#watcher = watcher;
    this.#randomHex = randomHex;
    this.#log = log;
  }

  /** Asks the instance for all its jobs. Never fails: why it could not be had is in the store. Asked twice, asks once. */
  refresh(host: InstanceHost): Promise<void> {
    const underway = this.#underway.get(host.hostname);
    if (underway) {
      return underway;
    }
    const refreshed = this.#refresh(host).finally(() => this.#underway.delete(host.hostname));
    this.#underway.set(host.hostname, refreshed);
    return refreshed;
  }

  /** Refreshes all instances side by side. */
  async refreshAll(): Promise<void> {
    await Promise.all(this.#store.instances.map(({ host }) => this.refresh(host)));
  }

  /** Goes on with what a restart has interrupted: the starts whose end the person was not told. Else asks nothing. */
  async resume(): Promise<void> {
    const open = await this.#started.hostnamesWithOpenStarts();
    const hosts = this.#store.instances.map(({ host }) => host).filter(({ hostname }) => open.has(hostname));
    await Promise.all(hosts.map((host) => this.refresh(host)));
  }

  /** Asks for the jobs of the instances that have not been asked yet. */
  async loadUnasked(): Promise<void> {
    const unasked = this.#store.instances.filter(({ list }) => list.kind === 'unasked');
    await Promise.all(unasked.map(({ host }) => this.refresh(host)));
  }

  /** Refreshes the instances whose jobs could not be had for want of an account. */
  async refreshSignedOut(): Promise<void> {
    const signedOut = this.#store.instances.filter(
      ({ list }) => list.kind === 'failed' && list.error instanceof SignInRequiredError,
    );
    await Promise.all(signedOut.map(({ host }) => this.refresh(host)));
  }

  async #refresh(host: InstanceHost): Promise<void> {
    // A job that was started elsewhere goes on under the trace of the request that found it.
    const trace = TraceContext.begin(this.#randomHex);
    const earlier = this.#store.instance(host)?.jobs ?? [];
    try {
      const started = await this.#started.startsOn(host);
      const jobs: DeletionJob[] = [];
      for await (const page of this.#deleteJobs.forHost(host).list(trace)) {
        if (!this.#store.instance(host)) {
          // Removed meanwhile, or no longer allowed: nothing more is sent there.
          return;
        }
        for (const { id, ...answer } of page) {
          if (id !== undefined) {
            const known = this.#store.job(host, id) ?? { start: undefined, trace, ...started.get(id) };
            jobs.push(deletionJob(host, { id, ...answer }, known));
          }
        }
      }
      const listed = new Set(jobs.map(({ id }) => id));
      // Started before a crash or a restart, with an outcome that nobody was told: it is asked for by its id.
      const unsettled = [...(await this.#started.openOn(host))]
        .filter(([id]) => !listed.has(id))
        .map(([id, known]) => this.#store.job(host, id) ?? unconfirmedJob(host, id, known));
      this.#store.setJobs(host, [...jobs, ...unsettled], earlier);
    } catch (error) {
      logFailure(this.#log, error);
      this.#store.setListFailed(host, error);
    }
    this.#store
      .instance(host)
      ?.jobs.filter(isActive)
      .forEach((job) => {
        this.#watcher.watch(job);
      });
  }
}
