import { InvalidInputError } from './errors.ts';
import type { RandomHex } from './random.ts';

/**
 * The trace context of a job: one trace id for its whole life, a new span id for each request.
 * Forms and limits: W3C Trace Context, https://www.w3.org/TR/trace-context/
 */
export class TraceContext {
  /** The `traceparent` of the first request. */
  readonly traceparent: string;
  /** The `tracestate` that goes with every request, where the caller gave one. */
  readonly tracestate: string | undefined;

  private constructor(traceparent: string, tracestate: string | undefined) {
    this.traceparent = traceparent;
    this.tracestate = tracestate;
  }

  /** 32 hexadecimal digits that all requests of the job share. */
  get traceId(): string {
    return this.traceparent.slice(3, 35);
  }

  /** The same trace with a new span id: the `traceparent` of a further request. */
  nextTraceparent(randomHex: RandomHex): string {
    return withNewSpan(this.traceparent, randomHex);
  }

  /**
   * Begins a trace.
   *
   * @throws InvalidInputError when `tracestate` is malformed
   */
  static begin(randomHex: RandomHex, tracestate?: string): TraceContext {
    return new TraceContext(
      `00-${nonZero(16, randomHex)}-${nonZero(8, randomHex)}-01`,
      tracestate === undefined ? undefined : checkTracestate(tracestate),
    );
  }

  /**
   * Goes on with a trace that a caller began or that was remembered.
   *
   * @throws InvalidInputError when either is malformed
   */
  static parse(traceparent: string, tracestate?: string): TraceContext {
    if (
      !/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent) ||
      traceparent.startsWith('00-' + '0'.repeat(32)) ||
      traceparent.slice(36, 52) === '0'.repeat(16)
    ) {
      throw new InvalidInputError(
        'A traceparent has the form 00-<32 hexadecimal digits>-<16 hexadecimal digits>-<2 hexadecimal digits>, ' +
          'in lower case, with ids that are not all zero.',
      );
    }
    return new TraceContext(traceparent, tracestate === undefined ? undefined : checkTracestate(tracestate));
  }
}

/** `traceparent` with another span id. */
export function withNewSpan(traceparent: string, randomHex: RandomHex): string {
  return `${traceparent.slice(0, 36)}${nonZero(8, randomHex)}${traceparent.slice(52)}`;
}

// An id of zeros is invalid by the specification; a real random source never gets here twice.
function nonZero(bytes: number, randomHex: RandomHex): string {
  const hex = randomHex(bytes);
  return /[1-9a-f]/.test(hex) ? hex : `${hex.slice(0, -1)}1`;
}

const simpleKey = /^[a-z][a-z0-9_\-*/]{0,255}$/;
const multiTenantKey = /^[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13}$/;
const stateValue = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

function checkTracestate(tracestate: string): string {
  const members = tracestate
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '');
  const keys = members.map(memberKey);
  if (keys.length === 0 || keys.length > 32 || keys.includes(undefined) || new Set(keys).size < keys.length) {
    throw new InvalidInputError(
      'A tracestate is a list of 1 to 32 different key=value members, separated by commas (W3C Trace Context).',
    );
  }
  return members.join(',');
}

function memberKey(member: string): string | undefined {
  const separator = member.indexOf('=');
  const key = member.slice(0, separator);
  const valid =
    separator > 0 && (simpleKey.test(key) || multiTenantKey.test(key)) && stateValue.test(member.slice(separator + 1));
  return valid ? key : undefined;
}
