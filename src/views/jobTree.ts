import * as vscode from 'vscode';
import { isActive, jobKey, type DeletionJob } from '../jobs/deletionJob.ts';
import type { Instance, JobStore } from '../jobs/jobStore.ts';
import { describeJob } from '../jobs/jobText.ts';
import type { Clock } from '../service/clock.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { coalesced } from './coalesced.ts';
import { InstanceNode, JobNode, MoreNode, NoteNode, ProblemNode, type JobTreeNode } from './jobNodes.ts';
import { instanceItem, jobItem, jobTooltip, moreItem, noteItem, problemItem } from './jobTreeItem.ts';

/** Milliseconds between two redrawings of an active job's age. */
const ageIntervalInMs = 5000;

/** Rows of jobs that an instance has at first, and more each time they are asked for: thousands would block the window. */
const rowsAtOnce = 100;

/** The view "Deletion Jobs": instances, and under each its jobs, newest first. Renders the store. */
export class JobTree implements vscode.TreeDataProvider<JobTreeNode>, vscode.Disposable {
  readonly #store: JobStore;
  readonly #refresh: (host: InstanceHost) => Promise<void>;
  readonly #clock: Clock;
  readonly #changed = new vscode.EventEmitter<JobTreeNode | undefined>();
  readonly #view: vscode.TreeView<JobTreeNode>;
  // VS Code knows a row by its object: redrawing one row takes the very object that was handed out for it.
  readonly #nodes = new Map<string, JobTreeNode>();
  readonly #rowLimits = new Map<string, number>();
  readonly #disposed = new AbortController();
  readonly #showActive: () => void;
  readonly onDidChangeTreeData = this.#changed.event;

