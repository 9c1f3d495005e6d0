import * as vscode from 'vscode';
import type { DeletionJob } from '../jobs/deletionJob.ts';
import type { JobStore } from '../jobs/jobStore.ts';
import { describeJob, leftText, percentText, statusText } from '../jobs/jobText.ts';
import type { Clock } from '../service/clock.ts';
import { coalesced } from './coalesced.ts';
import { JobNode } from './jobNodes.ts';

/** Milliseconds between two looks at what time alone changes in the tooltip. */
const ageIntervalInMs = 5000;

/** Active jobs in the status bar: there while any is active, in every window. A click shows the job in the tree. */
export class JobStatusBar implements vscode.Disposable {
  readonly #store: JobStore;
  readonly #clock: Clock;
  readonly #item = vscode.window.createStatusBarItem('digitalTwins.activeJobs', vscode.StatusBarAlignment.Left);
  readonly #disposed = new AbortController();
  readonly #changed: () => void;

  constructor(store: JobStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#item.name = 'Azure Digital Twins: Deletion Jobs';
    this.#changed = coalesced(
      () => {
        this.#show();
      },
      clock,
      this.#disposed.signal,
    );
    store.on('job', this.#changed);
    store.on('instances', this.#changed);
    void this.#keepAges();
  }

  dispose(): void {
    this.#store.off('job', this.#changed);
    this.#store.off('instances', this.#changed);
    this.#disposed.abort();
    this.#item.dispose();
  }

  async #keepAges(): Promise<void> {
    while (!this.#disposed.signal.aborted) {
      await this.#clock.delay(ageIntervalInMs, this.#disposed.signal).catch(() => undefined);
      this.#show();
    }
  }

  #show(): void {
    const jobs = this.#store.activeJobs;
    const [first] = jobs;
    if (!first || this.#disposed.signal.aborted) {
      this.#item.hide();
      return;
    }
    const text =
      jobs.length === 1
        ? `${first.host.name} ${percentText(first) ?? statusText(first)}`
        : `${jobs.length} deletion jobs`;
    // A status of the service is data: no icon of its own.
    this.#item.text = `$(sync~spin) ${text.replaceAll('$(', '$ (')}`;
    const now = this.#clock.now();
    const lines = jobs.map((job) => line(job, now));
    this.#item.tooltip = lines.join('\n');
    this.#item.accessibilityInformation = { label: `Deletion jobs: ${lines.join('; ')}` };
    this.#item.command = {
      command: 'digitalTwins.revealJob',
      title: 'Show in Deletion Jobs',
      arguments: [new JobNode(first)],
    };
    this.#item.show();
  }
}

function line(job: DeletionJob, now: number): string {
  const left = leftText(job);
  return `${job.host.name}: ${describeJob(job, now)}${left === '' ? '' : `; left: ${left}`}`;
}
