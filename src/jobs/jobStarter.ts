import type { Clock } from '../service/clock.ts';
import { errorCodes } from '../service/deleteJob.ts';
import type { AddOptions, DeleteJobs } from '../service/deleteJobs.ts';
import type { DeleteJobsByHost } from '../service/deleteJobsByHost.ts';
import { ConnectionError, ServiceError, SignInFailedError, SignInRequiredError } from '../service/errors.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { OperationId } from '../service/operationId.ts';
import type { TimeoutInMinutes } from '../service/timeoutInMinutes.ts';
import type { TraceContext } from '../service/traceContext.ts';
import { deletionJob, unconfirmedJob, type DeletionJob } from './deletionJob.ts';
import type { JobStore } from './jobStore.ts';
import type { JobWatcher } from './jobWatcher.ts';
import type { KnownInstances } from './knownInstances.ts';
import type { RememberedStart, StartedJobs } from './startedJobs.ts';

/** All that a start needs to be told. */
export interface StartRequest {
  readonly host: InstanceHost;
  /** Undefined: the service's default. */
  readonly timeoutInMinutes: TimeoutInMinutes | undefined;
  readonly operationId: OperationId;
  readonly trace: TraceContext;
}

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

/** Starts deletion jobs: written down first, sent once, shown and watched from then on. */
export class JobStarter {
  readonly #deleteJobs: DeleteJobsByHost;
  readonly #instances: KnownInstances;
  readonly #started: StartedJobs;
  readonly #store: JobStore;
  readonly #watcher: JobWatcher;
  readonly #clock: Clock;

  constructor(
    deleteJobs: DeleteJobsByHost,
    instances: KnownInstances,
    started: StartedJobs,
    store: JobStore,
    watcher: JobWatcher,
    clock: Clock,
  ) {
    this.#deleteJobs = deleteJobs;
    this.#instances = instances;
    this.#started = started;
    this.#store = store;
    this.#watcher = watcher;
    this.#clock = clock;
  }

  /**
   * Starts a deletion job. The instance becomes a known one. A start without a clear answer is watched as unconfirmed.
   *
   * @throws StartFailedError when the service did not accept it or its answer did not arrive
   */
  async start({ host, timeoutInMinutes, operationId, trace }: StartRequest): Promise<DeletionJob> {
    const known = { trace, start: { startedAt: this.#clock.now(), timeoutInMinutes, isEndTold: false } };
    try {
      const isNew = await this.#writeDown(host, operationId, known);
      const answer = await this.#send({ operationId, timeoutInMinutes, trace }, host, known, isNew);
      if (answer.id !== operationId) {
        // Without this the job would only be a stranger after a restart.
        await this.#started.remember(host, answer.id, known).catch(() => undefined);
        this.#started.answered(host, answer.id);
      }
      return this.#watched(deletionJob(host, answer, known));
    } finally {
      this.#started.answered(host, operationId);
    }
  }

  async #writeDown(host: InstanceHost, id: string, known: RememberedStart): Promise<boolean> {
    try {
      await this.#instances.add(host);
      return await this.#started.remember(host, id, known);
    } catch (error) {
      throw new StartFailedError(host, 'no', error);
    }
  }

  async #send(
    options: AddOptions,
    host: InstanceHost,
    known: RememberedStart,
    isNew: boolean,
  ): ReturnType<DeleteJobs['add']> {
    const id = options.operationId;
    try {
      return await this.#deleteJobs.forHost(host).add(options);
    } catch (error) {
      // An id that is taken, and by a start of ours, means that this start was accepted.
      if (!provesNothingStarted(error) || (!isNew && isIdTaken(error))) {
        this.#watched(this.#store.job(host, id) ?? unconfirmedJob(host, id, known));
        throw new StartFailedError(host, 'unknown', error);
      }
      if (isNew) {
        // A record too many is harmless: the service will never list the job.
        await this.#started.forget(host, id).catch(() => undefined);
      }
      throw new StartFailedError(host, 'no', error);
    }
  }

  #watched(job: DeletionJob): DeletionJob {
    this.#store.setJob(job);
    this.#watcher.watch(job);
    return job;
  }
}

// Nothing was sent, or the service has refused. Everything else, a gateway's 5xx included, may hide an accepted start.
function provesNothingStarted(error: unknown): boolean {
  return (
    error instanceof SignInRequiredError ||
    error instanceof SignInFailedError ||
    (error instanceof ConnectionError && !error.mayHaveArrived) ||
    (error instanceof ServiceError && error.status >= 400 && error.status < 500 && error.status !== 408)
  );
}

function isIdTaken(error: unknown): boolean {
  return error instanceof ServiceError && errorCodes(error.error).includes('ValidationFailed');
}
