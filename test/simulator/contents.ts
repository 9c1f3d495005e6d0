import { relationshipKey, type GeneratedGraph, type Model, type Relationship, type Twin } from './graph.ts';
import { nothingGenerated, Table } from './table.ts';

/** What a deletion job does to the contents: from nothing to a share of all that was there, evenly over its time. */
export interface DeletionRun {
  /** When deleting starts and stops, milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** The share that is gone when it stops: 1 when it succeeded. */
  readonly share: number;
}

/** How many items an instance holds. */
export interface Counts {
  readonly models: number;
  readonly twins: number;
  readonly relationships: number;
}

interface Progress {
  readonly run: DeletionRun;
  /** What was there when the run started, in the order of deletion. */
  readonly parts: readonly {
    readonly table: Pick<Table<unknown>, 'removeFirst'>;
    readonly count: number;
    readonly before: number;
  }[];
  removed: number;
}

/** The models, twins and relationships of an instance at one time, which moves forward with `advance`. */
export class Contents {
  readonly models = new Table<Model>(nothingGenerated());
  readonly twins: Table<Twin>;
  readonly relationships: Table<Relationship>;
  readonly #graph: GeneratedGraph;
  readonly #planned: DeletionRun[] = [];
  #current: Progress | undefined;

  constructor(graph: GeneratedGraph) {
    this.#graph = graph;
    this.twins = new Table(graph.twins);
    this.relationships = new Table(graph.relationships);
    for (const model of graph.models) {
      this.models.put(model.id, model);
    }
  }

  get counts(): Counts {
    return { models: this.models.size, twins: this.twins.size, relationships: this.relationships.size };
  }

  /** Adds a run to those that `advance` carries out. Runs do not overlap: one bulk job at a time. */
  plan(run: DeletionRun): void {
    this.#planned.push(run);
  }

  /** Brings the contents to this time, milliseconds since 1970. A time that has passed changes nothing. */
  advance(time: number): void {
    for (;;) {
      this.#current ??= this.#start(time);
      if (this.#current === undefined) {
        return;
      }
      this.#proceed(this.#current, time);
      if (time < this.#current.run.to) {
        return;
      }
      this.#finish(this.#current);
      this.#current = undefined;
    }
  }

  /** The relationships that leave this twin. */
  outgoing(twinId: string): Relationship[] {
    return this.#relationshipsAt(this.#graph.outgoing(twinId), ({ $sourceId }) => $sourceId === twinId);
  }

  /** The relationships that point at this twin. */
  incoming(twinId: string): Relationship[] {
    return this.#relationshipsAt(this.#graph.incoming(twinId), ({ $targetId }) => $targetId === twinId);
  }

  #relationshipsAt(generated: readonly number[], belongs: (relationship: Relationship) => boolean): Relationship[] {
    const found: Relationship[] = [];
    for (const index of generated) {
      const relationship = this.relationships.at(index);
      if (relationship !== undefined) {
        found.push(relationship);
      }
    }
    for (const [, relationship] of this.relationships.written()) {
      if (belongs(relationship)) {
        found.push(relationship);
      }
    }
    return found;
  }

  #start(time: number): Progress | undefined {
    const run = this.#planned[0];
    if (run === undefined || time < run.from) {
      return undefined;
    }
    this.#planned.shift();
    const parts = [this.relationships, this.twins, this.models].map((table) => ({
      table,
      count: table.size,
      before: table.writes,
    }));
    return { run, parts, removed: 0 };
  }

  #proceed(progress: Progress, time: number): void {
    const { run, parts } = progress;
    const elapsed = run.to > run.from ? Math.min(1, (time - run.from) / (run.to - run.from)) : 1;
    const total = parts.reduce((sum, { count }) => sum + count, 0);
    const target = Math.floor(total * run.share * elapsed);
    let start = 0;
    for (const { table, count, before } of parts) {
      const due = Math.min(count, target - start) - Math.max(0, Math.min(count, progress.removed - start));
      if (due > 0) {
        table.removeFirst(due, before);
      }
      start += count;
    }
    progress.removed = Math.max(progress.removed, target);
  }

  #finish({ run, parts }: Progress): void {
    if (run.share < 1) {
      return;
    }
    for (const { table, before } of parts) {
      table.removeFirst(Infinity, before);
    }
    // Written while the job ran, between twins that it deleted.
    for (const [key, { $sourceId, $targetId }] of this.relationships.written()) {
      if (this.twins.get($sourceId) === undefined || this.twins.get($targetId) === undefined) {
        this.relationships.delete(key);
      }
    }
  }

  /** Stores a relationship under its source and id. */
  putRelationship(relationship: Relationship): void {
    this.relationships.put(relationshipKey(relationship.$sourceId, relationship.$relationshipId), relationship);
  }
}
