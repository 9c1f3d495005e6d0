import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../service/clock.ts';
import type { DataPlane } from '../service/dataPlane.ts';
import { errorCodes, type DeleteJob } from '../service/deleteJob.ts';
import { IdentityChangedError, InstanceBusyError, ServiceError } from '../service/errors.ts';
import type { Identity } from '../service/identity.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { OperationId } from '../service/operationId.ts';
import { provesNothingStarted } from '../service/startOutcome.ts';
import type { TimeoutInMinutes } from '../service/timeoutInMinutes.ts';
import type { TraceContext } from '../service/traceContext.ts';
import { wholeContents, type CountedContents } from './contents.ts';
import { deletionJob, unconfirmedJob, type DeletionJob } from './deletionJob.ts';
import type { ExclusiveUse } from './exclusiveUse.ts';
import type { JobStore } from './jobStore.ts';
import type { KnownInstances } from './knownInstances.ts';
import type { Lock } from './locks.ts';
import type { RememberedStart, StartedJobs } from './startedJobs.ts';

/** All that a start needs to be told. */
export interface StartRequest {
  readonly host: InstanceHost;
  /** Undefined: the service's default. */
  readonly timeoutInMinutes: TimeoutInMinutes | undefined;
  readonly operationId: OperationId;
  readonly trace: TraceContext;
  /** Whether the operation id was made up for this start, so that no other job can have it. */
  readonly isIdNew?: boolean;
  /** What the person was shown before confirming. */
  readonly before?: CountedContents | undefined;
  /** The ids of our starts on the instance when it was looked at; any other makes what was shown untrue. */
  readonly knownStarts?: ReadonlySet<string> | undefined;
  /** Who asked when the instance was looked at: the start is sent as nobody else. */
  readonly identity?: Identity;
}

/** What starting needs of the jobs layer. */
export interface JobStarterParts {
  readonly dataPlane: DataPlane;
  readonly instances: KnownInstances;
  readonly started: StartedJobs;
  readonly store: JobStore;
  readonly uses: ExclusiveUse;
}

/** Machines' clocks differ: a job that was created so much before its start was sent is another one. */
const clockSkewInMs = 5 * 60_000;

/** A start that did not succeed. The cause is what went wrong. */
export class StartFailedError extends Error {
  override readonly name = 'StartFailedError';
  readonly host: InstanceHost;
  /** `no`: the instance has refused or never been asked. `unknown`: it was asked and may have started the job. */
  readonly started: 'no' | 'unknown';

  constructor(host: InstanceHost, started: 'no' | 'unknown', cause: unknown) {
    super('The deletion job could not be started.', { cause });
    this.host = host;
    this.started = started;
  }
}

/** Starts deletion jobs: written down first, sent once, in the store from then on. */
export class JobStarter {
  readonly #dataPlane: DataPlane;
  readonly #instances: KnownInstances;
  readonly #started: StartedJobs;
  readonly #store: JobStore;
  readonly #uses: ExclusiveUse;
  readonly #clock: Clock;

  constructor({ dataPlane, instances, started, store, uses }: JobStarterParts, clock: Clock) {
    this.#dataPlane = dataPlane;
    this.#instances = instances;
    this.#started = started;
    this.#store = store;
    this.#uses = uses;
    this.#clock = clock;
  }

  /**
   * Starts a deletion job. The instance becomes a known one. A start without a clear answer is in the store as
   * unconfirmed: the instance is asked for its id until it turns out to be a job or none.
   *
   * @throws StartFailedError when the instance is protected, another start is under way or was made since the contents
   *   were shown, the service did not accept it, or its answer did not arrive
   */
  async start(request: StartRequest): Promise<DeletionJob> {
    const { host } = request;
    const lock = await this.#before(host, () => this.#begin(request));
    let use: Lock | undefined;
    try {
      use = await this.#before(host, () => this.#uses.take(host));
      const known = {
        trace: request.trace,
        start: {
          startedAt: this.#clock.now(),
          timeoutInMinutes: request.timeoutInMinutes,
          isEndTold: false,
          before: request.before && wholeContents(request.before),
        },
      };
      const isNew = await this.#before(host, () => this.#writeDown(request, known, lock));
      const answer = await this.#send(request, known, isNew);
      if (answer.id !== request.operationId) {
        // Without this the job would only be a stranger after a restart.
        await this.#started.remember(host, answer.id, known).catch(() => undefined);
        await this.#started.forget(host, request.operationId).catch(() => undefined);
      }
      return this.#shown(deletionJob(host, answer, known, this.#clock.now()));
    } finally {
      await use?.release().catch(() => undefined);
      await lock.release().catch(() => undefined);
    }
  }

