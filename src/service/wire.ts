import * as v from 'valibot';

// How bodies are read: what doesn't have the documented type is taken as absent rather than refused, for every field
// of the contract is optional and its enumerations are open.

/** A text, or absent. */
export const text = v.fallback(v.optional(v.string()), undefined);

/** An object with these fields. Valibot takes an array for one too. */
export const object = <T extends v.ObjectEntries>(
  entries: T,
): v.SchemaWithPipe<readonly [v.CustomSchema<object, undefined>, v.ObjectSchema<T, undefined>]> =>
  v.pipe(
    v.custom<object>((input) => !Array.isArray(input)),
    v.object(entries),
  );

/** One page of a list. */
export interface Page<T> {
  readonly value: readonly T[];
  readonly nextLink?: string | undefined;
}

/** A page of items; an item that can't be read becomes `unreadable`. */
export const pageOf = <T>(item: v.GenericSchema<unknown, T>, unreadable: T): v.GenericSchema<unknown, Page<T>> =>
  object({ value: v.array(v.fallback(item, unreadable)), nextLink: text });

/**
 * Reads a body; undefined when it is no JSON or nothing that the schema describes.
 *
 * @param parse how JSON is read; throws for what is none
 */
export function read<T>(
  schema: v.GenericSchema<unknown, T>,
  body: string,
  parse: (body: string) => unknown = JSON.parse,
): T | undefined {
  try {
    const result = v.safeParse(schema, parse(body));
    return result.success ? result.output : undefined;
  } catch {
    // No JSON: nothing that the contract describes.
    return undefined;
  }
}
