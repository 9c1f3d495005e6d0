import type { Clock } from '../service/clock.ts';
import type { DataPlane } from '../service/dataPlane.ts';
import { SignInRequiredError } from '../service/errors.ts';
import { explained } from '../service/explained.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import { logFailure } from '../service/logFailure.ts';
import type { RandomHex } from '../service/random.ts';
import { TraceContext } from '../service/traceContext.ts';
import { deletionJob, unconfirmedJob, type DeletionJob } from './deletionJob.ts';
import type { JobStore } from './jobStore.ts';
import type { SharedJobs } from './sharedJobs.ts';
import type { RememberedStart, StartedJobs } from './startedJobs.ts';

/** Brings the store up to what is remembered of an instance's deletion jobs and what the instance says of them. */
export class JobList {
  readonly #dataPlane: DataPlane;
  readonly #store: JobStore;
  readonly #started: StartedJobs;
  readonly #shared: SharedJobs;
  readonly #clock: Clock;
  readonly #randomHex: RandomHex;
  readonly #log: Log;
  readonly #underway = new Map<string, Promise<void>>();

  constructor(
    dataPlane: DataPlane,
    store: JobStore,
    started: StartedJobs,
    shared: SharedJobs,
    clock: Clock,
    randomHex: RandomHex,
    log: Log,
  ) {
    this.#dataPlane = dataPlane;
    this.#store = store;
    this.#started = started;
    this.#shared = shared;
    this.#clock = clock;
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

  /** The same, but not content with an answer that was asked for before: whoever asks has changed. */
  async refreshAnew(host: InstanceHost): Promise<void> {
    await this.#underway.get(host.hostname);
    await this.refresh(host);
  }

  /** Refreshes all instances side by side. */
  async refreshAll(): Promise<void> {
    await Promise.all(this.#store.instances.map(({ host }) => this.refresh(host)));
  }

  /** The same, but not content with answers that were asked for before. */
  async refreshAllAnew(): Promise<void> {
    await Promise.all(this.#store.instances.map(({ host }) => this.refreshAnew(host)));
  }

  /**
   * Goes on with what a restart has interrupted, or the absence of an instance: the starts whose end the person was not
   * told. Else asks nothing.
   */
  async resume(): Promise<void> {
    const open = await this.#started.hostnamesWithOpenStarts();
    const unasked = this.#store.instances.filter(
      ({ host, list }) => list.kind === 'unasked' && open.has(host.hostname),
    );
    await Promise.all(unasked.map(({ host }) => this.refresh(host)));
  }

  /** Asks for the jobs of the instances that have not been asked yet. */
  async loadUnasked(): Promise<void> {
    const unasked = this.#store.instances.filter(({ list }) => list.kind === 'unasked');
    await Promise.all(unasked.map(({ host }) => this.refresh(host)));
  }

  /**
   * Looks again whether there is somebody to ask the instances that are concerned, for the accounts have changed: where
   * there is nobody any more, that is said, and where there is somebody again, the instance is asked.
   */
  async recheckSignIn(isConcerned: (host: InstanceHost) => boolean): Promise<void> {
    await Promise.all(
      this.#store.instances.map(async ({ host, list }) => {
        if (list.kind === 'unasked' || !isConcerned(host)) {
          return;
        }
        const missing = await this.#dataPlane.missingSignIn(host);
        const isSaid = list.kind === 'failed' && list.error instanceof SignInRequiredError;
        if (missing && !isSaid) {
          this.#store.setListFailed(host, missing, await explained(missing));
        } else if (!missing && isSaid) {
          await this.refresh(host);
        }
      }),
    );
  }

  async #refresh(host: InstanceHost): Promise<void> {
    // A job that was started elsewhere goes on under the trace of the request that found it.
    const trace = TraceContext.begin(this.#randomHex);
    await this.#shared.load(host);
    await this.#bringOpenStarts(host);
    const earlier = this.#store.instance(host)?.jobs ?? [];
    try {
      const started = await this.#started.startsOn(host);
      const listed = new Set<string>();
      let isWhole = true;
      for await (const page of this.#dataPlane.forHost(host).deleteJobs.list(trace)) {
        if (!this.#store.has(host)) {
          // Removed meanwhile, or no longer allowed: nothing more is sent there.
          return;
        }
        const jobs = page.flatMap(({ id, ...answer }) => (isJobId(id) ? [{ ...answer, id }] : []));
        isWhole &&= jobs.length === page.length;
        jobs.forEach(({ id }) => listed.add(id));
        this.#store.addListed(
          host,
          jobs.map((answer) => this.#asJob(host, answer, trace, started)),
        );
      }
      // What can't be read in a list may be any job: none is called purged then.
      this.#store.completeList(host, listed, isWhole ? earlier : [], this.#clock.now());
    } catch (error) {
      logFailure(this.#log, error);
      this.#store.setListFailed(host, error, await explained(error));
    }
  }

  /**
   * Has the store show the starts that were sent before a crash or a restart and that nobody was told the end of: they
   * are asked for by their ids, whether the instance can be listed or not. One that looks under way is looked at again.
   */
  async #bringOpenStarts(host: InstanceHost, attempts = 24): Promise<void> {
    const open = await this.#started.openOn(host).catch((error: unknown) => {
      logFailure(this.#log, error);
      return new Map<string, RememberedStart>();
    });
    if (open === undefined) {
      if (attempts > 0) {
        void this.#clock.delay(5_000).then(() => this.#bringOpenStarts(host, attempts - 1));
      }
      return;
    }
    for (const [id, known] of open) {
      if (!this.#store.job(host, id)) {
        this.#store.setJob(unconfirmedJob(host, id, known, this.#clock.now()));
      }
    }
  }

  #asJob(
    host: InstanceHost,
    answer: DeletionJob['answer'],
    trace: TraceContext,
    started: ReadonlyMap<string, RememberedStart>,
  ): DeletionJob {
    const remembered = started.get(answer.id);
    const known = this.#store.job(host, answer.id) ?? { trace, start: undefined };
    // What is remembered of a start counts where a job was first known as somebody else's.
    return deletionJob(host, answer, { ...known, ...(known.start ? {} : remembered) }, this.#clock.now());
  }
}

// An id that would be another address, `..` for one, can't be asked for.
function isJobId(id: string | undefined): id is string {
  return id !== undefined && id !== '' && id !== '.' && id !== '..';
}