  /** @param refresh has the store filled with an instance's jobs */
  constructor(store: JobStore, refresh: (host: InstanceHost) => Promise<void>, clock: Clock) {
    this.#store = store;
    this.#refresh = refresh;
    this.#clock = clock;
    store.on('instances', this.#redrawAll);
    store.on('instance', this.#redrawInstance);
    store.on('job', this.#redrawJob);
    this.#view = vscode.window.createTreeView('digitalTwins.jobs', { treeDataProvider: this });
    this.#showActive = coalesced(
      () => {
        this.#showActiveNow();
      },
      clock,
      this.#disposed.signal,
    );
    void this.#keepAges();
  }

  /** Shows the view with this instance, or with this job of it, selected. A help only: whether it works is not told. */
  reveal(shown: InstanceHost | DeletionJob): void {
    const node = 'host' in shown ? this.#rowOf(shown) : this.#instanceNode(shown);
    this.#view.reveal(node, { select: true, focus: false }).then(undefined, () => undefined);
  }

  /** Shows more of the jobs of an instance that has many. */
  showMore(host: InstanceHost): void {
    this.#rowLimits.set(host.hostname, this.#rowLimit(host) + rowsAtOnce);
    this.#changed.fire(this.#instanceNode(host));
  }

  /** A tooltip is made when it is to be shown: of a hundred rows hardly one is. */
  resolveTreeItem(item: vscode.TreeItem, node: JobTreeNode): vscode.TreeItem {
    const job = node instanceof JobNode ? this.#store.job(node.host, node.id) : undefined;
    if (job) {
      item.tooltip = jobTooltip(job, this.#clock.now());
    }
    return item;
  }

  getTreeItem(node: JobTreeNode): vscode.TreeItem {
    if (node instanceof InstanceNode) {
      return instanceItem(this.#store.instance(node.host) ?? { host: node.host, protection: undefined, details: {} });
    }
    if (node instanceof MoreNode) {
      return moreItem(node, (this.#store.instance(node.host)?.jobs.length ?? 0) - this.#rowLimit(node.host));
    }
    if (node instanceof JobNode) {
      const job = this.#store.job(node.host, node.id);
      return job ? jobItem(node, job, this.#clock.now()) : new vscode.TreeItem(node.id);
    }
    if (node instanceof ProblemNode) {
      const list = this.#store.instance(node.host)?.list;
      return list?.kind === 'failed' ? problemItem(node, list.error, list.explanation) : new vscode.TreeItem('');
    }
    return noteItem(node);
  }

  getChildren(node?: JobTreeNode): JobTreeNode[] {
    if (!node) {
      return this.#store.instances.map(({ host }) => this.#instanceNode(host));
    }
    const instance = node instanceof InstanceNode ? this.#store.instance(node.host) : undefined;
    return instance ? this.#jobRows(instance) : [];
  }

  #jobRows({ host, list, jobs }: Instance): JobTreeNode[] {
    const limit = this.#rowLimit(host);
    const rows: JobTreeNode[] = jobs.slice(0, limit).map((job) => this.#jobNode(job));
    if (jobs.length > limit) {
      rows.push(this.#node(`${host.hostname}/more`, () => new MoreNode(host)));
    }
    switch (list.kind) {
      case 'unasked':
        // Not awaited: VS Code would show no row of any instance until the slowest has answered.
        void this.#refresh(host);
        return rows.length > 0 ? rows : [this.#noteNode(host, 'loading')];
      case 'failed':
        return [this.#node(`${host.hostname}/problem`, () => new ProblemNode(host)), ...rows];
      case 'loaded':
        return rows.length > 0 ? rows : [this.#noteNode(host, 'empty')];
    }
  }

  getParent(node: JobTreeNode): JobTreeNode | undefined {
    return node instanceof InstanceNode ? undefined : this.#instanceNode(node.host);
  }

  /** Redraws the rows of active jobs while they can be seen: their age is nothing that the store tells of. */
  async #keepAges(): Promise<void> {
    while (!this.#disposed.signal.aborted) {
      await this.#clock.delay(ageIntervalInMs, this.#disposed.signal).catch(() => undefined);
      if (this.#view.visible) {
        this.#store.activeJobs.forEach((job) => {
          this.#changed.fire(this.#jobNode(job));
        });
        this.#showActive();
      }
    }
  }

  dispose(): void {
    this.#disposed.abort();
    this.#store.off('instances', this.#redrawAll);
    this.#store.off('instance', this.#redrawInstance);
    this.#store.off('job', this.#redrawJob);
    this.#view.dispose();
    this.#changed.dispose();
  }

  readonly #redrawAll = (): void => {
    for (const [key, { host }] of this.#nodes) {
      if (!this.#store.instance(host)) {
        this.#nodes.delete(key);
      }
    }
    this.#showActive();
    this.#changed.fire(undefined);
  };

  readonly #redrawInstance = (host: InstanceHost): void => {
    this.#showActive();
    this.#changed.fire(this.#instanceNode(host));
  };

  readonly #redrawJob = (job: DeletionJob, before: DeletionJob | undefined): void => {
    if (isActive(job) || (before && isActive(before))) {
      this.#showActive();
    }
    // One that has just appeared comes with its instance's redrawing, and one that has no row needs none.
    const row = before && this.#nodes.get(jobKey(job));
    if (row) {
      this.#changed.fire(row);
    }
  };

  /** Active jobs outside of the rows: as a badge, and above them, for a job's id alone fills a narrow row. */
  #showActiveNow(): void {
    const active = this.#store.activeJobs;
    this.#view.message = active.map((job) => `${job.host.name}: ${describeJob(job, this.#clock.now())}`).join('; ');
    const running = active.length;
    const tooltip = running === 1 ? '1 deletion job is running' : `${running} deletion jobs are running`;
    this.#view.badge = running === 0 ? undefined : { value: running, tooltip };
  }

  #rowLimit(host: InstanceHost): number {
    return this.#rowLimits.get(host.hostname) ?? rowsAtOnce;
  }

  /** The row of a job, with as many others shown as that takes. */
  #rowOf(job: DeletionJob): JobTreeNode {
    const at = this.#store.instance(job.host)?.jobs.findIndex(({ id }) => id === job.id) ?? -1;
    if (at >= this.#rowLimit(job.host)) {
      this.#rowLimits.set(job.host.hostname, at + 1);
      this.#changed.fire(this.#instanceNode(job.host));
    }
    return this.#jobNode(job);
  }

  #instanceNode(host: InstanceHost): JobTreeNode {
    return this.#node(host.hostname, () => new InstanceNode(host));
  }

  #jobNode(job: DeletionJob): JobTreeNode {
    return this.#node(jobKey(job), () => new JobNode(job));
  }

  #noteNode(host: InstanceHost, note: NoteNode['note']): JobTreeNode {
    return this.#node(`${host.hostname}/${note}`, () => new NoteNode(host, note));
  }

  #node(key: string, make: () => JobTreeNode): JobTreeNode {
    const node = this.#nodes.get(key) ?? make();
    this.#nodes.set(key, node);
    return node;
  }
}
