import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import type { Contents } from '../jobs/contents.ts';
import { LocalFileError } from '../service/errors.ts';
import type { EventRoute } from '../service/graphReader.ts';
import { manifestPath } from './bulkFile.ts';

/** What is known of a backup besides its file: how it was made, and what the file's format can't hold. */
export interface Manifest {
  /** The version of this form. */
  readonly manifestVersion: 1;
  /** The name of the backup, which is in the same folder. */
  readonly file: string;
  readonly bytes: number;
  /** SHA-256 of the file, in hexadecimal digits. */
  readonly sha256: string;
  /** Host name of the instance. */
  readonly host: string;
  /** RFC 3339, in UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly madeBy: string;
  /** The trace that all requests of the backup belong to. */
  readonly traceId: string;
  readonly counts: { readonly inFile: Contents; readonly before: Contents; readonly after: Contents };
  /** In words, where these differ; nothing when they don't. */
  readonly differences: readonly string[];
  /** Query units that the service charged. */
  readonly queryCharge: number;
  /** The ids of models that are decommissioned: restoring puts that back. */
  readonly decommissionedModels: readonly string[];
  /** What is of the instance and not in the file. */
  readonly notInFile: {
    readonly eventRoutes: readonly EventRoute[] | { readonly notListed: string };
    readonly endpoints: string;
    readonly roleAssignments: string;
    readonly others: string;
  };
}

/** What is taken from a manifest when its backup is restored. */
export interface KnownOfBackup {
  readonly host?: string | undefined;
  readonly finishedAt?: string | undefined;
  readonly sha256?: string | undefined;
  readonly decommissionedModels: readonly string[];
}

const text = v.fallback(v.optional(v.string()), undefined);
const known: v.GenericSchema<unknown, KnownOfBackup> = v.object({
  host: text,
  finishedAt: text,
  sha256: text,
  decommissionedModels: v.fallback(v.array(v.string()), []),
});

/**
 * Reads what the manifest of a backup says.
 *
 * @returns undefined when there is none, or it can't be understood: a backup can be restored without
 * @throws LocalFileError when it is there and can't be read
 */
export async function readManifest(file: string): Promise<KnownOfBackup | undefined> {
  const path = manifestPath(file);
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw new LocalFileError(path, 'read', error);
  }
  try {
    const result = v.safeParse(known, JSON.parse(content));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
