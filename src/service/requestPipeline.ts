import type { TokenCredential } from '@azure/core-auth';
import {
  bearerTokenAuthenticationPolicy,
  createEmptyPipeline,
  exponentialRetryPolicy,
  logPolicy,
  systemErrorRetryPolicy,
  userAgentPolicy,
  type Pipeline,
} from '@azure/core-rest-pipeline';
import { BoundedCredential } from './boundedCredential.ts';
import {
  bodyBytesPolicy,
  forgettingPolicy,
  keepAlivePolicy,
  pacePolicy,
  requestLogPolicy,
  sameHostPolicy,
  spacingPolicy,
  spanPolicy,
  timeLimitPolicy,
} from './policies.ts';
import { KeptCredential } from './keptCredential.ts';
import type { RequestPacer } from './requestPacer.ts';
import type { RequestSpacing } from './requestSpacing.ts';
import { withoutSecrets } from './secrets.ts';
import { exactLimits, roughLimits } from './timeLimits.ts';
import type { Transport } from './transport.ts';

/** Milliseconds until a token that does not come is given up, and by default a request without a complete answer. */
const defaultTimeLimitInMs = 30_000;

/** What the requests of a pipeline have in common. */
export interface PipelineOptions {
  /** Where all of them go: `https://` and a host that passed the check. */
  readonly origin: string;
  readonly credential: TokenCredential;
  /** The scope of their token. */
  readonly scope: string;
  /**
   * `reads` are repeated twice after a broken connection, and twice after a 5xx or 408 without `Retry-After` (nine
   * requests at the most, where both alternate); a request that changes something goes out `once`; of `patiently` it is
   * the caller who repeats, with a patience of its own.
   */
  readonly repeat: 'reads' | 'once' | 'patiently';
  readonly pacer?: RequestPacer | undefined;
  readonly spacing?: RequestSpacing | undefined;
  /** Milliseconds until a request without a complete answer is given up; default 30 s. */
  readonly timeLimitInMs?: number | undefined;
  /** Which attempts have a line in the log; `all` by default. */
  readonly logged?: 'all' | 'failures' | undefined;
}

/**
 * The way of requests and of the answers back. There is no redirect policy in it: a token must not follow a redirect,
 * nor go to any other host than the one it was made for.
 */
export function requestPipeline(transport: Omit<Transport, 'credentialOf'>, options: PipelineOptions): Pipeline {
  const { origin, credential, scope, repeat, pacer, spacing, logged = 'all' } = options;
  const { timeLimitInMs = defaultTimeLimitInMs } = options;
  const { clock, log, randomHex } = transport;
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(sameHostPolicy(origin));
  pipeline.addPolicy(userAgentPolicy({ userAgentPrefix: transport.userAgent }));
  if (repeat === 'reads') {
    // 429 and 503 with Retry-After come back to the caller, who tells the person and waits as long as it takes.
    const retry = { maxRetries: 2, retryDelayInMs: transport.retryDelayInMs ?? 1000 };
    pipeline.addPolicy(exponentialRetryPolicy(retry), { phase: 'Retry' });
    pipeline.addPolicy(systemErrorRetryPolicy(retry), { phase: 'Retry' });
  }
  const claims = repeat === 'once' ? 'refused' : 'answered';
  const bounded = new BoundedCredential(credential, clock, defaultTimeLimitInMs, claims);
  const kept = repeat === 'patiently' ? new KeptCredential(bounded, clock) : undefined;
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential: kept ?? bounded, scopes: scope }), {
    phase: 'Sign',
  });
  const last = { afterPhase: 'Sign' } as const;
  pipeline.addPolicy(spanPolicy(randomHex), last);
  if (pacer) {
    pipeline.addPolicy(pacePolicy(pacer), last);
  }
  if (spacing) {
    pipeline.addPolicy(spacingPolicy(spacing), last);
  }
  if (kept) {
    pipeline.addPolicy(keepAlivePolicy(), last);
    pipeline.addPolicy(forgettingPolicy(kept), last);
  }
  const limits = repeat === 'patiently' ? roughLimits(clock) : exactLimits(clock);
  pipeline.addPolicy(timeLimitPolicy(limits, timeLimitInMs), last);
  pipeline.addPolicy(requestLogPolicy(log, clock, logged), last);
  pipeline.addPolicy(bodyBytesPolicy(), last);
  if (logged === 'failures') {
    return pipeline;
  }
  // The library's own log: all headers, with every value withheld that is not on its list of harmless ones.
  const trace = Object.assign(
    (...texts: unknown[]) => {
      log.trace(withoutSecrets(texts.join(' ')));
    },
    { enabled: true, namespace: 'instance', destroy: () => true, log: () => undefined, extend: () => trace },
  );
  pipeline.addPolicy(logPolicy({ logger: trace, additionalAllowedQueryParameters: ['timeoutInMinutes'] }), last);
  return pipeline;
}
