import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { makeToken, type TokenOptions } from '../../simulator/bearer.ts';
import { ManualClock } from '../../simulator/clock.ts';
import type { Directory } from '../../simulator/directory.ts';
import { largeDirectory } from '../../simulator/largeDirectory.ts';
import {
  startResourceManager,
  type ResourceManager,
  type ResourceManagerOptions,
} from '../../simulator/resourceManager.ts';
import { contosoTenantId, fabrikamTenantId, sampleDirectory } from '../../simulator/sampleDirectory.ts';
import { pathOf, refusal, sendTo, type Reply } from './requests.ts';

const operator = 'operator@contoso.com';
const graph = 'POST /providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01';
const instances = "resources | where type =~ 'Microsoft.DigitalTwins/digitalTwinsInstances'";

describe('Who asks Azure Resource Manager', () => {
  for (const audience of [
    'https://management.azure.com',
    'https://management.azure.com/',
    'https://management.core.windows.net/',
  ]) {
    it(`may bring a token for ${audience}`, async (t) => {
      const { ask } = await start(t);
      assert.equal((await ask('GET /tenants', { audience })).status, 200);
    });
  }

  it('must bring a token of the right audience that has not expired', async (t) => {
    const { ask } = await start(t);
    for (const [options, code] of [
      [{ audience: 'https://digitaltwins.azure.net' }, 'InvalidAuthenticationTokenAudience'],
      [{ expiresInSeconds: 0 }, 'ExpiredAuthenticationToken'],
      [{ user: 'stranger@contoso.com' }, 'InvalidAuthenticationToken'],
      [{ user: 'guest@fabrikam.com', tenantId: contosoTenantId }, 'InvalidAuthenticationToken'],
    ] as const) {
      const reply = await ask('GET /tenants', options);
      assert.deepEqual([reply.status, refusal(reply).code], [401, code]);
      assert.match(
        String(reply.headers['www-authenticate']),
        new RegExp(
          `^Bearer authorization_uri="https://login.microsoftonline.com/${contosoTenantId}", error="invalid_token"`,
        ),
      );
    }
  });

  it('must bring a token', async (t) => {
    const { manager } = await start(t);
    const reply = await sendTo(manager, 'GET /tenants?api-version=2022-12-01');
    assert.deepEqual([reply.status, refusal(reply).code], [401, 'AuthenticationFailed']);
  });
});

describe('The tenants', () => {
  it('are those of the account, whichever of them the token is for', async (t) => {
    const { ask } = await start(t);
    for (const tenantId of [contosoTenantId, fabrikamTenantId]) {
      assert.deepEqual(names(await ask('GET /tenants', { tenantId })), ['Contoso', 'Fabrikam']);
    }
    const guest = { user: 'Guest@Fabrikam.com', tenantId: fabrikamTenantId };
    assert.deepEqual(names(await ask('GET /tenants', guest)), ['Fabrikam']);
  });

  it('have their names and domains, or only their id', async (t) => {
    const { ask } = await start(t, {
      directory: { ...sampleDirectory, tenants: sampleDirectory.tenants.slice(0, 1) },
    });
    const [contoso, fabrikam] = values(await ask('GET /tenants'));
    assert.equal(contoso?.['defaultDomain'], 'contoso.com');
    assert.deepEqual(contoso['domains'], ['contoso.com', 'contoso.onmicrosoft.com']);
    assert.equal(fabrikam?.['tenantId'], fabrikamTenantId);
    assert.equal(Object.hasOwn(fabrikam, 'displayName'), false);
  });

  it('come in pages', async (t) => {
    const { ask, manager } = await start(t, { directory: largeDirectory({ tenants: 5 }), itemsPerPage: 2 });
    const found: unknown[] = [];
    let line: string | undefined = 'GET /tenants';
    let pages = 0;
    while (line !== undefined) {
      const reply = await ask(line);
      found.push(...names(reply));
      pages += 1;
      line = reply.json['nextLink'] === undefined ? undefined : `GET ${pathOf(reply.json['nextLink'], manager)}`;
    }
    assert.deepEqual([pages, new Set(found).size], [3, 5]);
  });
});

describe('The subscriptions', () => {
  it("are those of the token's tenant on which the user has a role", async (t) => {
    const { ask, manager } = await start(t);
    assert.deepEqual(names(await ask('GET /subscriptions')), ['Contoso Production', 'Contoso Test']);
    assert.deepEqual(names(await ask('GET /subscriptions', { tenantId: fabrikamTenantId })), ['Fabrikam Factories']);
    manager.directory = withReaders(['somebody@contoso.com']);
    assert.deepEqual(names(await ask('GET /subscriptions')), ['Contoso Test']);
    manager.directory = withReaders(['Operator@Contoso.com']);
    assert.deepEqual(names(await ask('GET /subscriptions')), ['Contoso Production', 'Contoso Test']);
  });
});

