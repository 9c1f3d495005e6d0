import type { TokenCredential } from '@azure/core-auth';
import {
  bearerTokenAuthenticationPolicy,
  createEmptyPipeline,
  exponentialRetryPolicy,
  logPolicy,
  systemErrorRetryPolicy,
  userAgentPolicy,
  type HttpClient,
  type Pipeline,
} from '@azure/core-rest-pipeline';
import { BoundedCredential } from './boundedCredential.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import { pacePolicy, requestLogPolicy, spanPolicy, timeLimitPolicy } from './policies.ts';
import type { RandomHex } from './random.ts';
import type { RequestPacer } from './requestPacer.ts';

/** The scope of a token for the data plane of Azure Digital Twins in the public cloud. */
export const dataPlaneScope = 'https://digitaltwins.azure.net/.default';

/** Milliseconds until a request without a complete answer is given up, and likewise its token. */
const timeLimitInMs = 30_000;

/** What requests need besides their instance: all of it passed in. */
export interface Transport {
  readonly httpClient: HttpClient;
  readonly credential: TokenCredential;
  readonly clock: Clock;
  readonly randomHex: RandomHex;
  readonly log: Log;
  /** Name and version of the extension, in front of the library's own. */
  readonly userAgent: string;
  /** Milliseconds before the first repetition of a read; default 1 s, doubling. */
  readonly retryDelayInMs?: number;
}

/**
 * The way of a request to an instance and of the answer back. There is no redirect policy in it: a token must not
 * follow a redirect.
 *
 * @param repeat `reads` are repeated twice after a broken connection, and twice after a 5xx or 408 without
 *   `Retry-After` (nine requests at the most, where both alternate); a request that changes something goes out `once`
 */
export function createInstancePipeline(transport: Transport, pacer: RequestPacer, repeat: 'reads' | 'once'): Pipeline {
  const { clock, credential, log, randomHex } = transport;
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(userAgentPolicy({ userAgentPrefix: transport.userAgent }));
  if (repeat === 'reads') {
    // 429 and 503 with Retry-After come back to the caller, who tells the person and waits as long as it takes.
    const retry = { maxRetries: 2, retryDelayInMs: transport.retryDelayInMs ?? 1000 };
    pipeline.addPolicy(exponentialRetryPolicy(retry), { phase: 'Retry' });
    pipeline.addPolicy(systemErrorRetryPolicy(retry), { phase: 'Retry' });
  }
  const claims = repeat === 'reads' ? 'answered' : 'refused';
  const bounded = new BoundedCredential(credential, clock, timeLimitInMs, claims);
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential: bounded, scopes: dataPlaneScope }), {
    phase: 'Sign',
  });
  const last = { afterPhase: 'Sign' } as const;
  pipeline.addPolicy(spanPolicy(randomHex), last);
  pipeline.addPolicy(pacePolicy(pacer), last);
  pipeline.addPolicy(timeLimitPolicy(clock, timeLimitInMs), last);
  pipeline.addPolicy(requestLogPolicy(log, clock), last);
  // The library's own log: all headers, with every value withheld that is not on its list of harmless ones.
  const trace = Object.assign(
    (...texts: unknown[]) => {
      log.trace(texts.join(' '));
    },
    { enabled: true, namespace: 'instance', destroy: () => true, log: () => undefined, extend: () => trace },
  );
  pipeline.addPolicy(logPolicy({ logger: trace, additionalAllowedQueryParameters: ['timeoutInMinutes'] }), last);
  return pipeline;
}
