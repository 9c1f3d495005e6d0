import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { describe, it, type TestContext } from 'node:test';
import { connect } from 'node:tls';
import { makeToken } from '../../simulator/bearer.ts';
import { contosoTenantId, fabrikamTenantId, sampleDirectory } from '../../simulator/sampleDirectory.ts';
import { startAzure, type Azure } from '../../support/azure.ts';
import { openTunnel } from './tunnel.ts';

const contoso = 'contoso.api.weu.digitaltwins.azure.net';
const fabrikam = 'fabrikam.api.eus.digitaltwins.azure.net';
const operator = 'operator@contoso.com';

describe('Azure behind a proxy', () => {
  it('has Azure Resource Manager under its own name', async (t) => {
    const azure = await start(t);
    const token = makeToken({ audience: 'https://management.azure.com', tenantId: contosoTenantId, user: operator });
    const tenants = await read(azure, 'management.azure.com', '/tenants?api-version=2022-12-01', token);
    assert.equal(tenants.status, 200);
    assert.match(tenants.text, /Fabrikam/);
  });

  it('has each instance of the directory under its own name, in its tenant', async (t) => {
    const azure = await start(t);
    (await azure.instance(fabrikam)).instance.plantDeletionJob({ id: 'job-of-fabrikam' });
    const list = '/jobs/deletions?api-version=2023-10-31';
    const inContoso = makeToken({ tenantId: contosoTenantId });
    const inFabrikam = makeToken({ tenantId: fabrikamTenantId });
    assert.match((await read(azure, fabrikam, list, inFabrikam)).text, /job-of-fabrikam/);
    assert.doesNotMatch((await read(azure, contoso, list, inContoso)).text, /job-of-fabrikam/);
    const refused = await read(azure, fabrikam, list, inContoso);
    assert.equal(refused.status, 404);
    assert.ok(refused.challenge?.includes(fabrikamTenantId));
  });

  it('has no other instance', async (t) => {
    const azure = await start(t);
    await assert.rejects(openTunnel(azure.proxy, 'nobody.api.weu.digitaltwins.azure.net:443'), /403/);
    await assert.rejects(azure.instance('nobody.api.weu.digitaltwins.azure.net'), /The directory has no instance/);
  });

  it('tells the test account which tenants its accounts are in', async (t) => {
    const { accounts } = await start(t);
    assert.deepEqual(accounts.accounts?.[0], { label: operator, tenants: [contosoTenantId, fabrikamTenantId] });
    assert.equal(accounts.domains?.['contoso.onmicrosoft.com'], contosoTenantId);
  });
});

async function start(t: TestContext): Promise<Azure> {
  const azure = await startAzure(sampleDirectory, { queryLagMs: 0 });
  t.after(() => azure.close());
  return azure;
}

async function read(
  { proxy, certificate }: Azure,
  host: string,
  path: string,
  token: string,
): Promise<{ status: number | undefined; text: string; challenge: string | undefined }> {
  const socket = connect({
    socket: await openTunnel(proxy, `${host}:443`),
    servername: host,
    ca: certificate.certificatePem,
  });
  const sent = get({ host, path, headers: { authorization: `Bearer ${token}` }, createConnection: () => socket });
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
  }
  return { status: response.statusCode, text, challenge: response.headers['www-authenticate'] };
}