  /** Whatever fails here, nothing was sent. */
  async #before<T>(host: InstanceHost, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      throw new StartFailedError(host, 'no', error);
    }
  }

  async #begin({ host }: StartRequest): Promise<Lock> {
    const lock = await this.#started.tryBegin(host);
    if (!lock) {
      throw new InstanceBusyError(host, 'Another start of a deletion job is under way.');
    }
    try {
      await this.#instances.refuseProtected(host);
      return lock;
    } catch (error) {
      await lock.release().catch(() => undefined);
      throw error;
    }
  }

  async #writeDown(request: StartRequest, known: RememberedStart, lock: Lock): Promise<boolean> {
    const { host, operationId, knownStarts } = request;
    await this.#instances.add(host);
    // In the same step: whoever else starts a job writes it down before, and is seen here, or after, and sees this one.
    const isNew = await this.#started.remember(host, operationId, known, (others) => {
      if (knownStarts && others.some((id) => id !== operationId && !knownStarts.has(id))) {
        throw new InstanceBusyError(host, 'A deletion job was started while this one was being confirmed.');
      }
    });
    try {
      // After a sleep another window may have what was ours, and the instance may be protected by now.
      await this.#instances.refuseProtected(host);
      if (request.identity && !isDeepStrictEqual(this.#instances.identityOf(host), request.identity)) {
        throw new IdentityChangedError(host);
      }
      if (lock.lost.aborted) {
        throw new InstanceBusyError(host, 'Another window took over while this one was asleep.');
      }
      return isNew;
    } catch (error) {
      if (isNew) {
        await this.#started.forget(host, operationId).catch(() => undefined);
      }
      throw error;
    }
  }

  async #send(request: StartRequest, known: RememberedStart, isNew: boolean): Promise<Accepted> {
    const { host, operationId: id } = request;
    try {
      return await this.#dataPlane.forHost(host).deleteJobs.add(request);
    } catch (error) {
      if (isIdTaken(error)) {
        const taken = await this.#whoTook(request, known, isNew);
        if (taken.by === 'this start') {
          return taken.job;
        }
        if (taken.by === 'unknown') {
          throw this.#unconfirmed(request, known, error);
        }
      } else if (!provesNothingStarted(error)) {
        throw this.#unconfirmed(request, known, error);
      }
      if (isNew) {
        // A record too many is harmless: the service will never list the job.
        await this.#started.forget(host, id).catch(() => undefined);
      }
      throw new StartFailedError(host, 'no', error);
    }
  }

  /**
   * The service has a job of this id already. Something on the way may have sent the one request twice, so that the
   * refusal is the answer to a copy of an accepted start: what the job is like tells.
   */
  async #whoTook(
    { host, operationId: id, trace, isIdNew }: StartRequest,
    { start }: RememberedStart,
    isNew: boolean,
  ): Promise<{ by: 'this start'; job: Accepted } | { by: 'an earlier job' | 'unknown' }> {
    if (!isNew) {
      // An earlier start of ours has taken it; whether that one was ever accepted is being asked already.
      return { by: 'unknown' };
    }
    try {
      const job = await this.#dataPlane.forHost(host).deleteJobs.getById(id, trace);
      if (isIdNew) {
        return { by: 'this start', job: { ...job, id } };
      }
      const createdAt = Date.parse(job.createdDateTime ?? '');
      if (Number.isNaN(createdAt)) {
        return { by: 'unknown' };
      }
      return createdAt >= start.startedAt - clockSkewInMs
        ? { by: 'this start', job: { ...job, id } }
        : { by: 'an earlier job' };
    } catch {
      return { by: 'unknown' };
    }
  }

  #unconfirmed({ host, operationId: id }: StartRequest, known: RememberedStart, error: unknown): StartFailedError {
    this.#shown(this.#store.job(host, id) ?? unconfirmedJob(host, id, known, this.#clock.now()));
    return new StartFailedError(host, 'unknown', error);
  }

  #shown(job: DeletionJob): DeletionJob {
    this.#store.setJob(job);
    return this.#store.job(job.host, job.id) ?? job;
  }
}

type Accepted = DeleteJob & { id: string };

function isIdTaken(error: unknown): boolean {
  return error instanceof ServiceError && errorCodes(error.error).includes('ValidationFailed');
}
