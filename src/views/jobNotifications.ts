import * as vscode from 'vscode';
import { isActive, jobKey, type DeletionJob } from '../jobs/deletionJob.ts';
import { formatDuration } from '../jobs/duration.ts';
import type { JobStore } from '../jobs/jobStore.ts';
import { describeJob } from '../jobs/jobText.ts';
import type { Clock } from '../service/clock.ts';

/** Follows each job that this extension started: a progress notification while it is active, then its end, told once. */
export class JobNotifications implements vscode.Disposable {
  readonly #store: JobStore;
  readonly #clock: Clock;
  readonly #tellEnd: (job: DeletionJob) => void;
  /** What ends the progress notification of each followed job at once, instead of at its next report. */
  readonly #followed = new Map<string, AbortController>();
  readonly #told = new Set<string>();
  readonly #disposed = new AbortController();

  /** @param tellEnd is called once for each job that has ended, here or before a restart */
  constructor(store: JobStore, clock: Clock, tellEnd: (job: DeletionJob) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#tellEnd = tellEnd;
    store.on('job', this.#changed);
  }

  dispose(): void {
    this.#store.off('job', this.#changed);
    this.#disposed.abort();
  }

  readonly #changed = (job: DeletionJob): void => {
    // A job of somebody else shows in the tree; a notification that can't be cancelled is for one's own.
    if (job.start === undefined) {
      return;
    }
    const key = jobKey(job);
    if (isActive(job)) {
      // Given up and found again: it will have another end.
      this.#told.delete(key);
      this.#followOnce(job, key);
      return;
    }
    this.#followed.get(key)?.abort();
    if (!job.start.isEndTold && !this.#told.has(key)) {
      this.#told.add(key);
      this.#tellEnd(job);
    }
  };

  #followOnce(job: DeletionJob, key: string): void {
    if (this.#followed.has(key)) {
      return;
    }
    const end = new AbortController();
    this.#followed.set(key, end);
    // There is no Cancel button, for the service has no cancel.
    const options = { location: vscode.ProgressLocation.Notification, title: `Deletion job on ${job.host.hostname}` };
    void vscode.window
      .withProgress(options, (progress) =>
        this.#follow(job, progress, AbortSignal.any([end.signal, this.#disposed.signal])),
      )
      .then(() => this.#followed.delete(key));
  }

  /** Reports each second until the job has ended or is no longer shown. */
  async #follow(
    { host, id }: DeletionJob,
    progress: vscode.Progress<{ message: string }>,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      const job = this.#store.job(host, id);
      if (!job || !isActive(job)) {
        return;
      }
      progress.report({ message: describeJob(job, this.#clock.now(), formatDuration) });
      await this.#clock.delay(1000, signal).catch(() => undefined);
    }
  }
}
