import { EventEmitter } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { InstanceHost } from '../service/instanceHost.ts';
import { isActive, type DeletionJob } from './deletionJob.ts';

/** How far the list of an instance's jobs is known. */
export type ListState =
  { readonly kind: 'unasked' } | { readonly kind: 'loaded' } | { readonly kind: 'failed'; readonly error: unknown };

/** An instance as views show it. */
export interface Instance {
  readonly host: InstanceHost;
  readonly list: ListState;
  /** Newest first. */
  readonly jobs: readonly DeletionJob[];
}

/** What changes, from the largest to the smallest: views redraw no more than that. */
export interface JobStoreEvents {
  /** Instances came or went. */
  instances: [];
  /** Jobs of one instance came or went, or its list could (no longer) be had. */
  instance: [host: InstanceHost];
  /** One job changed or appeared; `before` is undefined when it appeared. */
  job: [job: DeletionJob, before: DeletionJob | undefined];
}

interface Entry {
  readonly host: InstanceHost;
  list: ListState;
  jobs: Map<string, DeletionJob>;
  /** The jobs newest first; undefined when they have changed since. An instance may have thousands. */
  sorted: readonly DeletionJob[] | undefined;
}

/** The one truth about instances and their jobs. It holds and tells; it asks nobody and shows nothing. */
export class JobStore extends EventEmitter<JobStoreEvents> {
  readonly #entries = new Map<string, Entry>();

  /** In the order in which they were added. */
  get instances(): readonly Instance[] {
    return [...this.#entries.values()].map(asInstance);
  }

  /** All jobs of all instances. */
  get jobs(): readonly DeletionJob[] {
    return this.instances.flatMap((instance) => instance.jobs);
  }

  instance(host: InstanceHost): Instance | undefined {
    const entry = this.#entries.get(host.hostname);
    return entry && asInstance(entry);
  }

  job(host: Pick<InstanceHost, 'hostname'>, id: string): DeletionJob | undefined {
    return this.#entries.get(host.hostname)?.jobs.get(id);
  }

  /** Makes `hosts` the instances; those that stay keep their jobs. */
  setInstances(hosts: readonly InstanceHost[]): void {
    const wanted = new Map(hosts.map((host) => [host.hostname, host]));
    const gone = [...this.#entries.keys()].filter((hostname) => !wanted.has(hostname));
    const come = [...wanted.values()].filter((host) => !this.#entries.has(host.hostname));
    gone.forEach((hostname) => this.#entries.delete(hostname));
    come.forEach((host) =>
      this.#entries.set(host.hostname, { host, list: { kind: 'unasked' }, jobs: new Map(), sorted: [] }),
    );
    if (gone.length > 0 || come.length > 0) {
      this.emit('instances');
    }
  }

  /**
   * Takes over a complete list. A job that is missing from it goes when it had ended before the list was asked for: the
   * service has purged it. Any other stays: the list was on its way when the job was started.
   *
   * @param earlier the instance's jobs when the list was asked for
   */
  setJobs(host: InstanceHost, listed: readonly DeletionJob[], earlier: readonly DeletionJob[]): void {
    const entry = this.#entries.get(host.hostname);
    if (!entry) {
      return;
    }
    const before = entry.jobs;
    entry.jobs = new Map(before);
    earlier.filter((job) => !isActive(job)).forEach(({ id }) => entry.jobs.delete(id));
    listed.forEach((job) => entry.jobs.set(job.id, newer(before.get(job.id), job)));
    entry.sorted = undefined;
    const sameSet = before.size === entry.jobs.size && [...before.keys()].every((id) => entry.jobs.has(id));
    const redraw = entry.list.kind !== 'loaded' || !sameSet;
    entry.list = { kind: 'loaded' };
    if (redraw) {
      this.emit('instance', host);
    }
    for (const job of entry.jobs.values()) {
      const old = before.get(job.id);
      if (old !== job) {
        this.emit('job', job, old);
      }
    }
  }

  /** Takes over one job, unless it says less than what is known: an end is final. */
  setJob(job: DeletionJob): void {
    const entry = this.#entries.get(job.host.hostname);
    if (!entry) {
      return;
    }
    const before = entry.jobs.get(job.id);
    const next = newer(before, job);
    if (next === before) {
      return;
    }
    entry.jobs.set(job.id, next);
    entry.sorted = undefined;
    if (!before) {
      this.emit('instance', job.host);
    }
    this.emit('job', next, before);
  }

  /** Notes why the list of an instance can't be had; jobs known before stay. */
  setListFailed(host: InstanceHost, error: unknown): void {
    const entry = this.#entries.get(host.hostname);
    if (entry) {
      entry.list = { kind: 'failed', error };
      this.emit('instance', host);
    }
  }
}

function asInstance(entry: Entry): Instance {
  // A job without a time has only just been started; two of them have no order (their difference is not a number).
  entry.sorted ??= [...entry.jobs.values()].sort((a, b) => (b.createdAt ?? Infinity) - (a.createdAt ?? Infinity) || 0);
  return { host: entry.host, list: entry.list, jobs: entry.sorted };
}

// Answers may overtake one another: one that was under way when the job ended must not revive it, nor take its end away.
function newer(known: DeletionJob | undefined, job: DeletionJob): DeletionJob {
  if (!known) {
    return job;
  }
  const isFinal = hasOutcome(known) && !hasOutcome(job);
  return isFinal || isDeepStrictEqual(known, job) ? known : job;
}

function hasOutcome({ state }: DeletionJob): boolean {
  return state.status === 'succeeded' || state.status === 'failed';
}
