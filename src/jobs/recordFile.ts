import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import * as v from 'valibot';
import type { Clock } from '../service/clock.ts';
import type { Log } from '../service/log.ts';

const startRecord = v.object({
  hostname: v.string(),
  id: v.string(),
  /** Milliseconds since the Unix epoch. */
  startedAt: v.number(),
  traceparent: v.string(),
  tracestate: v.optional(v.string()),
  timeoutInMinutes: v.optional(v.number()),
  /** Whether the person was told how the job ended. */
  isEndTold: v.optional(v.boolean()),
});

const records = v.object({
  version: v.literal(1),
  /** Host names of the known instances, in the order in which they were added. */
  instances: v.array(v.string()),
  /** Jobs that this extension started, oldest first. */
  starts: v.array(startRecord),
});

/** A start of a deletion job, written down before it is sent. */
export type StartRecord = v.InferOutput<typeof startRecord>;

/** What survives a restart. It holds no secrets. */
export type Records = v.InferOutput<typeof records>;

const nothing: Records = { version: 1, instances: [], starts: [] };

/**
 * The records, in one JSON file that all windows share. Every change reads the file first and replaces it whole, so
 * that what another window wrote before stays, and a crash leaves the old or the new file, never half of one. Two
 * windows that change it within the same few milliseconds may still lose one of the changes.
 *
 * Not VS Code's `globalState`: that is cached for each window, so that two windows overwrite each other for good.
 */
export class RecordFile {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #log: Log;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string, clock: Clock, log: Log) {
    this.#path = path;
    this.#clock = clock;
    this.#log = log;
  }

  /** Reads the records. Without a file there are none; a file that can't be understood is set aside. */
  read(): Promise<Records> {
    return this.#inTurn(() => this.#read());
  }

  /**
   * Changes the records.
   *
   * @returns the records after the change
   * @throws the file system's error when the file can't be read or written; nothing is changed then
   */
  change(edit: (before: Records) => Records): Promise<Records> {
    return this.#inTurn(async () => {
      const changed = edit(await this.#read());
      await mkdir(dirname(this.#path), { recursive: true });
      await writeFileAtomic(this.#path, `${JSON.stringify(changed, undefined, 2)}\n`);
      return changed;
    });
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #read(): Promise<Records> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return nothing;
      }
      throw error;
    }
    const understood = understand(text);
    if (understood) {
      return understood;
    }
    const aside = `${this.#path}.unreadable-${this.#clock.now()}`;
    await rename(this.#path, aside);
    this.#log.warn(`The list of instances and started jobs can't be read. It was set aside as ${aside}.`);
    return nothing;
  }
}

function understand(text: string): Records | undefined {
  try {
    const result = v.safeParse(records, JSON.parse(text));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
