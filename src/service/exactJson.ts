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
 * Where a value may stand that needs a closer look: a null, or a number that JavaScript may write in another way. Those are
 * numbers of more than 15 digits, with an exponent, or with a fraction that ends in 0, and -0 and what is below 0.000001.
 * Texts that look like it are taken along: that costs time and changes nothing.
 */
const mayBeOdd =
  /[:,[]\s*(?:null\b|-?(?:\d{16}|[\d.]{17}|\d+\.\d*0(?=[\s,\]}])|\d+(?:\.\d+)?[eE]|0\.000000)|-0(?![\d.]))/;

/**
 * Reads JSON so that `JSON.stringify` writes every number as it was: what a double can't hold, such as an integer beyond
 * 2^53, and what JavaScript would write in another way, such as `1.0` or `1e5`, is kept as text.
 *
 * @throws SyntaxError when the text is no JSON
 */
export function parseExact(text: string, { withoutNulls = false }: ExactJsonOptions = {}): unknown {
  if (!mayBeOdd.test(text) && /^\s*[[{]/.test(text)) {
    // Four times as fast, and most of what there is.
    return JSON.parse(text);
  }
  return exactJson.parse(text, function (_, value, { source }) {
    if (typeof value === 'number') {
      return source === undefined || String(value) === source ? value : exactJson.rawJSON(source);
    }
    return value === null && withoutNulls && !Array.isArray(this) ? undefined : value;
  });
}
