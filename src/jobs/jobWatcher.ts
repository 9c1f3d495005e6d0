import { EventEmitter } from 'node:events';
import type { Clock } from '../service/clock.ts';
import type { DataPlane } from '../service/dataPlane.ts';
import { errorCodes } from '../service/deleteJob.ts';
import { ServiceError, SignInRequiredError } from '../service/errors.ts';
import { explained } from '../service/explained.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import { logFailure } from '../service/logFailure.ts';
import { deletionJob, isActive, needsAttention, type DeletionJob } from './deletionJob.ts';
import type { EndCheck } from './endCheck.ts';
import type { JobStore } from './jobStore.ts';
import type { Lock, Locks } from './locks.ts';
import type { RemainingTracker } from './remainingTracker.ts';
import type { SharedJobs } from './sharedJobs.ts';
import type { StartedJobs } from './startedJobs.ts';

/** Milliseconds between two looks at a job: short at first, when a small instance may be done, then ever longer. */
export const watchIntervals = { first: 2_000, growth: 1.25, longest: 30_000 } as const;

/**
 * Milliseconds after which a window that waits for its turn to watch tries again. Together with the time after which a
 * lock's holder counts as dead it stays below 30 s.
 */
const turnIntervalInMs = 5_000;

/**
 * When a job that is not found is given up: after so many answers in a row, over so many milliseconds. One answer may
 * be a replica's lag, which reaches ten seconds. A start that was never confirmed is given up sooner.
 */
const notFoundLimit = { answers: 3, lasting: 120_000, lastingUnconfirmed: 20_000 } as const;

/** What a window that watches tells. */
export interface JobWatcherEvents {
  /** This window has begun to be the one that watches an instance's jobs, or ceased to be it. */
  holding: [host: InstanceHost, isHolding: boolean];
  /** How a job of ours has ended is to be told: once in all windows and over restarts. */
  ended: [job: DeletionJob];
}

/** What watching takes. */
export interface JobWatcherParts {
  readonly dataPlane: DataPlane;
  readonly store: JobStore;
  readonly started: StartedJobs;
  readonly shared: SharedJobs;
  readonly tracker: RemainingTracker;
  readonly endCheck: EndCheck;
  readonly locks: Locks;
  /** Whether anybody can see what this window shows: a window that is gone leaves watching to the others. */
  readonly isWindowThere: () => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Watches every job in the store that is active until it ends, and sees to it that the end of ours is told. Of several
 * windows one does this for an instance: the one that holds its lock. The others see what it writes, and one of them
 * takes over when it is gone.
 */
export class JobWatcher extends EventEmitter<JobWatcherEvents> {
  readonly #parts: JobWatcherParts;
  readonly #attended = new Map<string, AbortController>();
  readonly #held = new Map<string, Follows>();
  readonly #waits = new Set<AbortController>();
  /** Resolves when it is written that ends are to be told again which were told too early. */
  #reopened: Promise<void> = Promise.resolve();

  constructor(parts: JobWatcherParts) {
    super();
    this.#parts = parts;
    parts.store.on('job', this.#attend);
  }

  /** Whether this window is the one that watches the instance's jobs. */
  isHolding(host: InstanceHost): boolean {
    return this.#held.has(host.hostname);
  }

  /** Looks at all jobs now instead of at the end of their intervals: something has changed that lets it succeed. */
  lookNow(): void {
    this.#waits.forEach((wait) => {
      wait.abort();
    });
  }

