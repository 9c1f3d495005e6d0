import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createDefaultHttpClient } from '@azure/core-rest-pipeline';
import { InstanceFinder, subscriptionTitle } from '../../../src/instances/instanceFinder.ts';
import { systemClock } from '../../../src/service/clock.ts';
import { clouds, type Cloud } from '../../../src/service/cloud.ts';
import { ConnectionError, ServiceError, SignInRequiredError } from '../../../src/service/errors.ts';
import type { Identity } from '../../../src/service/identity.ts';
import { InstanceHost } from '../../../src/service/instanceHost.ts';
import { ResourceManager } from '../../../src/service/resourceManager.ts';
import { makeToken } from '../../simulator/bearer.ts';
import type { Directory } from '../../simulator/directory.ts';
import { largeDirectory } from '../../simulator/largeDirectory.ts';
import {
  startResourceManager,
  type ResourceManager as Simulated,
  type ResourceManagerOptions,
} from '../../simulator/resourceManager.ts';
import { contosoTenantId, fabrikamTenantId, sampleDirectory } from '../../simulator/sampleDirectory.ts';
import { CollectedLog } from '../../support/collectedLog.ts';
import { countingHex } from '../../support/countingHex.ts';

const operator = account('operator@contoso.com');
const guest = account('guest@fabrikam.com');
const graphPath = '/providers/Microsoft.ResourceGraph/resources';

function account(label: string): Identity {
  return { credential: 'vscode', account: { id: label, label } };
}

interface Setup {
  readonly finder: InstanceFinder;
  readonly simulated: Simulated;
  readonly log: CollectedLog;
  readonly tokens: string[];
  readonly signedOut: Set<string>;
  identities: readonly Identity[];
  /** Is told of each token for a tenant. */
  onToken: (tenant: string) => void;
}

/** A finder whose Azure Resource Manager is a simulated one, with these accounts. */
async function setUp(
  test: TestContext,
  identities: readonly Identity[] = [operator],
  options: Partial<ResourceManagerOptions> = {},
): Promise<Setup> {
  const simulated = await startResourceManager({ directory: sampleDirectory, ...options });
  test.after(() => simulated.close());
  const https = createDefaultHttpClient();
  const log = new CollectedLog();
  const cloud: Cloud = { ...clouds.AzurePublic, resourceManager: simulated.origin };
  const resourceManager = new ResourceManager({
    httpClient: {
      sendRequest: (request) => {
        request.tlsSettings = { ca: simulated.certificatePem };
        return https.sendRequest(request);
      },
    },
    clock: systemClock,
    randomHex: countingHex(),
    log,
    userAgent: 'test/1',
    retryDelayInMs: 1,
  });
  const setup = {
    simulated,
    log,
    tokens: [] as string[],
    signedOut: new Set<string>(),
    identities,
    onToken: (): void => undefined,
  } as Omit<Setup, 'finder'>;
  const finder = new InstanceFinder({
    resourceManager,
    credentialFor: (_, identity) => ({
      getToken: () => {
        const user = identity.account?.label ?? 'nobody';
        if (setup.signedOut.has(user) || setup.signedOut.has(identity.tenantId ?? 'home')) {
          return Promise.reject(new SignInRequiredError('No.', identity.account));
        }
        const home = user.endsWith('@fabrikam.com') ? fabrikamTenantId : contosoTenantId;
        const token = makeToken({
          user,
          audience: 'https://management.azure.com',
          tenantId: identity.tenantId ?? home,
        });
        setup.tokens.push(token);
        if (identity.tenantId !== undefined) {
          setup.onToken(identity.tenantId);
        }
        return Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_600_000 });
      },
    }),
    identities: () => Promise.resolve(setup.identities),
    cloud: () => cloud,
    parseHost: (hostname) => InstanceHost.parse(hostname),
    log,
  });
  return Object.assign(setup, { finder });
}

function names({ found }: InstanceFinder): string[] {
  return found.instances.map(({ name }) => name);
}

