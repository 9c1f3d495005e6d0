import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  exponentialRetryPolicy,
  isRestError,
  logPolicy,
  systemErrorRetryPolicy,
  userAgentPolicy,
  type HttpClient,
  type HttpMethods,
  type Pipeline,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { BoundedCredential } from './boundedCredential.ts';
import { ConnectionError, type Exchange } from './errors.ts';
import type { InstanceClientOptions } from './instanceClient.ts';
import { pacePolicy, requestLogPolicy, spacingPolicy, spanPolicy, timeLimitPolicy } from './policies.ts';
import { withoutSecrets } from './secrets.ts';
import { dataPlaneScope, type Transport } from './transport.ts';

// Half of all code, and of no use until something is asked: imported by `import()` alone.

/** Milliseconds until a token that does not come is given up, and by default a request without a complete answer. */
const defaultTimeLimitInMs = 30_000;

/** A request to an instance. */
export interface InstanceRequest {
  readonly method: HttpMethods;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * `reads` are repeated twice after a broken connection, and twice after a 5xx or 408 without `Retry-After` (nine
   * requests at the most, where both alternate); a request that changes something goes out `once`.
   */
  readonly repeat: 'reads' | 'once';
}

/** The way of requests to an instance and of the answers back. */
export class InstancePipeline {
  readonly #httpClient: HttpClient;
  readonly #pipelines: Readonly<Record<InstanceRequest['repeat'], Pipeline>>;

  constructor(transport: Transport, options: InstanceClientOptions) {
    this.#httpClient = transport.httpClient ?? createDefaultHttpClient();
    this.#pipelines = { reads: pipeline(transport, options, 'reads'), once: pipeline(transport, options, 'once') };
  }

  /**
   * Sends a request and gives the answer, whatever its status.
   *
   * @throws ConnectionError when no answer came, and what the credential throws
   */
  async send(exchange: Exchange, { url, headers, repeat, ...rest }: InstanceRequest): Promise<PipelineResponse> {
    const request = createPipelineRequest({
      ...rest,
      url: url.href,
      headers: createHttpHeaders(headers),
      // A kept connection that the other side has just closed would make a sent POST look lost.
      disableKeepAlive: repeat === 'once',
    });
    try {
      return await this.#pipelines[repeat].sendRequest(this.#httpClient, request);
    } catch (error) {
      throw isRestError(error) ? new ConnectionError(exchange, error.code ?? 'REQUEST_SEND_ERROR', error) : error;
    }
  }
}

/** There is no redirect policy in it: a token must not follow a redirect. */
function pipeline(
  transport: Transport,
  { pacer, spacing, timeLimitInMs = defaultTimeLimitInMs }: InstanceClientOptions,
  repeat: InstanceRequest['repeat'],
): Pipeline {
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
  const bounded = new BoundedCredential(credential, clock, defaultTimeLimitInMs, claims);
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential: bounded, scopes: dataPlaneScope }), {
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
  pipeline.addPolicy(timeLimitPolicy(clock, timeLimitInMs), last);
  pipeline.addPolicy(requestLogPolicy(log, clock), last);
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
