import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../service/clock.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import { isActive, type DeletionJob } from './deletionJob.ts';
import { together, type JobStore } from './jobStore.ts';
import { JsonFile, type JsonFileOptions, type JsonFileParts } from './jsonFile.ts';
import {
  bounded,
  fromStored,
  historyLimit,
  toStored,
  understandJobs,
  type StoredJob,
  type StoredJobs,
} from './storedJob.ts';

/** Changes that come within this many milliseconds are written together. */
const quietInMs = 100;

/**
 * What this window knows of jobs, shared with the other windows and with the time after a restart: a file for each
 * instance, which is also the history of jobs that the service has purged. What the store learns is written, and what
 * other windows have written goes into the store.
 */
export class SharedJobs {
  readonly #folder: string;
  readonly #parts: JsonFileParts;
  readonly #store: JobStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #files = new Map<string, JsonFile<StoredJobs>>();
  readonly #unsaved = new Map<string, Map<string, DeletionJob>>();
  readonly #saving = new Map<string, Promise<void>>();
  #isLoading = false;
  #isFailing = false;

  constructor(folder: string, parts: JsonFileParts, store: JobStore) {
    this.#folder = folder;
    this.#parts = parts;
    this.#store = store;
    this.#clock = parts.clock;
    this.#log = parts.log;
    store.on('job', this.#changed);
  }

  /** Brings the store up to what is written about an instance. Never fails: what can't be read is not known then. */
  async load(host: InstanceHost): Promise<void> {
    try {
      const { jobs } = await this.#file(host.hostname).read();
      this.#isLoading = true;
      this.#store.addStored(
        host,
        jobs.map((job) => fromStored(host, job)),
      );
    } catch (error) {
      this.#log.warn(`What is remembered of the jobs on ${host.hostname} can't be read. ${String(error)}`);
    } finally {
      this.#isLoading = false;
    }
  }

  /** Another window has written a file of this name: if it is about a known instance, it is loaded. */
  async fileChanged(name: string): Promise<void> {
    const instance = this.#store.instances.find(({ host }) => fileName(host.hostname) === name);
    if (instance) {
      await this.load(instance.host);
    }
  }

  /** All that is remembered, also of instances that are not in the list any more. */
  async readAll(): Promise<readonly StoredJobs[]> {
    await this.saved();
    const names = await readdir(this.#folder).catch(() => []);
    const read = names
      .filter((name) => name.endsWith('.json'))
      .map((name) => new JsonFile(this.#filePartsOf(join(this.#folder, name), '')).read());
    const files = await Promise.allSettled(read);
    files.forEach((file) => {
      if (file.status === 'rejected') {
        this.#log.warn(`A file of remembered jobs can't be read. ${String(file.reason)}`);
      }
    });
    return files.flatMap((file) => (file.status === 'fulfilled' && file.value.jobs.length > 0 ? [file.value] : []));
  }

  /** Resolves when all that is known is written, of one instance or of all. */
  async saved(host?: InstanceHost): Promise<void> {
    if (host) {
      await this.#saving.get(host.hostname);
      return;
    }
    while (this.#saving.size > 0) {
      await Promise.all(this.#saving.values());
    }
  }

  readonly #changed = (job: DeletionJob): void => {
    if (this.#isLoading) {
      return;
    }
    const { hostname } = job.host;
    const unsaved = this.#unsaved.get(hostname) ?? new Map<string, DeletionJob>();
    unsaved.set(job.id, job);
    this.#unsaved.set(hostname, unsaved);
    if (!this.#saving.has(hostname)) {
      const saving = this.#save(job.host).finally(() => this.#saving.delete(hostname));
      this.#saving.set(hostname, saving);
    }
  };

  async #save(host: InstanceHost): Promise<void> {
    while (this.#unsaved.has(host.hostname)) {
      await this.#clock.delay(quietInMs);
      const jobs = newest([...(this.#unsaved.get(host.hostname)?.values() ?? [])]);
      this.#unsaved.delete(host.hostname);
      try {
        await this.#file(host.hostname).change((before) => withJobs(before, host, jobs));
        this.#isFailing = false;
      } catch (error) {
        // The jobs are watched all the same; only other windows and a later day know less. Once is enough to say it.
        if (!this.#isFailing) {
          this.#log.warn(`What is known of jobs can't be written, so other windows won't show it. ${String(error)}`);
        }
        this.#isFailing = true;
      }
    }
  }

  #file(hostname: string): JsonFile<StoredJobs> {
    const file =
      this.#files.get(hostname) ?? new JsonFile(this.#filePartsOf(join(this.#folder, fileName(hostname)), hostname));
    this.#files.set(hostname, file);
    return file;
  }

  #filePartsOf(path: string, hostname: string): JsonFileOptions<StoredJobs> {
    return { ...this.#parts, path, understand: understandJobs, empty: { version: 1, hostname, jobs: [] } };
  }
}

/** A host name as the name of a file: a colon is none on Windows. */
function fileName(hostname: string): string {
  return `${hostname.replace(':', '_')}.json`;
}

/** No more than are kept anyway: a first list may bring thousands. */
function newest(jobs: DeletionJob[]): DeletionJob[] {
  const rank = (job: DeletionJob): number =>
    isActive(job) || job.start?.isEndTold === false ? Infinity : (job.createdAt ?? job.start?.startedAt ?? 0);
  return jobs.length <= historyLimit ? jobs : jobs.sort((a, b) => rank(b) - rank(a) || 0).slice(0, historyLimit);
}

function withJobs(before: StoredJobs, host: InstanceHost, jobs: readonly DeletionJob[]): StoredJobs {
  const stored = new Map<string, StoredJob>(before.jobs.map((job) => [job.answer.id, job]));
  let isChanged = false;
  for (const job of jobs) {
    const old = stored.get(job.id);
    const known = old && fromStored(host, old);
    const both = together(known, job, 'other');
    if (both !== known) {
      stored.set(job.id, toStored(both));
      isChanged = true;
    }
  }
  return isChanged
    ? {
        version: 1,
        hostname: host.hostname,
        jobs: bounded([...stored.values()], (job) => fromStored(host, job)),
      }
    : before;
}
