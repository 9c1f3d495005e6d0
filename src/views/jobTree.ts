import * as vscode from 'vscode';
import { isActive, jobKey, type DeletionJob } from '../jobs/deletionJob.ts';
import type { Instance, JobStore } from '../jobs/jobStore.ts';
import { describeJob } from '../jobs/jobText.ts';
import type { Clock } from '../service/clock.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { InstanceNode, JobNode, NoteNode, ProblemNode, type JobTreeNode } from './jobNodes.ts';
import { instanceItem, jobItem, noteItem, problemItem } from './jobTreeItem.ts';

/** Milliseconds between two redrawings of an active job's age. */
const ageIntervalInMs = 5000;

/** The view "Deletion Jobs": instances, and under each its jobs, newest first. Renders the store. */
export class JobTree implements vscode.TreeDataProvider<JobTreeNode>, vscode.Disposable {
  readonly #store: JobStore;
  readonly #refresh: (host: InstanceHost) => Promise<void>;
  readonly #clock: Clock;
  readonly #changed = new vscode.EventEmitter<JobTreeNode | undefined>();
  readonly #view: vscode.TreeView<JobTreeNode>;
  // VS Code knows a row by its object: redrawing one row takes the very object that was handed out for it.
  readonly #nodes = new Map<string, JobTreeNode>();
  readonly #disposed = new AbortController();
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
    void this.#keepAges();
  }

  /** Shows the view with this instance, or with this job of it, selected. A help only: whether it works is not told. */
  reveal(shown: InstanceHost | DeletionJob): void {
    const node = 'host' in shown ? this.#jobNode(shown) : this.#instanceNode(shown);
    this.#view.reveal(node, { select: true, focus: false }).then(undefined, () => undefined);
  }

  getTreeItem(node: JobTreeNode): vscode.TreeItem {
    if (node instanceof InstanceNode) {
      return instanceItem(node.host);
    }
    if (node instanceof JobNode) {
      const job = this.#store.job(node.host, node.id);
      return job ? jobItem(node, job, this.#clock.now()) : new vscode.TreeItem(node.id);
    }
    if (node instanceof ProblemNode) {
      const list = this.#store.instance(node.host)?.list;
      return problemItem(node, list?.kind === 'failed' ? list.error : undefined);
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
    const rows: JobTreeNode[] = jobs.map((job) => this.#jobNode(job));
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
        this.#store.jobs.filter(isActive).forEach((job) => {
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
    // One that has just appeared comes with its instance's redrawing.
    if (before) {
      this.#changed.fire(this.#jobNode(job));
    }
  };

  /** Active jobs outside of the rows: as a badge, and above them, for a job's id alone fills a narrow row. */
  #showActive(): void {
    const active = this.#store.jobs.filter(isActive);
    this.#view.message = active.map((job) => `${job.host.name}: ${describeJob(job, this.#clock.now())}`).join('; ');
    const running = active.length;
    const tooltip = running === 1 ? '1 deletion job is running' : `${running} deletion jobs are running`;
    this.#view.badge = running === 0 ? undefined : { value: running, tooltip };
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