describe('Resource Graph', () => {
  it("finds the instances of the token's tenant", async (t) => {
    const { query } = await start(t);
    assert.deepEqual(hosts(await query(instances)), [
      'contoso.api.weu.digitaltwins.azure.net',
      'contoso-test.api.weu.digitaltwins.azure.net',
      'contoso-dev.api.wus2.digitaltwins.azure.net',
    ]);
    const fabrikam = await query(instances, {}, { tenantId: fabrikamTenantId });
    assert.deepEqual(hosts(fabrikam), ['fabrikam.api.eus.digitaltwins.azure.net']);
    const [row] = rows(fabrikam);
    assert.deepEqual(
      [row?.['location'], row?.['resourceGroup'], row?.['tenantId'], row?.['type']],
      ['eastus', 'factories', fabrikamTenantId, 'microsoft.digitaltwins/digitaltwinsinstances'],
    );
  });

  it('passes over subscriptions that the user cannot read, and refuses when there is no other', async (t) => {
    const { manager, query } = await start(t, { directory: withReaders(['somebody@contoso.com']) });
    assert.equal(rows(await query(instances)).length, 2);
    const [production, test] = manager.directory.tenants[0]?.subscriptions.map((one) => one.subscriptionId) ?? [];
    assert.equal(rows(await query(instances, { subscriptions: [production, test] })).length, 2);
    const refused = await query(instances, { subscriptions: [production] });
    assert.deepEqual([refused.status, detail(refused)], [400, 'NoValidSubscriptionsInQueryRequest']);
  });

  it('refuses a tenant that refuses, and no other', async (t) => {
    const { ask, query } = await start(t, { directory: largeDirectory({ tenants: 2, instances: 8 }) });
    const [first, last] = values(await ask('GET /tenants')).map(({ tenantId }) => String(tenantId));
    assert.equal(rows(await query(instances, {}, { tenantId: first ?? '' })).length, 8);
    const refused = await query(instances, {}, { tenantId: last ?? '' });
    assert.deepEqual([refused.status, refusal(refused).code], [403, 'AuthorizationFailed']);
  });

  it('hands out 2,000 instances in pages of at most 1,000, each once', async (t) => {
    const directory = largeDirectory({ tenants: 1, lastRefuses: false });
    const { query } = await start(t, { directory });
    const pages = await allPages(query);
    assert.deepEqual(
      pages.map(({ json }) => [json['totalRecords'], json['count'], json['resultTruncated']]),
      [
        [2000, 1000, 'false'],
        [2000, 1000, 'false'],
      ],
    );
    assert.equal(new Set(pages.flatMap(hosts)).size, 2000);
  });

  it('makes smaller pages where it is told to, and skips what the query skips', async (t) => {
    const { query } = await start(t, { rowsPerPage: 2 });
    assert.deepEqual(
      (await allPages(query)).map((page) => rows(page).length),
      [2, 1],
    );
    assert.equal(rows(await query(instances, { options: { $top: 1 } })).length, 1);
    assert.equal(rows(await query(instances, { options: { $skip: 2 } })).length, 1);
    assert.equal((await query(instances, { options: { $top: 1001 } })).status, 400);
  });

  it('takes a skip token for the same query only', async (t) => {
    const { query } = await start(t, { rowsPerPage: 1 });
    const { $skipToken } = (await query(instances)).json;
    const other = await query(`${instances} | project id`, { options: { $skipToken } });
    assert.deepEqual([other.status, detail(other)], [400, 'InvalidSkipToken']);
  });

  it('says that a part is all there will be when the query asks for a part', async (t) => {
    const { query } = await start(t, { rowsPerPage: 1 });
    const { json } = await query(`${instances} | take 2`);
    assert.deepEqual([json['count'], json['resultTruncated'], json['$skipToken']], [1, 'true', undefined]);
  });

  it('joins the names of subscriptions, projects and sorts', async (t) => {
    const { query } = await start(t);
    const names =
      "(resourcecontainers | where type == 'microsoft.resources/subscriptions' " +
      '| project subscriptionId, subscriptionName = name)';
    const reply = await query(
      `Resources | where type == 'microsoft.digitaltwins/digitaltwinsinstances' and isnotempty(properties.hostName)
       | join kind=leftouter ${names} on subscriptionId
       | project subscriptionName, hostName = tostring(properties.hostName)
       | order by subscriptionName asc, hostName desc`,
    );
    assert.deepEqual(rows(reply), [
      { subscriptionName: 'Contoso Production', hostName: 'contoso.api.weu.digitaltwins.azure.net' },
      { subscriptionName: 'Contoso Test', hostName: 'contoso-test.api.weu.digitaltwins.azure.net' },
      { subscriptionName: 'Contoso Test', hostName: 'contoso-dev.api.wus2.digitaltwins.azure.net' },
    ]);
  });

  it('compares types with == by their exact text, which is in lower case', async (t) => {
    const { query } = await start(t);
    assert.equal(rows(await query(instances.replace('=~', '=='))).length, 0);
  });

  for (const wrong of [
    '',
    'machines',
    'resources | where',
    'resources | project subscriptionName',
    'resources | render',
  ]) {
    it(`refuses a query that it does not understand: '${wrong}'`, async (t) => {
      const { query } = await start(t);
      const reply = await query(wrong);
      assert.deepEqual([reply.status, detail(reply)], [400, 'InvalidQuery']);
    });
  }
});