describe('The instances of a person', () => {
  it('are found in all subscriptions of all tenants, with what is told of them', async (test) => {
    const { finder } = await setUp(test);
    await finder.load();
    assert.deepEqual(
      finder.found.instances.map((each) => `${subscriptionTitle(each)}: ${each.name}`),
      [
        'Contoso Production: contoso',
        'Contoso Test: contoso-dev',
        'Contoso Test: contoso-test',
        'Fabrikam Factories: fabrikam',
      ],
    );
    const [contoso] = finder.found.instances;
    assert.equal(contoso?.host.hostname, 'contoso.api.weu.digitaltwins.azure.net');
    assert.equal(contoso.region, 'westeurope');
    assert.equal(contoso.resourceGroup, 'buildings');
    assert.equal(contoso.tenantId, contosoTenantId);
    assert.match(contoso.resourceId, /^\/subscriptions\/.*\/digitalTwinsInstances\/contoso$/);
    assert.deepEqual(contoso.foundBy, [{ ...operator, tenantId: contosoTenantId }]);
    assert.deepEqual([finder.found.problems, finder.found.isBusy, finder.found.tenants], [[], false, 2]);
  });

  it('come page by page, 2,000 of them, and the tenant that refuses is told of', async (test) => {
    const { finder } = await setUp(test, [operator], { directory: largeDirectory(), rowsPerPage: 150 });
    const counts: number[] = [];
    finder.on('changed', () => counts.push(finder.found.instances.length));
    await finder.load();
    assert.equal(finder.found.instances.length, 2000);
    assert.ok(new Set(counts).size > 10, 'they are shown as they come');
    const [problem, ...others] = finder.found.problems;
    assert.equal(others.length, 0);
    assert.equal(problem?.tenant?.name, 'Tailspin');
    assert.ok(problem.error instanceof ServiceError);
    assert.equal(problem.explanation.short, '403 AuthorizationFailed');
    assert.match(problem.explanation.advice, /role Reader/);
    assert.match(problem.explanation.meaning, /nothing was changed/);
  });

  it('that two accounts see stand once, with both accounts', async (test) => {
    const { finder } = await setUp(test, [operator, guest]);
    await finder.load();
    assert.deepEqual(names(finder), ['contoso', 'contoso-dev', 'contoso-test', 'fabrikam']);
    const found = finder.found.instances.at(-1)?.foundBy ?? [];
    assert.deepEqual(found.map((identity) => identity.account?.label).sort(), [
      'guest@fabrikam.com',
      'operator@contoso.com',
    ]);
  });

  it('of an account that is not signed in are missing, and the others are there', async (test) => {
    const setup = await setUp(test, [operator, guest]);
    setup.signedOut.add('operator@contoso.com');
    await setup.finder.load();
    assert.deepEqual(names(setup.finder), ['fabrikam']);
    const [problem] = setup.finder.found.problems;
    assert.ok(problem?.error instanceof SignInRequiredError);
    assert.equal(problem.tenant, undefined);
    assert.equal(problem.identity, operator);
  });

  it('of a tenant that wants another sign-in are missing, and the tenant is named', async (test) => {
    const setup = await setUp(test);
    setup.signedOut.add(fabrikamTenantId);
    await setup.finder.load();
    assert.deepEqual(names(setup.finder), ['contoso', 'contoso-dev', 'contoso-test']);
    assert.deepEqual(
      setup.finder.found.problems.map(({ tenant }) => tenant?.name),
      ['Fabrikam'],
    );
  });

  it('are asked for once in a session, until they are asked for anew or the accounts change', async (test) => {
    const { finder, simulated } = await setUp(test);
    const queries = (): number => simulated.requests.filter(({ path }) => path === graphPath).length;
    await finder.load();
    await finder.load();
    assert.equal(queries(), 2);
    await finder.refresh();
    assert.equal(queries(), 4);
    finder.outdate();
    assert.equal(names(finder).length, 4, 'for whoever is looking');
    await finder.load();
    assert.equal(queries(), 6);
  });

  it('are none in a tenant without a subscription', async (test) => {
    const directory: Directory = {
      ...sampleDirectory,
      tenants: sampleDirectory.tenants.map((tenant) => ({ ...tenant, subscriptions: [] })),
    };
    const { finder } = await setUp(test, [operator], { directory });
    await finder.load();
    assert.deepEqual([finder.found.instances, finder.found.problems, finder.found.tenants], [[], [], 2]);
  });

  it('are left out when their host is not one of the cloud: no token may go there', async (test) => {
    const directory: Directory = {
      ...sampleDirectory,
      tenants: sampleDirectory.tenants.map((tenant) => ({
        ...tenant,
        subscriptions: tenant.subscriptions.map((subscription) => ({
          ...subscription,
          instances: subscription.instances.map((each) =>
            each.name === 'contoso' ? { ...each, hostName: 'contoso.digitaltwins.azure.net.evil.example' } : each,
          ),
        })),
      })),
    };
    const { finder, log } = await setUp(test, [operator], { directory });
    await finder.load();
    assert.deepEqual(names(finder), ['contoso-dev', 'contoso-test', 'fabrikam']);
    assert.match(log.lines.join('\n'), /evil\.example that was found is left out/);
  });

  it('are not looked for any further when another search takes its place', async (test) => {
    const setup = await setUp(test, [guest]);
    await Promise.all([setup.finder.refresh(), setup.finder.refresh(), setup.finder.refresh()]);
    assert.deepEqual(names(setup.finder), ['fabrikam']);
    assert.equal(setup.simulated.requests.filter(({ path }) => path === graphPath).length, 1);
  });

  it('are asked for in four tenants at the same time, not in all', async (test) => {
    const setup = await setUp(test, [operator], { directory: largeDirectory({ tenants: 20, instances: 20 }) });
    let most = 0;
    const seen = new Set<string>();
    setup.onToken = (tenant) => {
      seen.add(tenant);
      most = Math.max(most, seen.size - setup.finder.found.tenants - setup.finder.found.problems.length);
    };
    await setup.finder.load();
    assert.equal(seen.size, 20);
    assert.ok(most <= 4, `${most} at the same time`);
  });

  it('that one account sees by two tenants are found by one account', async (test) => {
    const setup = await setUp(test, [operator, operator]);
    await setup.finder.load();
    assert.ok(setup.finder.found.instances.every(({ foundBy }) => foundBy.length === 1));
  });
});

