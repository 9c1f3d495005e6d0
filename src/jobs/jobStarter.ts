import type { DeleteJobs } from '../service/deleteJobs.ts';
import { ConnectionError, ServiceError, UnexpectedAnswerError } from '../service/errors.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { OperationId } from '../service/operationId.ts';
import type { TimeoutInMinutes } from '../service/timeoutInMinutes.ts';
import type { TraceContext } from '../service/traceContext.ts';
import { deletionJob, type DeletionJob } from './deletionJob.ts';
import type { JobStore } from './jobStore.ts';
import type { JobWatcher } from './jobWatcher.ts';
import type { KnownInstances } from './knownInstances.ts';
import type { StartedJobs } from './startedJobs.ts';

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
  readonly #deleteJobs: (host: InstanceHost) => DeleteJobs;
  readonly #instances: KnownInstances;
  readonly #started: StartedJobs;
  readonly #store: JobStore;
  readonly #watcher: JobWatcher;

  constructor(
    deleteJobs: (host: InstanceHost) => DeleteJobs,
    instances: KnownInstances,
    started: StartedJobs,
    store: JobStore,
    watcher: JobWatcher,
  ) {
    this.#deleteJobs = deleteJobs;
    this.#instances = instances;
    this.#started = started;
    this.#store = store;
    this.#watcher = watcher;
  }

  /**
   * Starts a deletion job. The instance becomes a known one.
   *
   * @throws StartFailedError when the service did not accept it or its answer did not arrive
   */
  async start({ host, timeoutInMinutes, operationId, trace }: StartRequest): Promise<DeletionJob> {
    const known = { trace, start: { timeoutInMinutes } };
    let isNew = false;
    try {
      await this.#instances.add(host);
      isNew = await this.#started.remember(host, operationId, known);
      const answer = await this.#deleteJobs(host).add({ operationId, timeoutInMinutes, trace });
      const job = deletionJob(host, answer, known);
      this.#store.setJob(job);
      this.#watcher.watch(job);
      return job;
    } catch (error) {
      if (mayHaveStarted(error)) {
        throw new StartFailedError(host, 'unknown', error);
      }
      if (isNew) {
        await this.#started.forget(host, operationId);
      }
      throw new StartFailedError(host, 'no', error);
    }
  }
}

// Only an answer that refuses proves that nothing started: a gateway's 5xx may hide an accepted request.
function mayHaveStarted(error: unknown): boolean {
  return (
    error instanceof ConnectionError ||
    error instanceof UnexpectedAnswerError ||
    (error instanceof ServiceError && error.status >= 500)
  );
}
