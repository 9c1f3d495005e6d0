import * as v from 'valibot';
import { storedContents, storedTime } from './contents.ts';
import { storedDetails } from './instanceDetails.ts';
import { JsonFile, type JsonFileParts, type Understood } from './jsonFile.ts';

// `1e999` is a number in JSON and would be written as null.
const finite = v.pipe(v.number(), v.finite());

const startRecord = v.object({
  hostname: v.string(),
  id: v.string(),
  /** Milliseconds since the Unix epoch. */
  startedAt: storedTime,
  traceparent: v.string(),
  tracestate: v.optional(v.string()),
  timeoutInMinutes: v.optional(finite),
  /** Whether the person was told how the job ended. */
  isEndTold: v.optional(v.boolean()),
  /** What the instance held before, where it was counted. */
  before: v.optional(storedContents),
});

/** The file, whatever its entries are. */
const stored = v.object({
  version: v.literal(1),
  instances: v.optional(v.unknown()),
  details: v.optional(v.unknown()),
  protectedInstances: v.optional(v.unknown()),
  unprotectedInstances: v.optional(v.unknown()),
  areProtectionsLost: v.optional(v.unknown()),
  starts: v.optional(v.unknown()),
});

/** A start of a deletion job, written down before it is sent. */
export type StartRecord = v.InferOutput<typeof startRecord>;

/** What is remembered of a known instance. */
export type DetailsRecord = v.InferOutput<typeof storedDetails>;

/** What survives a restart. It holds no secrets. */
export interface Records {
  readonly version: 1;
  /** Host names of the known instances, in the order in which they were added. */
  readonly instances: readonly string[];
  /** What is known of them, of those of which more is known than the host name. */
  readonly details: readonly DetailsRecord[];
  /** Host names of the instances that a person protected, known or not. */
  readonly protectedInstances: readonly string[];
  /** Whether protections were stored that can't be read any more: then all instances count as protected. */
  readonly areProtectionsLost?: true;
  /** Host names of the instances that a person has said to be unprotected since. */
  readonly unprotectedInstances: readonly string[];
  /** Jobs that this extension started, oldest first. */
  readonly starts: readonly StartRecord[];
}

const nothing: Records = {
  version: 1,
  instances: [],
  details: [],
  protectedInstances: [],
  unprotectedInstances: [],
  starts: [],
};

/** What a file is that nothing can be made of: it may have held protections. */
const lost: Records = { ...nothing, areProtectionsLost: true };

/**
 * The records, in one JSON file that all windows share; see {@link JsonFile}.
 *
 * Not VS Code's `globalState`: that is cached for each window, so that two windows overwrite each other for good.
 */
export class RecordFile {
  readonly #file: JsonFile<Records>;

  constructor(path: string, parts: JsonFileParts) {
    this.#file = new JsonFile({ ...parts, path, understand: understandRecords, empty: nothing, damaged: lost });
  }

  /**
   * Reads the records. Without a file there are none.
   *
   * @throws the file system's error when the file is there and can't be read
   */
  read(): Promise<Records> {
    return this.#file.read();
  }

  /**
   * Changes the records. Nothing is written when `edit` returns the very object that it was given.
   *
   * @returns the records after the change
   * @throws the file system's error when the file can't be locked, read or written; nothing is changed then
   */
  change(edit: (before: Records) => Records): Promise<Records> {
    return this.#file.change(edit);
  }
}

/** What stored JSON says, without the entries that are none; undefined when it is no version of the records known here. */
export function understandRecords(json: unknown): Understood<Records> | undefined {
  const file = v.safeParse(stored, json);
  if (!file.success) {
    return undefined;
  }
  const instances = entries(v.string(), file.output.instances);
  // Not there before 0.1.0 remembered accounts.
  const details = entries(storedDetails, file.output.details ?? []);
  const starts = entries(startRecord, file.output.starts);
  // Not there before 0.1.0 had protection; a protection that can't be read is one that the person is told of.
  const isProtected = entries(v.string(), file.output.protectedInstances ?? []);
  return {
    value: {
      version: 1,
      instances: instances.value,
      details: details.value,
      protectedInstances: isProtected.value,
      unprotectedInstances: entries(v.string(), file.output.unprotectedInstances ?? []).value,
      ...((!isProtected.isWhole || file.output.areProtectionsLost === true) && { areProtectionsLost: true as const }),
      starts: starts.value,
    },
    isWhole: instances.isWhole && details.isWhole && starts.isWhole && isProtected.isWhole,
  };
}

function entries<S extends v.GenericSchema>(schema: S, list: unknown): Understood<v.InferOutput<S>[]> {
  if (!Array.isArray(list)) {
    return { value: [], isWhole: false };
  }
  const value = list.flatMap((entry: unknown) => {
    const result = v.safeParse(schema, entry);
    return result.success ? [result.output] : [];
  });
  return { value, isWhole: value.length === list.length };
}
