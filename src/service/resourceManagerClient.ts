import { createResourceGraph, resources } from '@azure/arm-resourcegraph/api';
import { createSubscription } from '@azure/arm-resources-subscriptions/api';
import { list as listTenants } from '@azure/arm-resources-subscriptions/api/tenants';
import type { TokenCredential } from '@azure/core-auth';
import {
  createDefaultHttpClient,
  isRestError,
  type Pipeline,
  type PipelinePolicy,
  type PipelineRequest,
} from '@azure/core-rest-pipeline';
import * as v from 'valibot';
import type { Cloud } from './cloud.ts';
import { allDetails, readError } from './deleteJob.ts';
import { ConnectionError, OtherHostError, ServiceError, UnexpectedAnswerError, type Exchange } from './errors.ts';
import { errorLine } from './errorText.ts';
import { tracePolicy } from './policies.ts';
import { printable } from './printable.ts';
import { requestPipeline } from './requestPipeline.ts';
import type { RequestSpacing } from './requestSpacing.ts';
import { retryAfterInMs } from './retryAfter.ts';
import type { ListedInstance } from './resourceManager.ts';
import { readTenant, tenantInChallenge, type Tenant } from './tenant.ts';
import type { Transport } from './transport.ts';

// Two client libraries, by the functions of them that are called: their classes bring all others along. Of no use until
// somebody looks for an instance: imported by `import()` alone.

/** The subscription's name stands beside each instance, so that one question answers all. Paging needs the column `id`. */
const query = `resources
| where type =~ 'microsoft.digitaltwins/digitaltwinsinstances'
| project id, name, type, location, resourceGroup, subscriptionId, tenantId, properties
| join kind=leftouter (
    resourcecontainers
    | where type =~ 'microsoft.resources/subscriptions'
    | project subscriptionId, subscriptionName = name
  ) on subscriptionId
| project id, name, type, location, resourceGroup, subscriptionId, subscriptionName, tenantId, properties
| order by id asc`;

/** Instances in a page: the most that Resource Graph gives. */
const pageSize = 1000;

/** Milliseconds that are waited at the most where Azure asks for it: the limit of Resource Graph starts anew every 5 s. */
const longestWaitInMs = 10_000;

/** Pages that are asked for at the most: a list that goes in a circle must come to an end. */
const mostPages = 100;

const row = v.object({
  id: v.string(),
  name: v.string(),
  location: v.optional(v.string(), ''),
  resourceGroup: v.optional(v.string(), ''),
  subscriptionId: v.string(),
  subscriptionName: v.nullish(v.string()),
  tenantId: v.pipe(
    v.string(),
    v.toLowerCase(),
    v.check((tenantId) => readTenant(tenantId) === tenantId),
  ),
  properties: v.object({ hostName: v.string() }),
});

/** The client of Azure Resource Manager for one credential. See {@link ResourceManager}, which loads it. */
export class ResourceManagerClient {
  readonly #cloud: Cloud;
  readonly #transport: Omit<Transport, 'credentialOf'>;
  readonly #graph: ReturnType<typeof createResourceGraph>;
  readonly #subscriptions: ReturnType<typeof createSubscription>;

