/** `JSON` with what V8 has and TypeScript's library does not know yet: the text that a value was read from. */
const json = JSON as unknown as {
  parse(
    text: string,
    reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
};

/**
 * Reads JSON and keeps each number as it was written. One that JavaScript would write in another way, as 1.0, 1e5, -0 or
 * twenty digits, becomes a raw number, which `JSON.stringify` writes back to the letter.
 * @throws SyntaxError when the text is no JSON.
 */
export function readExactly(text: string): unknown {
  return json.parse(text, (_name, value, { source }) =>
    typeof value === 'number' && source !== undefined && source !== String(value) ? json.rawJSON(source) : value,
  );
}

/** Whether the value is a raw number: an object to JavaScript, and none to JSON. */
export function isRawNumber(value: unknown): boolean {
  return json.isRawJSON(value);
}
