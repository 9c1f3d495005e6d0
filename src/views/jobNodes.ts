import type { DeletionJob } from '../jobs/deletionJob.ts';
import type { InstanceHost } from '../service/instanceHost.ts';

/** The rows of the tree. They name what they show and hold none of it: the store does. */
export type JobTreeNode = InstanceNode | JobNode | ProblemNode | NoteNode | MoreNode;

/** An instance. */
export class InstanceNode {
  readonly host: InstanceHost;

  constructor(host: InstanceHost) {
    this.host = host;
  }
}

/** A deletion job of an instance. */
export class JobNode {
  readonly host: InstanceHost;
  readonly id: string;

  constructor({ host, id }: Pick<DeletionJob, 'host' | 'id'>) {
    this.host = host;
    this.id = id;
  }
}

/** Why an instance's jobs can't be shown. */
export class ProblemNode {
  readonly host: InstanceHost;

  constructor(host: InstanceHost) {
    this.host = host;
  }
}

/** What is said in place of an instance's jobs: that there are none, or none yet. */
export class NoteNode {
  readonly host: InstanceHost;
  readonly note: 'empty' | 'loading';

  constructor(host: InstanceHost, note: 'empty' | 'loading') {
    this.host = host;
    this.note = note;
  }
}

/** What stands below the newest jobs of an instance when it has many more. */
export class MoreNode {
  readonly host: InstanceHost;

  constructor(host: InstanceHost) {
    this.host = host;
  }
}

/** Whether a command was called with a row of the tree. */
export function isRow(argument: unknown): argument is JobTreeNode {
  return [InstanceNode, JobNode, ProblemNode, NoteNode, MoreNode].some((row) => argument instanceof row);
}
