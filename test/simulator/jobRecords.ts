import type { Clock } from './clock.ts';

/** How long after a job's end the service keeps its record, in milliseconds: 30 days, from the contract's examples. */
export const retentionMs = 30 * 24 * 60 * 60 * 1000;

/** What every bulk job has. */
export interface JobRecord {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** A job at one time. */
export interface JobState {
  readonly status: string;
  /** Milliseconds since 1970; absent while the job has not ended. */
  readonly finishedAt?: number;
}

/** The records of one kind of job, by id, oldest first. Records vanish when they are purged. */
export class JobRecords<Job extends JobRecord> {
  readonly #clock: Clock;
  readonly #state: (job: Job, now: number) => JobState;
  readonly #jobs = new Map<string, Job>();

  /** @param state computes a job's state from the time, so that no timer is needed. */
  constructor(clock: Clock, state: (job: Job, now: number) => JobState) {
    this.#clock = clock;
    this.#state = state;
  }

  add(job: Job): void {
    this.#jobs.set(job.id, job);
  }

  get(id: string): Job | undefined {
    const job = this.#jobs.get(id);
    if (job !== undefined && this.#isPurged(job)) {
      this.#jobs.delete(id);
      return undefined;
    }
    return job;
  }

  /** Forgets a job, as the service may for reasons of its own. What the job does to the contents goes on. */
  remove(id: string): void {
    this.#jobs.delete(id);
  }

  /** All jobs that are not purged, oldest first: the order that a public test of the Azure CLI relies on. */
  all(): Job[] {
    const kept: Job[] = [];
    for (const job of this.#jobs.values()) {
      if (this.#isPurged(job)) {
        this.#jobs.delete(job.id);
      } else {
        kept.push(job);
      }
    }
    return kept;
  }

  state(job: Job): JobState {
    return this.#state(job, this.#clock.now());
  }

  /** When the record vanishes, milliseconds since 1970. Before the end it is counted from the start. */
  purgeAt(job: Job): number {
    return (this.state(job).finishedAt ?? job.createdAt) + retentionMs;
  }

  /** The job that has not ended, if there is one. */
  get active(): Job | undefined {
    return this.all().find((job) => this.state(job).finishedAt === undefined);
  }

  #isPurged(job: Job): boolean {
    return this.state(job).finishedAt !== undefined && this.#clock.now() >= this.purgeAt(job);
  }
}
