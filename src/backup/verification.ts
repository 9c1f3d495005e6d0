import { formatCount, type Contents } from '../jobs/contents.ts';

const kinds = ['models', 'twins', 'relationships'] as const;

/** Counts to be held against each other. */
export interface Counts {
  readonly before: Contents;
  readonly inFile: Contents;
  readonly after: Contents;
}

/**
 * Where what was written differs from what was counted before and after, in words, a line for each kind; what could not
 * be counted is said as well. Nothing when all agree.
 */
export function differencesOf({ before, inFile, after }: Counts): string[] {
  return kinds.flatMap((kind) => {
    const counts = [before[kind], inFile[kind], after[kind]];
    if (new Set(counts).size === 1) {
      return [];
    }
    return [`${kind}: ${shown(before[kind])} before, ${shown(inFile[kind])} in the file, ${shown(after[kind])} after`];
  });
}

function shown(count: number | undefined): string {
  return count === undefined ? 'not counted' : formatCount(count);
}