  /** Stops all watching; the jobs themselves go on at the service, and another window may take over. */
  dispose(): void {
    this.#parts.store.off('job', this.#attend);
    this.#attended.forEach((end) => {
      end.abort();
    });
  }

  readonly #attend = (job: DeletionJob, before: DeletionJob | undefined): void => {
    const { hostname } = job.host;
    if (!needsAttention(job)) {
      return;
    }
    if (job.start && before && !isActive(before) && isActive(job)) {
      const reopened = this.#parts.started.reopen(job.host, job.id).catch((error: unknown) => {
        logFailure(this.#parts.log, error);
      });
      this.#reopened = Promise.all([this.#reopened, reopened]).then(() => undefined);
    }
    this.#held.get(hostname)?.follow(job.id);
    if (!this.#attended.has(hostname)) {
      const end = new AbortController();
      this.#attended.set(hostname, end);
      void this.#attendTo(job.host, end.signal);
    }
  };

  #needy(host: InstanceHost): readonly DeletionJob[] {
    return this.#parts.store.instance(host)?.jobs.filter(needsAttention) ?? [];
  }

  async #attendTo(host: InstanceHost, signal: AbortSignal): Promise<void> {
    const { shared } = this.#parts;
    while (!signal.aborted && this.#needy(host).length > 0) {
      const lock = (await this.#parts.isWindowThere()) ? await this.#tryLock(host) : undefined;
      if (lock) {
        await this.#hold(host, lock, signal);
      } else {
        await this.#wait(turnIntervalInMs, signal);
        await shared.load(host);
      }
    }
    // In the same moment as the last look at what needs attention: what comes later is attended to anew.
    this.#attended.delete(host.hostname);
  }

  async #tryLock(host: InstanceHost): Promise<Lock | undefined> {
    const { locks, log } = this.#parts;
    try {
      return await locks.tryTake(`${host.hostname}.watch`);
    } catch (error) {
      // Where nothing can be locked, each window watches for itself: better told twice than not at all.
      log.warn(`Windows can't agree which of them watches ${host.hostname}. ${String(error)}`);
      return { lost: new AbortController().signal, release: () => Promise.resolve() };
    }
  }

  async #hold(host: InstanceHost, lock: Lock, ended: AbortSignal): Promise<void> {
    const done = new AbortController();
    const signal = AbortSignal.any([ended, lock.lost, done.signal]);
    void this.#keepPresence(done, signal);
    const follows = new Follows((id) => this.#follow(host, id, signal));
    try {
      await this.#parts.shared.load(host);
      await this.#readTold(host);
      this.#held.set(host.hostname, follows);
      this.emit('holding', host, true);
      this.#needy(host).forEach(({ id }) => {
        follows.follow(id);
      });
      await follows.ended();
    } finally {
      done.abort();
      this.#held.delete(host.hostname);
      this.emit('holding', host, false);
      // What was found out must be there when the next window takes over.
      await this.#parts.shared.saved(host);
      await lock.release().catch(() => undefined);
    }
  }

  /** Ends a hold when the window has gone. */
  async #keepPresence(hold: AbortController, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#parts.clock.delay(turnIntervalInMs, signal).catch(() => undefined);
      if (!(await this.#parts.isWindowThere())) {
        hold.abort();
      }
    }
  }

  /** Takes over which ends were told by another window that may be gone since. */
  async #readTold(host: InstanceHost): Promise<void> {
    const { started, store, log } = this.#parts;
    await this.#reopened;
    try {
      for (const [id, { start }] of await started.startsOn(host)) {
        if (start.isEndTold) {
          store.update(host, id, (job) => withEndTold(job, job.updatedAt));
        }
      }
    } catch (error) {
      logFailure(log, error);
    }
  }

  /** Sees a job through: asks until it has ended, then has its end told. What fails on the way is tried again. */
  async #follow(host: InstanceHost, id: string, signal: AbortSignal): Promise<void> {
    const { store, log } = this.#parts;
    for (let job = store.job(host, id); !signal.aborted && job && needsAttention(job); job = store.job(host, id)) {
      try {
        await (isActive(job) ? this.#watch(job, signal) : this.#conclude(job, signal));
      } catch (error) {
        // A defect, or a disk that fails.
        logFailure(log, error);
      }
      const now = store.job(host, id);
      if (now && needsAttention(now) && isActive(now) === isActive(job)) {
        await this.#wait(turnIntervalInMs, signal);
      }
    }
  }

  /** Asks for an active job and counts what is left meanwhile. */
  async #watch({ host, id }: DeletionJob, signal: AbortSignal): Promise<void> {
    const polled = new AbortController();
    try {
      const tracked = this.#parts.tracker.track(host, id, AbortSignal.any([signal, polled.signal]));
      await this.#poll(host, id, signal);
      polled.abort();
      await tracked;
    } finally {
      polled.abort();
    }
  }

  async #poll(host: InstanceHost, id: string, signal: AbortSignal): Promise<void> {
    const { store, dataPlane, clock, log } = this.#parts;
    let interval: number = watchIntervals.first;
    let notFound: { answers: number; since: number } | undefined;
    for (;;) {
      await this.#wait(interval, signal);
      const job = store.job(host, id);
      if (signal.aborted || !job || !isActive(job)) {
        return;
      }
      interval = Math.min(interval * watchIntervals.growth, watchIntervals.longest);
      try {
        const answer = await dataPlane.forHost(host).deleteJobs.getById(id, job.trace);
        notFound = undefined;
        store.update(host, id, (known) => deletionJob(host, { ...answer, id }, known, clock.now()));
      } catch (error) {
        const now = clock.now();
        notFound = isNotFound(error)
          ? { answers: (notFound?.answers ?? 0) + 1, since: notFound?.since ?? now }
          : undefined;
        if (notFound && isGivenUp(job, notFound.answers, now - notFound.since)) {
          store.update(host, id, (known) => ({ ...givenUp(known), updatedAt: now }));
          return;
        }
        logFailure(log, error);
        const { short } = await explained(error);
        store.update(host, id, (known) => withProblem(known, error, short, now));
        interval = Math.max(interval, error instanceof ServiceError ? (error.retryAfterInMs ?? 0) : 0);
      }
    }
  }

  /** Counts what is left, and has the end told. */
  async #conclude(job: DeletionJob, signal: AbortSignal): Promise<void> {
    const { store, started, endCheck, clock, isWindowThere, log } = this.#parts;
    const { host, id } = job;
    const leftover = await endCheck.whatIsLeft(job, signal);
    if (signal.aborted || !(await isWindowThere())) {
      return;
    }
    store.update(host, id, (known) => ({ ...known, leftover, updatedAt: clock.now() }));
    // Where nothing can be written or locked, better told twice than not at all.
    const isFirst = await started.claimEnd(host, id).catch((error: unknown) => {
      logFailure(log, error);
      return true;
    });
    store.update(host, id, (known) => withEndTold(known, clock.now()));
    const told = store.job(host, id);
    if (isFirst && told) {
      this.emit('ended', told);
    }
  }

  /** Waits for the end of the interval, {@link lookNow} or the end of the watch. */
  async #wait(interval: number, signal: AbortSignal): Promise<void> {
    const wait = new AbortController();
    this.#waits.add(wait);
    await this.#parts.clock.delay(interval, AbortSignal.any([signal, wait.signal])).catch(() => undefined);
    this.#waits.delete(wait);
  }
}

