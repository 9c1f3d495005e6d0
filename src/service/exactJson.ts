/** A JSON object of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object: neither null, nor an array, nor a number whose text is kept. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !exactJson.isRawJSON(value);
}

/** What is left out while reading. */
export interface ExactJsonOptions {
  /** Whether members of objects that are null are left out; those of arrays stay, for others follow them. */
  readonly withoutNulls?: boolean;
}

/**
 * The part of `JSON` that keeps the text of numbers, which every supported VS Code has and TypeScript's library does not
 * know yet: https://tc39.es/proposal-json-parse-with-source/.
 */
interface ExactJson {
  parse(
    text: string,
    reviver: (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
}

const exactJson = JSON as unknown as ExactJson;

/**
 * Reads JSON so that `JSON.stringify` writes every number as it was: what a double can't hold, such as an integer beyond
 * 2^53, and what JavaScript would write in another way, such as `1.0` or `1e5`, is kept as text.
 *
 * @throws SyntaxError when the text is no JSON
 */
export function parseExact(text: string, { withoutNulls = false }: ExactJsonOptions = {}): unknown {
  return exactJson.parse(text, function (_, value, { source }) {
    if (typeof value === 'number') {
      return source === undefined || String(value) === source ? value : exactJson.rawJSON(source);
    }
    return value === null && withoutNulls && !Array.isArray(this) ? undefined : value;
  });
}
