import { subscriptionsOf, type InstanceResource, type Subscription } from './directory.ts';
import { ServiceError } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';
import { runQuery } from './kusto.ts';
import { readToken, writeToken } from './paging.ts';
import type { Caller } from './resourceManagerTokens.ts';

/** The type of an instance as Resource Graph has it: in lower case. */
export const instanceType = 'microsoft.digitaltwins/digitaltwinsinstances';

const largestPage = 1000;

/**
 * Answers a query of Azure Resource Graph about what the caller may see in the token's tenant. Subscriptions that are none
 * to the caller are passed over without a word; only a query that has no other is refused.
 *
 * @param rowsPerPage at most so many rows a page, and never more than 1,000.
 * @throws ServiceError 400
 */
export function answerGraphQuery(body: JsonObject, { account, tenant }: Caller, rowsPerPage: number): JsonObject {
  const { query, subscriptions } = body;
  if (typeof query !== 'string' || query.trim() === '') {
    throw badRequest('InvalidQuery', 'Query is empty or contains no statements.');
  }
  const wanted = Array.isArray(subscriptions) && subscriptions.length > 0 ? new Set<unknown>(subscriptions) : undefined;
  const scope = subscriptionsOf(tenant, account.user).filter(
    ({ subscriptionId }) => wanted?.has(subscriptionId) !== false,
  );
  if (scope.length === 0) {
    throw badRequest(
      'NoValidSubscriptionsInQueryRequest',
      'There must be at least one subscription that is eligible to contain resources.',
    );
  }
  const { rows, isPaged } = runQuery(query, {
    resources: scope.flatMap((subscription) =>
      subscription.instances.map((instance) => resourceRow(instance, subscription, tenant.tenantId)),
    ),
    resourcecontainers: scope.map((subscription) => containerRow(subscription, tenant.tenantId)),
  });
  const { start, size } = readPage(body, query, rowsPerPage);
  const end = start + size;
  const hasMore = end < rows.length;
  const data = rows.slice(start, end);
  return {
    totalRecords: rows.length,
    count: data.length,
    data,
    facets: [],
    // So the documentation has it: results that go on in another page are not truncated.
    resultTruncated: String(hasMore && !isPaged),
    ...(hasMore && isPaged && { $skipToken: writeToken(query, { index: end, write: 0 }) }),
  };
}

function readPage(body: JsonObject, query: string, rowsPerPage: number): { start: number; size: number } {
  const options = isObject(body['options']) ? body['options'] : {};
  const { $skipToken, $skip = 0, $top = largestPage, resultFormat = 'objectArray' } = options;
  if (resultFormat !== 'objectArray') {
    throw badRequest('InvalidResultFormat', 'The only result format that is simulated is objectArray.');
  }
  if (typeof $top !== 'number' || $top < 1 || $top > largestPage) {
    throw badRequest('InvalidTop', `$top must be a number from 1 to ${largestPage}.`);
  }
  const size = Math.min($top, rowsPerPage, largestPage);
  if (typeof $skipToken !== 'string') {
    return { start: Number($skip), size };
  }
  const { scope, cursor } = readToken($skipToken);
  if (scope !== query) {
    throw badRequest('InvalidSkipToken', 'The skip token is of another query.');
  }
  return { start: cursor.index, size };
}

function resourceRow(instance: InstanceResource, { subscriptionId }: Subscription, tenantId: string): JsonObject {
  const { name, hostName, location, resourceGroup, provisioningState = 'Succeeded' } = instance;
  return {
    id:
      `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}` +
      `/providers/Microsoft.DigitalTwins/digitalTwinsInstances/${name}`,
    name,
    type: instanceType,
    tenantId,
    kind: '',
    location,
    resourceGroup: resourceGroup.toLowerCase(),
    subscriptionId,
    managedBy: '',
    sku: null,
    plan: null,
    properties: {
      ...(hostName !== undefined && { hostName }),
      provisioningState,
      publicNetworkAccess: 'Enabled',
      privateEndpointConnections: [],
    },
    tags: null,
    identity: null,
    zones: null,
    extendedLocation: null,
  };
}

function containerRow({ subscriptionId, displayName }: Subscription, tenantId: string): JsonObject {
  return {
    id: `/subscriptions/${subscriptionId}`,
    name: displayName,
    type: 'microsoft.resources/subscriptions',
    tenantId,
    kind: '',
    location: '',
    resourceGroup: '',
    subscriptionId,
    properties: { state: 'Enabled', managedByTenants: [] },
    tags: null,
  };
}

function badRequest(code: string, message: string): ServiceError {
  return new ServiceError(400, 'BadRequest', 'Please provide below info when asking for support.', {}, [
    { code, message },
  ]);
}
