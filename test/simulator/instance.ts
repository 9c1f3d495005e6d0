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
import { GeneratedGraph, type GraphSize, type Model, type Relationship, type Twin } from './graph.ts';
import { graphText } from './graphText.ts';
import { importState, type ImportJob } from './importJobs.ts';
import { JobRecords } from './jobRecords.ts';
import { plantedModel, plantedRelationship, plantedTwin, type PlantedJson, type PlantedModel } from './planting.ts';

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

/** An event route as the service answers it. */
export interface EventRoute {
  readonly id: string;
  readonly endpointName: string;
  readonly filter: string;
}

/** The state of a simulated instance: its contents and its jobs, moved by a clock. It knows no HTTP. */
export class Instance {
  /** How deletion jobs that start from now on go. */
  deletion: DeletionSettings;
  /** How far query results lag behind writes, in milliseconds. */
  queryLagMs: number;
  readonly deletionJobs: JobRecords<DeletionJob>;
  readonly importJobs: JobRecords<ImportJob>;
  /** By id. No job touches them. */
  readonly eventRoutes = new Map<string, EventRoute>();
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

  /** Everything in a form in which two instances can be compared: see `graphText.ts`. */
  graphText(): string[] {
    return graphText(this.contents);
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

  /** Puts an event route there, or in the place of one with its id. */
  plantEventRoute({ id, endpointName, filter }: EventRoute): EventRoute {
    const route = { id, endpointName, filter };
    this.eventRoutes.set(id, route);
    return route;
  }

  /**
   * Puts a twin there as it is, unchecked; queries see it, and all that was written before, at once.
   * @throws TypeError without `$dtId` or `$metadata.$model`.
   */
  plantTwin(json: PlantedJson): Twin {
    const twin = plantedTwin(json, this.now());
    this.#plant(({ twins }) => {
      twins.put(twin.$dtId, twin);
    });
    return twin;
  }

  /**
   * Puts a relationship there as it is, unchecked, as `plantTwin` does: its twins need not exist.
   * @throws TypeError without source, id, target or name.
   */
  plantRelationship(json: PlantedJson): Relationship {
    const relationship = plantedRelationship(json);
    this.#plant((contents) => {
      contents.putRelationship(relationship);
    });
    return relationship;
  }

  /**
   * Puts a model there as it is, unchecked, as `plantTwin` does: what it refers to need not exist.
   * @throws TypeError without `@id`.
   */
  plantModel(definition: PlantedJson, planted: PlantedModel = {}): Model {
    const model = plantedModel(definition, planted, this.now());
    this.#plant(({ models }) => {
      models.put(model.id, model);
    });
    return model;
  }

  #plant(change: (contents: Contents) => void): void {
    this.write(change);
    this.#catchUp(this.now());
  }

  #catchUp(to = this.now() - this.queryLagMs): void {
    this.#indexedTo = Math.max(this.#indexedTo, to);
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
