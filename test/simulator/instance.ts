import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import { Contents, type Counts } from './contents.ts';
import {
  defaultDeletion,
  deletionState,
  scheduleDeletion,
  timeoutLimits,
  type DeletionJob,
  type DeletionSettings,
} from './deleteJobs.ts';
import { ServiceError, type ErrorDefinition } from './errors.ts';
import { GeneratedGraph, type GraphSize } from './graph.ts';
import { importState, type ImportJob } from './importJobs.ts';
import { JobRecords } from './jobRecords.ts';

/** What a simulated instance starts with. */
export interface InstanceOptions {
  readonly graph?: Partial<GraphSize>;
  readonly deletion?: Partial<DeletionSettings>;
  /** How far query results lag behind writes, in milliseconds; 10 s when absent, as documented for the service. */
  readonly queryLagMs?: number;
}

/** A deletion job to put into the history. */
export interface PlantedDeletion {
  readonly id?: string;
  /** `succeeded` when absent. Any status but `succeeded` and `failed` leaves the job active. */
  readonly status?: string;
  /** Milliseconds since 1970; the current time when absent. */
  readonly createdAt?: number;
  /** Milliseconds since 1970; a minute after the creation when absent. Without meaning for an active job. */
  readonly finishedAt?: number;
  readonly error?: ErrorDefinition;
}

/** An import job to put into the history. */
export interface PlantedImport {
  readonly id?: string;
  /** `running` when absent. Any status but `succeeded`, `failed` and `cancelled` leaves the job active. */
  readonly status?: string;
  /** Milliseconds since 1970; the current time when absent. */
  readonly createdAt?: number;
  /** Milliseconds since 1970; a minute after the creation when absent. Without meaning for an active job. */
  readonly finishedAt?: number;
  readonly error?: ErrorDefinition;
}

/** The state of a simulated instance: its contents and its jobs, moved by a clock. It knows no HTTP. */
export class Instance {
  /** How deletion jobs that start from now on go. */
  deletion: DeletionSettings;
  /** How far query results lag behind writes, in milliseconds. */
  queryLagMs: number;
  readonly deletionJobs: JobRecords<DeletionJob>;
  readonly importJobs: JobRecords<ImportJob>;
  readonly #clock: Clock;
  readonly #contents: Contents;
  /** What queries see: the same history, later. */
  readonly #indexed: Contents;
  readonly #journal: { readonly at: number; readonly write: (contents: Contents) => void }[] = [];
  #indexedTo = -Infinity;

  constructor(clock: Clock, options: InstanceOptions = {}) {
    this.#clock = clock;
    const graph = new GeneratedGraph({ twins: 0, ...options.graph }, clock.now());
    this.#contents = new Contents(graph);
    this.#indexed = new Contents(graph);
    this.deletion = { ...defaultDeletion, ...options.deletion };
    this.queryLagMs = options.queryLagMs ?? 10_000;
    this.deletionJobs = new JobRecords(clock, deletionState);
    this.importJobs = new JobRecords(clock, importState);
  }

  now(): number {
    return this.#clock.now();
  }

  /** What is there now: what reads by id see. */
  get contents(): Contents {
    this.#contents.advance(this.now());
    return this.#contents;
  }

  /** What queries see: the contents as they were `queryLagMs` ago. */
  get indexed(): Contents {
    this.#catchUp();
    return this.#indexed;
  }

  /** How many models, twins and relationships are there now. */
  get counts(): Counts {
    return this.contents.counts;
  }

  /** Changes the contents now, and what queries see later. The change must be the same on both. */
  write(change: (contents: Contents) => void): void {
    change(this.contents);
    this.#journal.push({ at: this.now(), write: change });
    this.#catchUp();
  }

  /**
   * Starts a deletion job.
   * @param id the client's operation id; one is made when absent.
   * @throws ServiceError `ValidationFailed` for a used id or a timeout outside 15..1440, `JobLimitReached` while a bulk
   * job is active.
   */
  startDeletion(id: string = randomUUID(), timeoutInMinutes: number = timeoutLimits.default): DeletionJob {
    const { minimum, maximum } = timeoutLimits;
    if (!Number.isInteger(timeoutInMinutes) || timeoutInMinutes < minimum || timeoutInMinutes > maximum) {
      throw new ServiceError(
        400,
        'ValidationFailed',
        `timeoutInMinutes must be an integer between ${minimum} and ${maximum}.`,
      );
    }
    if (this.deletionJobs.get(id) !== undefined) {
      throw new ServiceError(400, 'ValidationFailed', 'Operation-Id already exists.');
    }
    if (this.deletionJobs.active !== undefined || this.importJobs.active !== undefined) {
      throw new ServiceError(400, 'JobLimitReached', 'The maximum number of delete jobs allowed has been reached.');
    }
    const { job, run } = scheduleDeletion(id, this.now(), timeoutInMinutes, this.deletion);
    this.deletionJobs.add(job);
    this.#contents.plan(run);
    this.#indexed.plan(run);
    return job;
  }

  /** Puts a deletion job into the history. It deletes nothing. */
  plantDeletionJob(planted: PlantedDeletion = {}): DeletionJob {
    const { id = randomUUID(), status = 'succeeded', createdAt = this.now(), error } = planted;
    const ended = status === 'succeeded' || status === 'failed';
    const job: DeletionJob = {
      id,
      createdAt,
      runsAt: createdAt,
      endsAt: ended ? (planted.finishedAt ?? createdAt + 60_000) : Infinity,
      endsAs: status,
      ...(!ended && { statusBeforeEnd: status }),
      ...(error !== undefined && { error }),
    };
    this.deletionJobs.add(job);
    return job;
  }

  /**
   * Puts many finished deletion jobs into the history, one a minute, the last an hour ago.
   * @param prefix what their ids start with; a number from 1 follows.
   */
  plantDeletionJobs(count: number, prefix = 'planted-'): void {
    for (let number = 1; number <= count; number += 1) {
      const createdAt = this.now() - (60 + count - number) * 60_000;
      this.plantDeletionJob({ id: `${prefix}${number}`, createdAt, finishedAt: createdAt + 30_000 });
    }
  }

  /** Puts an import job into the list. While it is active, no deletion job can start. */
  plantImportJob(planted: PlantedImport = {}): ImportJob {
    const { id = `import-job-${randomUUID()}`, status = 'running', createdAt = this.now(), error } = planted;
    const ended = ['succeeded', 'failed', 'cancelled'].includes(status);
    const job: ImportJob = {
      id,
      createdAt,
      status,
      inputBlobUri: 'https://storage.example/container/input.ndjson',
      outputBlobUri: 'https://storage.example/container/output.ndjson',
      ...(ended && { finishedAt: planted.finishedAt ?? createdAt + 60_000 }),
      ...(error !== undefined && { error }),
    };
    this.importJobs.add(job);
    return job;
  }

  #catchUp(): void {
    this.#indexedTo = Math.max(this.#indexedTo, this.now() - this.queryLagMs);
    let next = this.#journal[0];
    while (next !== undefined && next.at <= this.#indexedTo) {
      this.#indexed.advance(next.at);
      next.write(this.#indexed);
      this.#journal.shift();
      next = this.#journal[0];
    }
    this.#indexed.advance(this.#indexedTo);
  }
}
