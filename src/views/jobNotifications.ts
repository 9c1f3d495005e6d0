import * as vscode from 'vscode';
import { isActive, jobKey, needsAttention, type DeletionJob } from '../jobs/deletionJob.ts';
import { formatDuration } from '../jobs/duration.ts';
import type { JobStore } from '../jobs/jobStore.ts';
import { describeJob, leftText } from '../jobs/jobText.ts';
import { percentDone } from '../jobs/progress.ts';
import type { JobWatcher } from '../jobs/jobWatcher.ts';
import type { Clock } from '../service/clock.ts';
import type { InstanceHost } from '../service/instanceHost.ts';

/** A progress notification for each job of ours until its end is told, in the one window that watches it. */
export class JobNotifications implements vscode.Disposable {
  readonly #store: JobStore;
  readonly #watcher: JobWatcher;
  readonly #clock: Clock;
  /** What ends the progress notification of each followed job at once, instead of at its next report. */
  readonly #followed = new Map<string, AbortController>();
  readonly #disposed = new AbortController();

  constructor(store: JobStore, watcher: JobWatcher, clock: Clock) {
    this.#store = store;
    this.#watcher = watcher;
    this.#clock = clock;
    store.on('job', this.#changed);
    watcher.on('holding', this.#heldChanged);
  }

  dispose(): void {
    this.#store.off('job', this.#changed);
    this.#watcher.off('holding', this.#heldChanged);
    this.#disposed.abort();
  }

  readonly #changed = (job: DeletionJob): void => {
    const key = jobKey(job);
    // A job of somebody else shows in the tree; a notification that can't be cancelled is for one's own.
    if (job.start && needsAttention(job) && this.#watcher.isHolding(job.host)) {
      this.#followOnce(job, key);
    } else {
      this.#followed.get(key)?.abort();
    }
  };

  readonly #heldChanged = (host: InstanceHost): void => {
    this.#store.instance(host)?.jobs.filter(needsAttention).forEach(this.#changed);
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

  /** Reports each second until the job has ended, another window watches it, or it is no longer shown. */
  async #follow(
    { host, id }: DeletionJob,
    progress: vscode.Progress<{ message: string; increment?: number }>,
    signal: AbortSignal,
  ): Promise<void> {
    let shown = 0;
    while (!signal.aborted) {
      const job = this.#store.job(host, id);
      if (!job || !needsAttention(job)) {
        return;
      }
      const left = isActive(job) ? leftText(job) : '';
      const description = describeJob(job, this.#clock.now(), formatDuration);
      const percent = percentDone(job.start?.before, job.progress) ?? 0;
      // A bar can't go back: where counts rise, it stands still.
      const increment = Math.max(0, percent - shown);
      shown += increment;
      progress.report({ message: left === '' ? description : `${description}; left: ${left}`, increment });
      await this.#clock.delay(1000, signal).catch(() => undefined);
    }
  }
}