describe('Azure Resource Manager', () => {
  it('is asked again after a 429, a 503 and a broken connection', async (test) => {
    const { finder, simulated } = await setUp(test, [guest]);
    simulated.faults.next({ path: '/tenants' }, { kind: 'respond', status: 429, headers: { 'Retry-After': '0' } });
    simulated.faults.next({ path: graphPath }, { kind: 'dropBefore' });
    simulated.faults.next({ path: graphPath }, { kind: 'respond', status: 503 });
    await finder.load();
    assert.deepEqual(names(finder), ['fabrikam']);
  });

  it('gets each request with a trace context, and no token is logged', async (test) => {
    const { finder, simulated, log, tokens } = await setUp(test);
    await finder.load();
    const traces = simulated.requests.map(({ headers }) => headers['traceparent']);
    assert.ok(traces.every((trace) => /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/.test(trace ?? '')));
    assert.equal(new Set(traces).size, traces.length);
    assert.ok(tokens.length > 0);
    assert.ok(tokens.every((token) => !log.lines.join('\n').includes(token)));
    assert.match(log.lines.join('\n'), /POST \/providers\/Microsoft\.ResourceGraph\/resources 200 in \d+ ms/);
  });

  it('is not followed to another host, by a redirect or by a link to a next page', async (test) => {
    const { finder, simulated } = await setUp(test, [guest]);
    const body = { value: [], nextLink: 'https://evil.example/tenants' };
    simulated.faults.next({ path: '/tenants' }, { kind: 'respond', status: 200, body });
    await finder.refresh();
    assert.match(String(finder.found.problems[0]?.error), /another host/);
    assert.equal(finder.found.problems[0]?.explanation.short, 'Unexpected answer');
    const headers = { Location: 'https://evil.example/' };
    simulated.faults.next({ path: '/tenants' }, { kind: 'respond', status: 302, headers });
    await finder.refresh();
    assert.equal(finder.found.problems.length, 1);
    assert.equal(finder.found.problems[0].explanation.short, 'Redirected');
  });

  it('that asks for a long wait is not waited for, and its refusals are in the log', async (test) => {
    const { finder, simulated, log } = await setUp(test, [guest]);
    const body = { error: { code: 'RateLimiting', message: 'Slow down.' } };
    simulated.faults.next(
      { path: '/tenants' },
      { kind: 'respond', status: 429, headers: { 'Retry-After': '3600' }, body },
    );
    await finder.load();
    assert.match(finder.found.problems[0]?.explanation.advice ?? '', /Try again in 30 min/);
    assert.match(
      log.of('error').join(),
      /GET \/tenants failed, host localhost:\d+, traceparent 00-\S+: status 429, codes RateLimiting/,
    );
  });

  it('whose list of tenants goes in a circle comes to an end', async (test) => {
    const { finder, simulated } = await setUp(test, [guest]);
    const body = { value: [], nextLink: `${simulated.origin}/tenants?api-version=2022-12-01` };
    simulated.faults.next({ path: '/tenants' }, { kind: 'respond', status: 200, body }, Infinity);
    await finder.load();
    assert.match(String(finder.found.problems[0]?.error), /does not end/);
  });

  it('that can not be reached is told of, as any other failure', async (test) => {
    const { finder, simulated } = await setUp(test);
    await simulated.close();
    await finder.load();
    assert.deepEqual(finder.found.tenants, 0);
    assert.ok(finder.found.problems[0]?.error instanceof ConnectionError);
  });

  it('that answers with something else is told of', async (test) => {
    const { finder, simulated } = await setUp(test, [guest]);
    simulated.faults.next({ path: graphPath }, { kind: 'respond', status: 200, body: { data: 'none' } });
    await finder.load();
    assert.equal(finder.found.problems[0]?.explanation.short, 'Unexpected answer');
  });
});
