/** The line with which the extension host tells the runner that the measuring begins. */
export const benchBegins = 'BENCH BEGINS';

/** Names the port on 127.0.0.1 at which the runner waits for the probe, in the environment of the extension host. */
export const portVariable = 'BENCH_PORT';

/** What the runner has the probe do, a line of JSON each; each is answered before the next is sent. */
export type Order =
  /** Begins to measure, with a CPU profile if `profile` names the file for it. */
  | { readonly kind: 'begin'; readonly profile?: string }
  /** Ends it; the answer is a `Measurement`. */
  | { readonly kind: 'end' }
  /** Executes a command of VS Code and waits for its end. */
  | { readonly kind: 'execute'; readonly command: string; readonly argument?: unknown }
  /** Ends the run. */
  | { readonly kind: 'quit' };

/** The probe's answer, a line of JSON. */
export type Answer = { readonly result: unknown } | { readonly error: string };

/** Some time in which the event loop of the extension host did not get to a timer that was due. */
export interface Block {
  /** By the clock that CPU profiles have: microseconds, from any origin. */
  readonly beginUs: number;
  readonly endUs: number;
  /** How much of it the thread was really running, in milliseconds: the rest it waited for a processor. */
  readonly cpuMs: number;
}

/** What was measured between `begin` and `end`. */
export interface Measurement {
  readonly ms: number;
  /** Milliseconds that the thread was running. */
  readonly cpuMs: number;
  /** Milliseconds of garbage collection. */
  readonly collectionMs: number;
  /** All blocks of more than 10 ms, the oldest first. */
  readonly blocks: readonly Block[];
}
