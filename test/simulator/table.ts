import type { Generated } from './graph.ts';

/** Where a reading of a table stands: it goes on behind this generated index and behind this write. */
export interface Cursor {
  readonly index: number;
  readonly write: number;
}

/** One page of a table; `next` is absent on the last. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: Cursor;
}

interface Written<Item> {
  readonly item: Item;
  /** The write that brought the key into being; 0 when it was generated. */
  readonly since: number;
  /** The last write. */
  readonly write: number;
}

/**
 * Items by key, most of them generated: only what was written or deleted is stored.
 * Reading order is that of the generated items, then that of the writes.
 */
export class Table<Item> {
  readonly #generated: Generated<Item>;
  readonly #gone = new Set<number>();
  readonly #written = new Map<string, Written<Item>>();
  #from = 0;
  #writes = 0;

  constructor(generated: Generated<Item>) {
    this.#generated = generated;
  }

  get size(): number {
    return this.#generated.count - this.#from - this.#gone.size + this.#written.size;
  }

  /** The number of the last write: what `removeFirst` takes to spare later items. */
  get writes(): number {
    return this.#writes;
  }

  get(key: string): Item | undefined {
    const written = this.#written.get(key);
    if (written !== undefined) {
      return written.item;
    }
    const index = this.#generated.indexOf(key);
    return index === undefined ? undefined : this.at(index);
  }

  /** The generated item of this index, unless it was deleted or written over. */
  at(index: number): Item | undefined {
    return index < this.#from || this.#gone.has(index) || index >= this.#generated.count
      ? undefined
      : this.#generated.at(index);
  }

  put(key: string, item: Item): void {
    this.#writes += 1;
    const before = this.#written.get(key);
    let since = before?.since ?? this.#writes;
    if (before === undefined) {
      const index = this.#generated.indexOf(key);
      if (index !== undefined && this.at(index) !== undefined) {
        this.#gone.add(index);
        since = 0;
      }
    }
    this.#written.delete(key);
    this.#written.set(key, { item, since, write: this.#writes });
  }

  delete(key: string): void {
    if (this.#written.delete(key)) {
      return;
    }
    const index = this.#generated.indexOf(key);
    if (index !== undefined && this.at(index) !== undefined) {
      this.#gone.add(index);
    }
  }

  /** The items that were written, in the order of the writes. */
  *written(): Generator<[key: string, item: Item]> {
    for (const [key, { item }] of this.#written) {
      yield [key, item];
    }
  }

  /** Deletes the first `count` of the items that were there before the given write (see `writes`). */
  removeFirst(count: number, before: number): void {
    let left = count;
    while (left > 0 && this.#from < this.#generated.count) {
      if (!this.#gone.delete(this.#from)) {
        left -= 1;
      }
      this.#from += 1;
    }
    if (left <= 0) {
      return;
    }
    for (const [key, { since }] of this.#written) {
      if (left <= 0) {
        return;
      }
      if (since <= before) {
        this.#written.delete(key);
        left -= 1;
      }
    }
  }

  page(limit: number, cursor: Cursor = { index: 0, write: 0 }): Page<Item> {
    const items: Item[] = [];
    let index = Math.max(cursor.index, this.#from);
    let write = cursor.write;
    for (; index < this.#generated.count; index += 1) {
      const item = this.at(index);
      if (item === undefined) {
        continue;
      }
      if (items.length === limit) {
        return { items, next: { index, write } };
      }
      items.push(item);
    }
    for (const written of this.#written.values()) {
      if (written.write <= cursor.write) {
        continue;
      }
      if (items.length === limit) {
        return { items, next: { index, write } };
      }
      items.push(written.item);
      write = written.write;
    }
    return { items };
  }
}

/** A generated part that holds nothing: the table then keeps only what is written. */
export function nothingGenerated<Item>(): Generated<Item> {
  return {
    count: 0,
    at: (index) => {
      throw new RangeError(`Nothing was generated, so there is no item ${index}.`);
    },
    indexOf: () => undefined,
  };
}
