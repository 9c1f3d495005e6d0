/** What Microsoft Entra says of a refusal, wherever in a text it stands. */
export interface EntraError {
  /** For example `AADSTS50020`. */
  readonly code: string | undefined;
  /** Names the one request at Microsoft Entra: a GUID. */
  readonly traceId: string | undefined;
  /** Names the sign-in, by which an administrator finds it in the sign-in log: a GUID. */
  readonly correlationId: string | undefined;
  /** The words after the code, in one line and without ids and time; of a text without a code, all of it. */
  readonly words: string;
}

/** Characters of a message that are read: Microsoft Entra needs far fewer, but the text may be anybody's. */
const longest = 10_000;

const guid = '([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})';
// As libraries write them, and as they are in the JSON of the answer: `Trace ID: …`, `"trace_id":"…"`.
const trace = new RegExp(`\\btrace[ _]id"?: ?"?${guid}`, 'i');
const correlation = new RegExp(`\\bcorrelation[ _]id"?: ?"?${guid}`, 'i');

/** Reads a refusal of Microsoft Entra out of the message of whatever was asked to sign in. */
export function readEntraError(message: string): EntraError {
  const line = message.slice(0, longest).replace(/\s+/g, ' ').trim();
  const [code] = /\bAADSTS\d{4,8}\b/.exec(line) ?? [];
  const after = code === undefined ? line : line.slice(line.indexOf(code) + code.length);
  const [words = ''] = after.replace(/^: ?/, '').split(/ ?(?:- )?\b(?:Trace ID|Correlation ID|Timestamp): /);
  return { code, traceId: trace.exec(line)?.[1], correlationId: correlation.exec(line)?.[1], words };
}