/** The jobs of one instance that are being followed, each once at a time. */
class Follows {
  readonly #follow: (id: string) => Promise<void>;
  readonly #underway = new Map<string, Promise<void>>();

  constructor(follow: (id: string) => Promise<void>) {
    this.#follow = follow;
  }

  follow(id: string): void {
    if (!this.#underway.has(id)) {
      this.#underway.set(
        id,
        this.#follow(id).finally(() => this.#underway.delete(id)),
      );
    }
  }

  /** Resolves when nothing is followed any more. */
  async ended(): Promise<void> {
    while (this.#underway.size > 0) {
      await Promise.race(this.#underway.values());
    }
  }
}

function withEndTold(job: DeletionJob, now: number): DeletionJob {
  return job.start ? { ...job, start: { ...job.start, isEndTold: true }, updatedAt: now } : job;
}

function withProblem(job: DeletionJob, error: unknown, short: string, now: number): DeletionJob {
  const problem = {
    since: job.problem?.since ?? now,
    short,
    needsSignIn: error instanceof SignInRequiredError,
  };
  return { ...job, problem, updatedAt: now };
}

function givenUp(job: DeletionJob): DeletionJob {
  const status = job.state.status === 'unconfirmed' ? 'absent' : 'forgotten';
  return { ...job, state: { status }, problem: undefined };
}

function isGivenUp(job: DeletionJob, answers: number, lasting: number): boolean {
  const limit = job.state.status === 'unconfirmed' ? notFoundLimit.lastingUnconfirmed : notFoundLimit.lasting;
  return answers >= notFoundLimit.answers && lasting >= limit;
}

function isNotFound(error: unknown): boolean {
  return error instanceof ServiceError && errorCodes(error.error).includes('DeleteJobNotFound');
}
