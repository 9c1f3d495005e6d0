import { AdjustableClock, type Clock } from './clock.ts';
import { subscriptionsOf, tenantOf, type Directory, type Subscription, type Tenant } from './directory.ts';
import { ServiceError } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';
import type { ServiceReply, ServiceRequest } from './messages.ts';
import { readToken, writeToken } from './paging.ts';
import { answerGraphQuery } from './resourceGraph.ts';
import { authenticateCaller, type Caller } from './resourceManagerTokens.ts';
import { startService, type Service, type ServiceOptions } from './service.ts';

/** How to start a simulated Azure Resource Manager. */
export interface ResourceManagerOptions extends ServiceOptions {
  readonly directory: Directory;
  readonly clock?: Clock;
  /** How many rows a page of Resource Graph has at most; 1,000 when absent, as with the service. */
  readonly rowsPerPage?: number;
  /** How many tenants or subscriptions a page has; all of them when absent. */
  readonly itemsPerPage?: number;
}

/** A running simulated Azure Resource Manager, as far as finding instances goes. */
export interface ResourceManager extends Service {
  /** Who and what there is; can be replaced while it runs. */
  directory: Directory;
}

/** Starts a simulated Azure Resource Manager and resolves when it takes requests. */
export async function startResourceManager(options: ResourceManagerOptions): Promise<ResourceManager> {
  const { clock = new AdjustableClock(), rowsPerPage = Infinity, itemsPerPage = Infinity } = options;
  let { directory } = options;
  const service = await startService(options, clock, (request) => {
    const caller = authenticateCaller(request.headers.authorization, directory, clock.now());
    const operation = operations[`${request.method} ${request.path.toLowerCase()}`];
    if (operation === undefined) {
      throw new ServiceError(404, 'InvalidResourceType', `${request.method} ${request.path} is not simulated.`);
    }
    checkApiVersion(request, operation.apiVersions);
    return operation.answer({ request, caller, directory, rowsPerPage, itemsPerPage });
  });
  return {
    ...service,
    get connections() {
      return service.connections;
    },
    get directory() {
      return directory;
    },
    set directory(changed) {
      directory = changed;
    },
  };
}

interface Call {
  readonly request: ServiceRequest;
  readonly caller: Caller;
  readonly directory: Directory;
  readonly rowsPerPage: number;
  readonly itemsPerPage: number;
}

interface Operation {
  readonly apiVersions: readonly string[];
  readonly answer: (call: Call) => ServiceReply;
}

const subscriptionApiVersions = ['2020-01-01', '2021-01-01', '2021-10-01', '2022-12-01'];

/** By method and path in lower case: Azure Resource Manager takes paths in any case. */
const operations: Readonly<Partial<Record<string, Operation>>> = {
  'GET /tenants': { apiVersions: subscriptionApiVersions, answer: listTenants },
  'GET /subscriptions': { apiVersions: subscriptionApiVersions, answer: listSubscriptions },
  'POST /providers/microsoft.resourcegraph/resources': {
    apiVersions: ['2021-03-01', '2022-10-01', '2024-04-01'],
    answer: queryResources,
  },
};

/** The tenants of the account, whichever of them the token is for. */
function listTenants(call: Call): ServiceReply {
  const { directory, caller } = call;
  const tenants = caller.account.tenants.map((id) => tenantOf(directory, id) ?? { tenantId: id, subscriptions: [] });
  return listPage(call, tenants.map(describeTenant));
}

/** The subscriptions of the token's tenant that the account has a role on. */
function listSubscriptions(call: Call): ServiceReply {
  const { account, tenant } = call.caller;
  checkConsent(call, 'Microsoft.Resources/subscriptions/read');
  return listPage(
    call,
    subscriptionsOf(tenant, account.user).map((subscription) => describeSubscription(subscription, tenant)),
  );
}

function queryResources(call: Call): ServiceReply {
  checkConsent(call, 'Microsoft.ResourceGraph/resources/read');
  return { status: 200, body: answerGraphQuery(readBody(call.request), call.caller, call.rowsPerPage) };
}

function checkConsent({ caller: { account, tenant } }: Call, action: string): void {
  if (tenant.refuses === true) {
    throw new ServiceError(
      403,
      'AuthorizationFailed',
      `The client '${account.user}' does not have authorization to perform action '${action}' over scope '/' or the ` +
        'scope is invalid. If access was recently granted, please refresh your credentials.',
    );
  }
}

function describeTenant({ tenantId, displayName, defaultDomain, domains = [] }: Tenant): JsonObject {
  return {
    id: `/tenants/${tenantId}`,
    tenantId,
    countryCode: 'DE',
    ...(displayName !== undefined && { displayName }),
    ...(defaultDomain !== undefined && { domains: [defaultDomain, ...domains], defaultDomain }),
    tenantCategory: 'Home',
    tenantType: 'AAD',
  };
}

function describeSubscription({ subscriptionId, displayName }: Subscription, { tenantId }: Tenant): JsonObject {
  return {
    id: `/subscriptions/${subscriptionId}`,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    subscriptionId,
    tenantId,
    displayName,
    state: 'Enabled',
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: 'PayAsYouGo_2014-09-01',
      spendingLimit: 'Off',
    },
  };
}

function listPage({ request, itemsPerPage }: Call, items: readonly JsonObject[]): ServiceReply {
  const token = request.query.get('$skiptoken');
  const start = token === null ? 0 : readToken(token).cursor.index;
  const next = start + itemsPerPage;
  return {
    status: 200,
    body: {
      value: items.slice(start, next),
      count: { type: 'Total', value: items.length },
      ...(next < items.length && { nextLink: nextLink(request, next) }),
    },
  };
}

function nextLink({ origin, path, query }: ServiceRequest, index: number): string {
  const parameters = new URLSearchParams({
    'api-version': query.get('api-version') ?? '',
    $skiptoken: writeToken(path, { index, write: 0 }),
  });
  return `${origin}${path}?${parameters.toString()}`;
}

function readBody({ body }: ServiceRequest): JsonObject {
  let content: unknown;
  try {
    content = JSON.parse(body.toString('utf8'));
  } catch {
    content = undefined;
  }
  if (!isObject(content)) {
    throw new ServiceError(
      400,
      'InvalidRequestContent',
      'The request content was invalid and could not be deserialized.',
    );
  }
  return content;
}

function checkApiVersion({ query }: ServiceRequest, known: readonly string[]): void {
  const version = query.get('api-version') ?? '';
  if (version === '') {
    throw new ServiceError(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  }
  if (!known.includes(version)) {
    throw new ServiceError(
      400,
      'InvalidApiVersionParameter',
      `The api-version '${version}' is invalid. The supported versions are '${known.join(',')}'.`,
    );
  }
}
