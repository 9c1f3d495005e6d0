import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { azureIdentityCredential, type AzureIdentityKind } from '../../../src/authentication/azureIdentity.ts';
import { clouds } from '../../../src/service/cloud.ts';
import { SignInFailedError } from '../../../src/service/errors.ts';
import { credentialEntry, type CredentialEntry } from '../../../src/service/explain/credentials.ts';
import { CollectedLog } from '../../support/collectedLog.ts';
import { temporaryFolder } from '../../support/jobSetup.ts';
import { secretToken, setEnvironment, standInAz } from '../../support/standIns.ts';

const { authority, dataPlaneScope: scope } = clouds.AzurePublic;
const someId = '5e6a1e6d-0000-4000-8000-000000000000';

/** Credentials are kept, and these read the environment once: each has a tenant of its own. */
let tenants = 0;

function credential(kind: AzureIdentityKind, tenantId: string | undefined = `t${++tenants}.contoso.com`) {
  return azureIdentityCredential(kind, { tenantId, authority, log: new CollectedLog() });
}

async function explained(kind: AzureIdentityKind, one = credential(kind)): Promise<CredentialEntry | undefined> {
  const error: unknown = await one.getToken(scope).then(
    () => assert.fail('It gave a token.'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof SignInFailedError, String(error));
  return credentialEntry(kind, error.message);
}

describe('The credential environment variables', () => {
  it('names the variables that are not set, and none that is', async (test) => {
    setEnvironment(test, { AZURE_TENANT_ID: someId });
    const entry = await explained('environment');
    assert.equal(entry?.short, 'Environment variables not set');
    assert.equal(
      entry.happened,
      'Environment variables that this sign-in needs are not set: AZURE_CLIENT_ID, ' +
        'AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH.',
    );
    assert.match(entry.advice, /restart VS Code/);
  });

  it('says when the certificate is not there', async (test) => {
    setEnvironment(test, {
      AZURE_TENANT_ID: someId,
      AZURE_CLIENT_ID: someId,
      AZURE_CLIENT_CERTIFICATE_PATH: join(await temporaryFolder(test), 'none.pem'),
    });
    assert.equal((await explained('environment'))?.short, 'Client certificate not usable');
  });

  it('says when the certificate is none', async (test) => {
    const file = join(await temporaryFolder(test), 'some.pem');
    await writeFile(file, 'no certificate');
    setEnvironment(test, {
      AZURE_TENANT_ID: someId,
      AZURE_CLIENT_ID: someId,
      AZURE_CLIENT_CERTIFICATE_PATH: file,
    });
    assert.equal((await explained('environment'))?.short, 'Client certificate not usable');
  });
});

describe('The credential workload identity', () => {
  it('names the variables that are not set', async (test) => {
    setEnvironment(test, {});
    assert.match(
      (await explained('workloadIdentity'))?.happened ?? '',
      /not set: AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE\.$/,
    );
  });

  it('needs the variable for the tenant when none is chosen', async (test) => {
    setEnvironment(test, { AZURE_CLIENT_ID: someId, AZURE_FEDERATED_TOKEN_FILE: 'token' });
    const one = azureIdentityCredential('workloadIdentity', { authority, log: new CollectedLog() });
    assert.match((await explained('workloadIdentity', one))?.happened ?? '', /not set: AZURE_TENANT_ID\.$/);
  });

  it('asks for the variables again at the next try', async (test) => {
    setEnvironment(test, {});
    const one = credential('workloadIdentity');
    await explained('workloadIdentity', one);
    const folder = await temporaryFolder(test);
    setEnvironment(test, { AZURE_CLIENT_ID: someId, AZURE_FEDERATED_TOKEN_FILE: join(folder, 'none') });
    assert.equal((await explained('workloadIdentity', one))?.short, 'Token file not readable');
  });
});

describe('The managed identity', () => {
  const asked: IncomingMessage[] = [];
  let answer: { status: number; body: unknown };
  const service = createServer((request, response) => {
    asked.push(request);
    const { status, body } = answer;
    response
      .writeHead(status, { 'set-cookie': 'id=the-cookie' })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  let endpoint = '';

  before(async () => {
    await once(service.listen(0, '127.0.0.1'), 'listening');
    endpoint = `http://127.0.0.1:${(service.address() as AddressInfo).port}/msi/token`;
  });
  after(() => service.close());

  /** As in Azure App Service. */
  const onAzure = (test: TestContext, more: Readonly<Record<string, string>> = {}): void => {
    setEnvironment(test, { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: 'the-secret-header', ...more });
  };

  // First: the library keeps the token that it got.
  for (const [description, short] of [
    ['Identity not found', 'Managed identity not found'],
    ['Multiple user assigned identities exist, please specify the clientId', 'Several managed identities'],
    ['Bad Request the-secret-header', 'Managed identity refused'],
  ] as const) {
    it(`explains: ${description}`, async (test) => {
      onAzure(test);
      answer = { status: 400, body: { error: 'invalid_request', error_description: description } };
      const one = credential('managedIdentity');
      const error: unknown = await one.getToken(scope).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof SignInFailedError);
      assert.doesNotMatch(error.message, /the-secret-header/);
      assert.equal(credentialEntry('managedIdentity', error.message)?.short, short);
    });
  }

  it('is not there when a proxy answers in its place, whose headers are not shown', async (test) => {
    onAzure(test);
    answer = { status: 403, body: 'denied' };
    const error: unknown = await credential('managedIdentity')
      .getToken(scope)
      .catch((thrown: unknown) => thrown);
    assert.ok(error instanceof SignInFailedError);
    assert.doesNotMatch(error.message, /the-cookie/);
    assert.equal(credentialEntry('managedIdentity', error.message)?.short, 'No managed identity here');
  });

  it('is asked for the resource, as the one that AZURE_CLIENT_ID names', async (test) => {
    onAzure(test, { AZURE_CLIENT_ID: someId });
    answer = { status: 200, body: { access_token: secretToken, expires_on: '4000000000', token_type: 'Bearer' } };
    asked.length = 0;
    const token = await credential('managedIdentity').getToken(scope);
    assert.equal(token?.token, secretToken);
    assert.equal(token.expiresOnTimestamp, 4_000_000_000_000);
    const { searchParams } = new URL(asked[0]?.url ?? '', endpoint);
    assert.equal(searchParams.get('resource'), 'https://digitaltwins.azure.net');
    assert.equal(searchParams.get('client_id'), someId);
    assert.equal(asked[0]?.headers['x-identity-header'], 'the-secret-header');
  });

  it('keeps its token', async (test) => {
    onAzure(test);
    answer = { status: 200, body: { access_token: secretToken, expires_on: '4000000000', token_type: 'Bearer' } };
    const one = credential('managedIdentity');
    await one.getToken(scope);
    asked.length = 0;
    await one.getToken(scope);
    assert.equal(asked.length, 0);
  });
});

describe('The default credential', () => {
  it('finds the Azure CLI', async (test) => {
    const az = await standInAz(test, `print({ accessToken: '${secretToken}', expires_on: 1800000000 });`);
    setEnvironment(test, { PATH: az.folder, AZURE_TOKEN_CREDENTIALS: 'dev' });
    const token = await credential('default', 'chain.contoso.com').getToken(scope);
    assert.equal(token?.token, secretToken);
    assert.deepEqual((await az.calls())[0]?.slice(-2), ['--tenant', 'chain.contoso.com']);
  });

  it('says of each that was tried what it lacks', async (test) => {
    const az = await standInAz(test, `fail("ERROR: Please run 'az login' to setup account.");`);
    setEnvironment(test, { PATH: az.folder, AZURE_TOKEN_CREDENTIALS: 'dev' });
    const entry = await explained('default', credential('default', 'none.contoso.com'));
    assert.equal(entry?.short, 'No credential worked');
    assert.equal(
      entry.happened,
      'None of the default credentials gave a token: Azure CLI not signed in; Azure PowerShell not found; ' +
        'Azure Developer CLI not found.',
    );
    assert.match(entry.advice, /"az login --tenant none\.contoso\.com".*digitalTwins\.credential/);
  });

  it('asks only what AZURE_TOKEN_CREDENTIALS names', async (test) => {
    const az = await standInAz(test, `print({ accessToken: '${secretToken}', expires_on: 1800000000 });`);
    setEnvironment(test, { PATH: az.folder, AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential' });
    assert.match(
      (await explained('default'))?.happened ?? '',
      /^None of the default credentials gave a token: Environment variables not set\.$/,
    );
    assert.deepEqual(await az.calls(), []);
  });

  it('says when the one that AZURE_TOKEN_CREDENTIALS names is not set up', async (test) => {
    setEnvironment(test, { AZURE_TOKEN_CREDENTIALS: 'WorkloadIdentityCredential' });
    assert.match((await explained('default'))?.happened ?? '', /that the environment variable AZURE_TOKEN_CREDENTIALS/);
  });

  it('says when AZURE_TOKEN_CREDENTIALS names none', async (test) => {
    setEnvironment(test, { AZURE_TOKEN_CREDENTIALS: 'everything' });
    assert.equal((await explained('default'))?.short, 'AZURE_TOKEN_CREDENTIALS not valid');
  });
});
