import * as vscode from 'vscode';
import { isActive, jobKey, type DeletionJob } from '../jobs/deletionJob.ts';
import { formatDuration } from '../jobs/duration.ts';
import type { JobStore } from '../jobs/jobStore.ts';
import { describeJob } from '../jobs/jobText.ts';
import type { Clock } from '../service/clock.ts';

/** The progress notification of each job that this extension started, while it is active. */
export class JobNotifications implements vscode.Disposable {
  readonly #store: JobStore;
  readonly #clock: Clock;
  readonly #ended: (job: DeletionJob) => void;
  readonly #shown = new Set<string>();
  readonly #disposed = new AbortController();

  /** @param ended is told once of each shown job that has ended */
  constructor(store: JobStore, clock: Clock, ended: (job: DeletionJob) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#ended = ended;
    store.on('job', this.#show);
  }

  dispose(): void {
    this.#store.off('job', this.#show);
    this.#disposed.abort();
  }

  readonly #show = (job: DeletionJob): void => {
    const key = jobKey(job);
    // A job of somebody else shows in the tree; a notification that can't be cancelled is for one's own.
    if (job.start === undefined || !isActive(job) || this.#shown.has(key)) {
      return;
    }
    this.#shown.add(key);
    // There is no Cancel button, for the service has no cancel.
    const options = { location: vscode.ProgressLocation.Notification, title: `Deletion job on ${job.host.name}` };
    void vscode.window
      .withProgress(options, (progress) => this.#follow(job, progress))
      .then((end) => {
        this.#shown.delete(key);
        if (end) {
          this.#ended(end);
        }
      });
  };

  /** Reports each second until the job has ended, or is no longer shown: undefined then. */
  async #follow(
    { host, id }: DeletionJob,
    progress: vscode.Progress<{ message: string }>,
  ): Promise<DeletionJob | undefined> {
    while (!this.#disposed.signal.aborted) {
      const job = this.#store.job(host, id);
      if (!job || !isActive(job)) {
        return job;
      }
      progress.report({ message: describeJob(job, this.#clock.now(), formatDuration) });
      await this.#clock.delay(1000, this.#disposed.signal).catch(() => undefined);
    }
    return undefined;
  }
}