describe('Azure Resource Manager', () => {
  it('wants an api-version that it knows, and takes paths in any case', async (t) => {
    const { ask } = await start(t);
    assert.equal(refusal(await ask('GET /tenants?api-version=')).code, 'MissingApiVersionParameter');
    assert.equal(refusal(await ask('GET /tenants?api-version=2001-01-01')).code, 'InvalidApiVersionParameter');
    assert.equal((await ask('GET /Subscriptions')).status, 200);
    assert.equal((await ask('GET /locations')).status, 404);
  });

  it('meets scripted faults, of one tenant if so wanted, and records what it is asked', async (t) => {
    const { manager, query } = await start(t);
    manager.faults.next({ tenantId: fabrikamTenantId }, { kind: 'respond', status: 503 });
    assert.equal((await query(instances)).status, 200);
    assert.equal((await query(instances, {}, { tenantId: fabrikamTenantId })).status, 503);
    assert.equal((await query(instances, {}, { tenantId: fabrikamTenantId })).status, 200);
    assert.deepEqual(
      manager.requests.map(({ status, authorization }) => [status, authorization.tenantId, authorization.user]),
      [
        [200, contosoTenantId, operator],
        [503, fabrikamTenantId, operator],
        [200, fabrikamTenantId, operator],
      ],
    );
  });
});

interface Running {
  readonly manager: ResourceManager;
  /** Sends a request with a token of the operator's home tenant, unless told otherwise. */
  readonly ask: (line: string, token?: TokenOptions, body?: unknown) => Promise<Reply>;
  readonly query: Query;
}

type Query = (query: string, more?: Record<string, unknown>, token?: TokenOptions) => Promise<Reply>;

async function start(t: TestContext, options: Partial<ResourceManagerOptions> = {}): Promise<Running> {
  const clock = new ManualClock();
  const manager = await startResourceManager({ directory: sampleDirectory, clock, ...options });
  t.after(() => manager.close());
  const ask: Running['ask'] = (line, token = {}, body) => {
    const made = makeToken({
      audience: 'https://management.azure.com',
      tenantId: contosoTenantId,
      user: operator,
      now: clock.now(),
      ...token,
    });
    const versioned = line.includes('api-version=') ? line : `${line}?api-version=2022-12-01`;
    return sendTo(manager, versioned, { body, authorization: `Bearer ${made}` });
  };
  return { manager, ask, query: (query, more, token) => ask(graph, token, { query, ...more }) };
}

async function allPages(query: Query): Promise<Reply[]> {
  const pages = [await query(instances)];
  for (let token = pages[0]?.json['$skipToken']; token !== undefined; token = pages.at(-1)?.json['$skipToken']) {
    pages.push(await query(instances, { options: { $skipToken: token } }));
  }
  return pages;
}

function withReaders(readers: readonly string[]): Directory {
  const [contoso, ...others] = sampleDirectory.tenants;
  assert.ok(contoso);
  const subscriptions = contoso.subscriptions.map((one, index) => (index === 0 ? { ...one, readers } : one));
  return { ...sampleDirectory, tenants: [{ ...contoso, subscriptions }, ...others] };
}

function values({ json }: Reply): Record<string, unknown>[] {
  return json['value'] as Record<string, unknown>[];
}

function names(reply: Reply): unknown[] {
  return values(reply).map(({ displayName }) => displayName);
}

function rows({ json }: Reply): Record<string, unknown>[] {
  return json['data'] as Record<string, unknown>[];
}

function hosts(reply: Reply): unknown[] {
  return rows(reply).map(({ properties }) => (properties as Record<string, unknown>)['hostName']);
}

/** The code of the first detail of a refusal. */
function detail({ json }: Reply): unknown {
  return (json['error'] as { details: { code: string }[] }).details[0]?.code;
}