  constructor(
    cloud: Cloud,
    credential: TokenCredential,
    transport: Omit<Transport, 'credentialOf'>,
    spacing: RequestSpacing,
  ) {
    this.#cloud = cloud;
    this.#transport = transport;
    const origin = cloud.resourceManager;
    const pipeline: Pipeline = requestPipeline(transport, {
      ...{ origin, credential, scope: cloud.resourceManagerScope, repeat: 'reads' },
      spacing,
    });
    pipeline.addPolicy(this.#refusalPolicy());
    pipeline.addPolicy(tracePolicy(transport.randomHex), { beforePolicies: ['spanPolicy'] });
    const httpClient = transport.httpClient ?? createDefaultHttpClient();
    const options = { endpoint: origin, pipeline, httpClient };
    this.#graph = createResourceGraph(credential, '', options);
    this.#subscriptions = createSubscription(credential, options);
  }

  async tenants(): Promise<Tenant[]> {
    const operation = 'GET /tenants';
    return this.#asked(operation, async () => {
      const tenants: Tenant[] = [];
      let pages = 0;
      for await (const page of listTenants(this.#subscriptions).byPage()) {
        for (const { tenantId, displayName: name, defaultDomain: domain } of page) {
          const id = readTenant(tenantId);
          if (id !== undefined) {
            tenants.push({ id, name, domain });
          }
        }
        pages += 1;
        if (pages >= mostPages) {
          throw new UnexpectedAnswerError(this.#exchange(operation), 'The list of tenants does not end.');
        }
      }
      return tenants;
    });
  }

  async *instances(): AsyncGenerator<readonly ListedInstance[], void, void> {
    const operation = 'POST /providers/Microsoft.ResourceGraph/resources';
    let skipToken: string | undefined;
    for (let pages = 0; pages < mostPages; pages++) {
      const options = { resultFormat: 'objectArray' as const, top: pageSize, ...(skipToken && { skipToken }) };
      const answer = await this.#asked(operation, () => resources(this.#graph, { query, options })).catch(
        (error: unknown) => {
          if (hasNoSubscription(error)) {
            return { data: [], skipToken: undefined };
          }
          throw error;
        },
      );
      if (!Array.isArray(answer.data)) {
        throw new UnexpectedAnswerError(this.#exchange(operation), 'The answer has no list of resources.');
      }
      yield answer.data.flatMap((each: unknown) => this.#listed(each));
      if (!answer.skipToken) {
        return;
      }
      ({ skipToken } = answer);
    }
    throw new UnexpectedAnswerError(this.#exchange(operation), 'The list of instances does not end.');
  }

  #listed(data: unknown): ListedInstance[] {
    const read = v.safeParse(row, data);
    if (!read.success) {
      // One without a host name is being created, or could not be.
      this.#transport.log.info('An instance that Azure Resource Graph told of has no host name, and is left out.');
      return [];
    }
    const { id, name, location, resourceGroup, subscriptionId, subscriptionName, tenantId, properties } = read.output;
    return [
      {
        ...{ name, hostName: properties.hostName, region: location, resourceGroup, resourceId: id, subscriptionId },
        subscriptionName: subscriptionName ?? undefined,
        tenantId,
      },
    ];
  }

  /** Asks, and once more where the limit of requests asks for a wait that a person at a list has patience for. */
  async #asked<T>(operation: string, ask: () => Promise<T>, isRepeated = false): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      const failure = this.#failure(operation, error);
      const wait =
        failure instanceof ServiceError && failure.status === 429 ? (failure.retryAfterInMs ?? 5000) : Infinity;
      if (isRepeated || wait > longestWaitInMs) {
        throw failure;
      }
      await this.#transport.clock.delay(wait);
      return this.#asked(operation, ask, true);
    }
  }

  #failure(operation: string, error: unknown): unknown {
    if (error instanceof OtherHostError) {
      return new UnexpectedAnswerError(this.#exchange(operation), 'The link to the next page leads to another host.');
    }
    if (!isRestError(error)) {
      return error;
    }
    const exchange = this.#exchange(operation, error.request);
    if (error.response !== undefined) {
      return new UnexpectedAnswerError(exchange, error.message);
    }
    const code = error.code ?? 'REQUEST_SEND_ERROR';
    this.#log(exchange, `${printable(code)}: ${printable(error.message)}`);
    return new ConnectionError(exchange, code, error);
  }

  #log({ operation, hostname, traceparent }: Exchange, what: string): void {
    this.#transport.log.error(`${operation} failed, host ${hostname}, traceparent ${traceparent}: ${what}`);
  }

  /** Turns an answer that is no success into the error that says so: the libraries' own has no headers and half a body. */
  #refusalPolicy(): PipelinePolicy {
    return {
      name: 'refusalPolicy',
      sendRequest: async (request, next) => {
        const { status, headers, bodyAsText } = await next(request);
        if (status === 200) {
          return { status, headers, request, ...(bodyAsText != null && { bodyAsText }) };
        }
        const body = bodyAsText ?? '';
        const exchange = this.#exchange(`${request.method} ${new URL(request.url).pathname}`, request);
        const said = readError(body) ?? {};
        const refusal =
          status < 400
            ? new UnexpectedAnswerError(
                exchange,
                `The answer has status ${status}.`,
                status < 300 ? 'content' : 'redirect',
              )
            : new ServiceError(exchange, {
                status,
                error: said,
                retryAfterInMs: retryAfterInMs(headers, this.#transport.clock.now()),
                tenantId: tenantInChallenge(headers.get('www-authenticate')),
                requestId: headers.get('x-ms-request-id'),
                body,
              });
        if (!hasNoSubscription(refusal)) {
          this.#log(exchange, `status ${status}, ${errorLine(said)}`);
        }
        throw refusal;
      },
    };
  }

  #exchange(operation: string, request?: PipelineRequest): Exchange {
    const traceparent = request?.headers.get('traceparent') ?? 'none';
    return { hostname: new URL(this.#cloud.resourceManager).host, operation, traceparent, isResourceManager: true };
  }
}

/** Resource Graph refuses to look where there is nothing to look at: a tenant in which the account has no subscription. */
function hasNoSubscription(error: unknown): boolean {
  return (
    error instanceof ServiceError &&
    error.status === 400 &&
    [error.error, ...allDetails(error.error)].some(({ code }) => /^No(?:Valid)?Subscriptions/i.test(code ?? ''))
  );
}
