import { EventEmitter } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { Explanation } from '../service/explain.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { isActive, type DeletionJob } from './deletionJob.ts';
import type { InstanceDetails } from './instanceDetails.ts';
import type { Protection } from './protection.ts';
import { extendedTimeline } from './timeline.ts';

/** How far the list of an instance's jobs is known. */
export type ListState =
  | { readonly kind: 'unasked' }
  | { readonly kind: 'loaded' }
  | { readonly kind: 'failed'; readonly error: unknown; readonly explanation: Explanation };

/** An instance as views show it. */
export interface Instance {
  readonly host: InstanceHost;
  /** Undefined where deletion jobs may be started. */
  readonly protection: Protection | undefined;
  readonly details: InstanceDetails;
  readonly list: ListState;
  /** Newest first. */
  readonly jobs: readonly DeletionJob[];
}

/** What changes, from the largest to the smallest: views redraw no more than that. */
export interface JobStoreEvents {
  /** Instances came or went. */
  instances: [];
  /** Jobs of one instance came or went, its list could (no longer) be had, or its protection or details changed. */
  instance: [host: InstanceHost];
  /** One job changed or appeared; `before` is undefined when it appeared. */
  job: [job: DeletionJob, before: DeletionJob | undefined];
}

interface Entry {
  readonly host: InstanceHost;
  protection: Protection | undefined;
  details: InstanceDetails;
  list: ListState;
  readonly jobs: Map<string, DeletionJob>;
  /** Those of them that are active: asked for often, while an instance may have thousands of jobs. */
  readonly active: Set<string>;
  /** The jobs newest first; undefined when they have changed since. */
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

