import * as v from 'valibot';

/** What an instance holds, each as far as it could be counted. */
export interface Contents {
  readonly models: number | undefined;
  readonly twins: number | undefined;
  readonly relationships: number | undefined;
}

/** Contents as they were counted. */
export interface CountedContents extends Contents {
  /** Milliseconds since the Unix epoch. Query results lag up to 10 s behind writes. */
  readonly at: number;
  /** In a few words why something could not be counted; undefined when all of it was. */
  readonly missing: string | undefined;
}

/** A time in a file: what a Date can hold, in milliseconds since the Unix epoch. */
export const storedTime = v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e15));

const count = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)));

/** Contents as files hold them; {@link wholeContents} makes them whole. */
export const storedContents = v.object({ models: count, twins: count, relationships: count });

/** Milliseconds by which query results may lag behind what was written (service limits of Azure Digital Twins). */
export const queryLagInMs = 10_000;

const kinds = [
  ['models', 'model'],
  ['twins', 'twin'],
  ['relationships', 'relationship'],
] as const;

/** Contents with every field there, as types promise and JSON does not keep: it leaves out what is undefined. */
export function wholeContents({
  models,
  twins,
  relationships,
}: {
  readonly models?: number | undefined;
  readonly twins?: number | undefined;
  readonly relationships?: number | undefined;
}): Contents {
  return { models, twins, relationships };
}

/** All that was counted taken together; undefined when something is missing. */
export function totalOf({ models, twins, relationships }: Contents): number | undefined {
  return models === undefined || twins === undefined || relationships === undefined
    ? undefined
    : models + twins + relationships;
}

/** Whether everything was counted and there is nothing. */
export function isEmpty(contents: Contents): boolean {
  return totalOf(contents) === 0;
}

/**
 * Contents in words: `12 models, 1,200 twins and 2,500 relationships`.
 *
 * @param zeros whether to name what there is none of
 * @returns an empty text when nothing was counted, or nothing is to be named
 */
export function contentsText(contents: Contents, zeros: 'named' | 'left out' = 'named'): string {
  const parts = kinds.flatMap(([kind, one]) => {
    const count = contents[kind];
    return count === undefined || (count === 0 && zeros === 'left out')
      ? []
      : [`${formatCount(count)} ${count === 1 ? one : kind}`];
  });
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(parts);
}

/** The names of what could not be counted: `models`, `twins and relationships`; empty when all of it was. */
export function uncountedText(contents: Contents): string {
  const parts = kinds.flatMap(([kind]) => (contents[kind] === undefined ? [kind] : []));
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(parts);
}

/** A number as messages show it: `1,200`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}