  /** The active jobs of all instances. */
  get activeJobs(): readonly DeletionJob[] {
    return [...this.#entries.values()].flatMap(activeOf);
  }

  instance(host: Pick<InstanceHost, 'hostname'>): Instance | undefined {
    const entry = this.#entries.get(host.hostname);
    return entry && asInstance(entry);
  }

  /** The active jobs of one instance. */
  activeJobsOf(host: InstanceHost): readonly DeletionJob[] {
    const entry = this.#entries.get(host.hostname);
    return entry ? activeOf(entry) : [];
  }

  job(host: Pick<InstanceHost, 'hostname'>, id: string): DeletionJob | undefined {
    return this.#entries.get(host.hostname)?.jobs.get(id);
  }

  /** Whether an instance is known; nothing is sent to one that is not. */
  has(host: InstanceHost): boolean {
    return this.#entries.has(host.hostname);
  }

  /** Makes `hosts` the instances; those that stay keep their jobs. */
  setInstances(hosts: readonly InstanceHost[]): void {
    const wanted = new Map(hosts.map((host) => [host.hostname, host]));
    const gone = [...this.#entries].flatMap(([hostname, { host }]) =>
      wanted.get(hostname)?.cloud === host.cloud ? [] : [hostname],
    );
    gone.forEach((hostname) => this.#entries.delete(hostname));
    const come = [...wanted.values()].filter((host) => !this.#entries.has(host.hostname));
    come.forEach((host) => this.#entries.set(host.hostname, newEntry(host)));
    if (gone.length > 0 || come.length > 0) {
      this.emit('instances');
    }
  }

  /** Notes whether an instance is protected from deletion. */
  setProtection(host: InstanceHost, protection: Protection | undefined): void {
    const entry = this.#entries.get(host.hostname);
    if (entry && !isDeepStrictEqual(entry.protection, protection)) {
      entry.protection = protection;
      this.emit('instance', host);
    }
  }

  /** Notes what is known of an instance. */
  setDetails(host: InstanceHost, details: InstanceDetails): void {
    const entry = this.#entries.get(host.hostname);
    if (entry && !isDeepStrictEqual(entry.details, details)) {
      entry.details = details;
      this.emit('instance', host);
    }
  }

  /** Takes over a page of an instance's list. */
  addListed(host: InstanceHost, listed: readonly DeletionJob[]): void {
    this.#merge(host, listed, (before, job) => put(before, job));
  }

  /**
   * Notes that a list is complete. A job that is missing from it was purged by the service when it had ended before the
   * list was asked for: it stays, from memory. Any other was started while the list was on its way.
   *
   * @param ids of all jobs in the list
   * @param earlier the instance's jobs when the list was asked for
   */
  completeList(host: InstanceHost, ids: ReadonlySet<string>, earlier: readonly DeletionJob[], now: number): void {
    const entry = this.#entries.get(host.hostname);
    if (!entry) {
      return;
    }
    earlier
      .filter((job) => !isActive(job) && !job.isPurged && job.state.status !== 'absent' && !ids.has(job.id))
      .forEach(({ id }) => {
        this.update(host, id, (job) => ({ ...job, isPurged: true, updatedAt: now }));
      });
    if (entry.list.kind !== 'loaded') {
      entry.list = { kind: 'loaded' };
      this.emit('instance', host);
    }
  }

  /** Takes over what another window, or this one before a restart, has learnt: where that is later than what is known. */
  addStored(host: InstanceHost, stored: readonly DeletionJob[]): void {
    this.#merge(host, stored, (known, job) => together(known, job));
  }

  /** Takes over one job, unless it says less than what is known: an end is final. */
  setJob(job: DeletionJob): void {
    this.#merge(job.host, [job], put);
  }

  /** Changes one job, if it is there. */
  update(host: InstanceHost, id: string, change: (job: DeletionJob) => DeletionJob): void {
    const job = this.job(host, id);
    if (job) {
      this.setJob(change(job));
    }
  }

  /** Notes why the list of an instance can't be had; jobs known before stay. */
  setListFailed(host: InstanceHost, error: unknown, explanation: Explanation): void {
    const entry = this.#entries.get(host.hostname);
    if (entry) {
      entry.list = { kind: 'failed', error, explanation };
      this.emit('instance', host);
    }
  }

  #merge(
    host: InstanceHost,
    jobs: readonly DeletionJob[],
    choose: (before: DeletionJob | undefined, job: DeletionJob) => DeletionJob,
  ): void {
    const entry = this.#entries.get(host.hostname);
    if (!entry) {
      return;
    }
    const changes: [DeletionJob, DeletionJob | undefined][] = [];
    let isNew = false;
    for (const job of jobs) {
      const before = entry.jobs.get(job.id);
      const next = choose(before, job);
      if (next !== before) {
        entry.jobs.set(next.id, next);
        entry.active[isActive(next) ? 'add' : 'delete'](next.id);
        entry.sorted = undefined;
        isNew ||= before === undefined;
        changes.push([next, before]);
      }
    }
    if (isNew) {
      this.emit('instance', host);
    }
    changes.forEach(([job, before]) => this.emit('job', job, before));
  }
}

function newEntry(host: InstanceHost): Entry {
  return {
    host,
    protection: undefined,
    details: {},
    list: { kind: 'unasked' },
    jobs: new Map(),
    active: new Set(),
    sorted: [],
  };
}

function asInstance(entry: Entry): Instance {
  const { host, protection, details, list } = entry;
  // A job without a time has only just been started; two of them have no order (their difference is not a number).
  entry.sorted ??= [...entry.jobs.values()].sort((a, b) => (begunAt(b) ?? Infinity) - (begunAt(a) ?? Infinity) || 0);
  return { host, protection, details, list, jobs: entry.sorted };
}

function begunAt(job: DeletionJob): number | undefined {
  return job.createdAt ?? job.start?.startedAt;
}

function activeOf(entry: Entry): DeletionJob[] {
  return [...entry.active].flatMap((id) => entry.jobs.get(id) ?? []);
}

function put(before: DeletionJob | undefined, job: DeletionJob): DeletionJob {
  const chosen = newer(before, job);
  if (chosen === before) {
    return chosen;
  }
  const next = isRevived(before, chosen) ? withEndUntold(chosen) : chosen;
  // Also when a clock was set back, what is learnt now is later than what was known.
  const updatedAt = Math.max(next.updatedAt, (before?.updatedAt ?? -1) + 1);
  const known = { ...next, updatedAt };
  return { ...known, timeline: extendedTimeline(before, known) };
}

/** Given up too early: it goes on after all, and will have another end to tell. */
function isRevived(before: DeletionJob | undefined, next: DeletionJob): boolean {
  return before !== undefined && !isActive(before) && isActive(next);
}

function withEndUntold(job: DeletionJob): DeletionJob {
  return job.start ? { ...job, start: { ...job.start, isEndTold: false } } : job;
}

// Answers may overtake one another: one that was under way when the job ended must not revive it, nor take its end away.
function newer(known: DeletionJob | undefined, job: DeletionJob): DeletionJob {
  if (!known || isLaterJob(known, job)) {
    return job;
  }
  const isFinal = hasOutcome(known) && !hasOutcome(job);
  return isFinal || isSame(known, job) ? known : job;
}

/**
 * What two windows know of a job taken together: an end counts before anything else, then what was learnt later; what
 * only ever comes and never goes stays. Returns `known` itself when `other` adds nothing to it.
 *
 * @param tie which of them counts when both were learnt at the same time
 */
export function together(
  known: DeletionJob | undefined,
  other: DeletionJob,
  tie: 'known' | 'other' = 'known',
): DeletionJob {
  if (!known || isLaterJob(known, other)) {
    return other;
  }
  if (isLaterJob(other, known)) {
    return known;
  }
  const isLater = other.updatedAt > known.updatedAt || (tie === 'other' && other.updatedAt === known.updatedAt);
  const otherCounts = hasOutcome(known) === hasOutcome(other) ? isLater : hasOutcome(other);
  const [first, second] = otherCounts ? [other, known] : [known, other];
  const start = first.start ?? second.start;
  const merged = {
    ...first,
    // Told stays told, unless the job was given up too early and goes on.
    start: start && { ...start, isEndTold: start.isEndTold || (!isActive(first) && second.start?.isEndTold === true) },
    leftover: first.leftover ?? second.leftover,
    isTimeoutWarned: first.isTimeoutWarned || second.isTimeoutWarned,
    timeline: first.timeline.length >= second.timeline.length ? first.timeline : second.timeline,
  };
  return isSame(known, merged) ? known : merged;
}

function isSame(a: DeletionJob, b: DeletionJob): boolean {
  // When it was learnt makes no difference to anyone, and the timeline only tells of other differences.
  const { updatedAt, timeline } = a;
  return a === b || isDeepStrictEqual(a, { ...b, updatedAt, timeline });
}

/** Whether `job` is another job than `known`, and later: the history outlives the service's, where ids may come again. */
function isLaterJob(known: DeletionJob, job: DeletionJob): boolean {
  if (known.createdAt !== undefined && job.createdAt !== undefined) {
    return job.createdAt - known.createdAt > 60_000;
  }
  const [before, after] = [known.createdAt ?? known.start?.startedAt, job.start?.startedAt];
  const isSameStart = known.start !== undefined && known.start.startedAt === job.start?.startedAt;
  return !isSameStart && known.isPurged && before !== undefined && after !== undefined && after > before;
}

function hasOutcome({ state }: DeletionJob): boolean {
  return state.status === 'succeeded' || state.status === 'failed';
}
