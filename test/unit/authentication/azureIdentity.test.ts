import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import {
  azureIdentityCredential,
  type AzureIdentityKind,
  type AzureIdentityOptions,
} from '../../../src/authentication/azureIdentity.ts';
import { clouds } from '../../../src/service/cloud.ts';
import { SignInFailedError } from '../../../src/service/errors.ts';
import { credentialEntry, type CredentialEntry } from '../../../src/service/explain/credentials.ts';
import { CollectedLog } from '../../support/collectedLog.ts';
import { secretToken, setEnvironment, standIn, standInAz } from '../../support/standIns.ts';
import { until } from '../../support/until.ts';

const { authority, dataPlaneScope: scope } = clouds.AzurePublic;
const tenantId = 'contoso.com';
const answer = `print({ accessToken: '${secretToken}', expires_on: 1800000000, tokenType: 'Bearer' });`;

/** Credentials are kept: each with a time limit of its own is another. */
function credential(kind: AzureIdentityKind, options: Partial<AzureIdentityOptions> = {}) {
  return azureIdentityCredential(kind, { tenantId, authority, log: new CollectedLog(), ...options });
}

/** What a person is told when a credential gives no token, and the error behind it. */
async function failure(
  kind: AzureIdentityKind,
  options: Partial<AzureIdentityOptions> = {},
): Promise<{ error: SignInFailedError; entry: CredentialEntry | undefined }> {
  const error: unknown = await credential(kind, options)
    .getToken(scope)
    .then(
      () => assert.fail('It gave a token.'),
      (thrown: unknown) => thrown,
    );
  assert.ok(error instanceof SignInFailedError, String(error));
  assert.equal(error.credential, kind);
  return { error, entry: credentialEntry(kind, error.message) };
}

async function useAz(test: TestContext, does: string) {
  const az = await standInAz(test, does);
  setEnvironment(test, { PATH: az.folder });
  return az;
}

describe('The credential Azure CLI', () => {
  it('asks az for the resource in the tenant of the instance', async (test) => {
    const az = await useAz(test, answer);
    assert.deepEqual(await credential('azureCli').getToken(scope), {
      token: secretToken,
      expiresOnTimestamp: 1_800_000_000_000,
      tokenType: 'Bearer',
    });
    const resource = ['--resource', 'https://digitaltwins.azure.net'];
    assert.deepEqual(await az.calls(), [
      ['account', 'get-access-token', '--output', 'json', ...resource, '--tenant', tenantId],
    ]);
  });

  it('leaves the tenant to az when none is chosen', async (test) => {
    const az = await useAz(test, answer);
    await credential('azureCli', { tenantId: undefined }).getToken(scope);
    assert.ok(!(await az.calls())[0]?.includes('--tenant'));
  });

  it('asks in another tenant when a request names one', async (test) => {
    const az = await useAz(test, answer);
    await credential('azureCli').getToken(scope, { tenantId: 'fabrikam.com' });
    assert.equal((await az.calls())[0]?.at(-1), 'fabrikam.com');
  });

  it('understands an az from before 2.54, which gives the expiry in local time', async (test) => {
    await useAz(test, `print({ accessToken: '${secretToken}', expiresOn: '2027-01-15 09:00:00.000000' });`);
    const token = await credential('azureCli').getToken(scope);
    assert.equal(token?.expiresOnTimestamp, new Date(2027, 0, 15, 9).getTime());
  });

  it('runs az once for all who ask at the same time, and again for those who ask later', async (test) => {
    const az = await useAz(test, answer);
    const one = credential('azureCli');
    await Promise.all([one.getToken(scope), one.getToken([scope]), credential('azureCli').getToken(scope)]);
    assert.equal((await az.calls()).length, 1);
    await one.getToken(scope);
    assert.equal((await az.calls()).length, 2);
  });

  it('is one object for one tenant and cloud', () => {
    assert.equal(credential('azureCli'), credential('azureCli'));
    assert.notEqual(credential('azureCli'), credential('azureCli', { tenantId: 'fabrikam.com' }));
    assert.notEqual(credential('azureCli'), credential('azureCli', { authority: clouds.AzureUSGovernment.authority }));
    assert.notEqual(credential('azureCli'), credential('azureDeveloperCli'));
  });

  it('tells one who has no Azure CLI where to get it', async (test) => {
    setEnvironment(test, {});
    const { entry } = await failure('azureCli');
    assert.equal(entry?.short, 'Azure CLI not found');
    assert.match(entry.advice, /https:\/\/aka\.ms\/azure-cli, sign in with "az login --tenant contoso\.com"/);
    assert.equal(entry.remedy, 'switchAccount');
    assert.equal(entry.help, 'other-credentials');
  });

  const trace = 'Trace ID: 5a2b Correlation ID: 6e78 Timestamp: 2026-11-24 10:00:00Z';
  const relogin =
    'Interactive authentication is needed. Please run:\naz login --scope https://digitaltwins.azure.net/.default';
  const failures: readonly (readonly [said: string, short: string, advice: RegExp])[] = [
    ["ERROR: Please run 'az login' to setup account.", 'Azure CLI not signed in', /"az login --tenant contoso\.com"/],
    [
      "ERROR: Can't find token from MSAL cache.\nTo re-authenticate, please run:\naz login",
      'Azure CLI not signed in',
      /"az login --tenant contoso\.com"/,
    ],
    [
      `ERROR: AADSTS700082: The refresh token has expired due to inactivity. ${trace}\n${relogin}`,
      'Azure CLI sign-in expired',
      /"az logout", then "az login --tenant contoso\.com"/,
    ],
    [
      `ERROR: AADSTS50173: The provided grant has expired due to it being revoked. ${trace}\n${relogin}`,
      'Azure CLI sign-in expired',
      /"az logout"/,
    ],
    [
      `ERROR: AADSTS50076: You must use multi-factor authentication to access '0b07'. ${trace}\n${relogin}`,
      'Second factor required',
      /"az login --tenant contoso\.com --scope https:\/\/digitaltwins\.azure\.net\/\.default"/,
    ],
    [
      `ERROR: AADSTS50020: User account 'kim@fabrikam.com' does not exist in tenant 'Contoso'. ${trace}\n${relogin}`,
      'Account not in the tenant',
      /with an account of that tenant/,
    ],
    [`ERROR: AADSTS90002: Tenant 'contoso.com' not found. ${trace}\n${relogin}`, 'Tenant unknown', /cloud/],
    [
      "ERROR: The subscription of 'Contoso' doesn't exist in cloud 'AzureCloud'.",
      'No subscription',
      /--allow-no-subscriptions/,
    ],
    [
      "ERROR: HTTPSConnectionPool(host='login.microsoftonline.com', port=443): Max retries exceeded with url: /x",
      'Microsoft Entra not reached',
      /HTTPS_PROXY/,
    ],
    [
      'ERROR: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate',
      'Certificate not trusted',
      /REQUESTS_CA_BUNDLE/,
    ],
  ];
  for (const [said, short, advice] of failures) {
    it(`explains: ${said.split('\n')[0]?.slice(0, 70) ?? ''}`, async (test) => {
      await useAz(test, `fail(${JSON.stringify(said)});`);
      const { entry } = await failure('azureCli');
      assert.equal(entry?.short, short);
      assert.match(entry.advice, advice);
    });
  }

  it('keeps trace and correlation id of a refusal for the log', async (test) => {
    await useAz(test, `fail('ERROR: AADSTS50020: No. ${trace}');`);
    assert.match((await failure('azureCli')).error.message, /AADSTS50020: No\. Trace ID: 5a2b Correlation ID: 6e78/);
  });

  for (const [what, output] of [
    ['no JSON', "process.stdout.write('Welcome to the Azure CLI! eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9');"],
    ['nothing', ''],
    ['no expiry', `print({ accessToken: '${secretToken}' });`],
    ['no token', 'print({ expires_on: 1800000000 });'],
  ] as const) {
    it(`is not understood when it prints ${what}`, async (test) => {
      await useAz(test, output);
      assert.equal((await failure('azureCli')).entry?.short, 'Azure CLI not understood');
    });
  }

  it('is given up when it takes too long, and ended', async (test) => {
    const az = await standInAz(
      test,
      "require('node:fs').writeFileSync(__filename + '.pid', String(process.pid)); setInterval(() => {}, 1000);",
    );
    setEnvironment(test, { PATH: az.folder });
    const { entry } = await failure('azureCli', { tenantId: 'slow.contoso.com', timeLimitInMs: 3000 });
    assert.equal(entry?.happened, 'No token came within 3 s (Azure CLI).');
    const pid = Number(await readFile(`${az.folder}/az.pid`, 'utf8'));
    await until(() => !isRunning(pid), 'az has ended');
  });

  it('tells how to sign in anew when the service wants more than it has', async (test) => {
    const az = await useAz(test, answer);
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
    const error: unknown = await credential('azureCli')
      .getToken(scope, { claims })
      .catch((thrown: unknown) => thrown);
    assert.ok(error instanceof SignInFailedError);
    assert.match(
      credentialEntry('azureCli', error.message)?.advice ?? '',
      /"az login --tenant contoso\.com --scope https:\/\/digitaltwins\.azure\.net\/\.default"/,
    );
    assert.deepEqual(await az.calls(), []);
  });

  it('does not run az for a tenant that is no tenant', async (test) => {
    const az = await useAz(test, answer);
    const { entry } = await failure('azureCli', { tenantId: 'contoso.com & calc' });
    assert.equal(entry?.short, 'Tenant not valid');
    assert.deepEqual(await az.calls(), []);
  });
});

describe('The credential Azure Developer CLI', () => {
  it('asks azd for the scope in the tenant of the instance', async (test) => {
    const expiresOn = '2027-01-15T08:00:00Z';
    const azd = await standIn(
      test,
      'azd',
      `console.log(JSON.stringify({ token: '${secretToken}', expiresOn: '${expiresOn}' }));`,
    );
    setEnvironment(test, { PATH: azd.folder });
    const token = await credential('azureDeveloperCli').getToken(scope);
    assert.equal(token?.token, secretToken);
    assert.equal(token.expiresOnTimestamp, 1_800_000_000_000);
    assert.deepEqual(await azd.calls(), [
      ['auth', 'token', '--output', 'json', '--no-prompt', '--scope', scope, '--tenant-id', tenantId],
    ]);
  });

  const line = (message: string): string => JSON.stringify({ type: 'consoleMessage', data: { message } });
  for (const [said, short] of [
    [line('ERROR: not logged in, run `azd auth login` to login'), 'Azure Developer CLI not signed in'],
    [line('ERROR: fetching token: AADSTS70043: The refresh token has expired'), 'Azure Developer CLI sign-in expired'],
    [line('Suggestion: reauthentication required, run `azd auth login`'), 'New sign-in required'],
    [line('ERROR: fetching token: AADSTS50020: not in tenant'), 'Account not in the tenant'],
  ] as const) {
    it(`explains: ${said}`, async (test) => {
      const azd = await standIn(test, 'azd', `fail(${JSON.stringify(said)});`);
      setEnvironment(test, { PATH: azd.folder });
      const { entry } = await failure('azureDeveloperCli');
      assert.equal(entry?.short, short);
      assert.match(entry.advice, /"azd auth login --tenant-id contoso\.com/);
    });
  }

  it('does not take a token whose expiry it can not read: it would never be renewed', async (test) => {
    const azd = await standIn(
      test,
      'azd',
      `console.log(JSON.stringify({ token: '${secretToken}', expiresOn: 'soon' }));`,
    );
    setEnvironment(test, { PATH: azd.folder });
    assert.equal((await failure('azureDeveloperCli')).entry?.short, 'Azure Developer CLI not understood');
  });

  it('tells one who has none where to get it', async (test) => {
    setEnvironment(test, {});
    assert.match((await failure('azureDeveloperCli')).entry?.advice ?? '', /https:\/\/aka\.ms\/azd/);
  });
});

describe('The credential Azure PowerShell', () => {
  /** The library runs `pwsh /?` first, to see whether there is one. */
  const pwsh = (test: TestContext, does: string) => standIn(test, 'pwsh', `if (args[0] !== '/?') { ${does} }`);

  it('asks the module Az.Accounts for the resource in the tenant of the instance', async (test) => {
    const token = `{ Token: '${secretToken}', ExpiresOn: '2027-01-15T08:00:00+00:00' }`;
    const { folder } = await pwsh(
      test,
      `const { AZURE_IDENTITY_POWERSHELL_RESOURCE: resource, AZURE_IDENTITY_POWERSHELL_TENANT_ID: tenant } = process.env;
      if (resource !== 'https://digitaltwins.azure.net' || tenant !== 'contoso.com') fail(resource + tenant);
      if (!args.at(-1).includes('Get-AzAccessToken')) fail(args.at(-1));
      console.log(JSON.stringify(${token}));`,
    );
    setEnvironment(test, { PATH: folder });
    const given = await credential('azurePowerShell').getToken(scope);
    assert.equal(given?.token, secretToken);
    assert.equal(given.expiresOnTimestamp, 1_800_000_000_000);
  });

  for (const [said, short, advice] of [
    [
      "Import-Module: The specified module 'Az.Accounts' with version '2.2.0' was not loaded because no valid module file was found in any module directory.",
      'Az.Accounts not installed',
      /"Install-Module Az\.Accounts -Scope CurrentUser"/,
    ],
    [
      'Get-AzAccessToken: Run Connect-AzAccount to login.',
      'Azure PowerShell not signed in',
      /"Connect-AzAccount -Tenant contoso\.com"/,
    ],
    ['Get-AzAccessToken: AADSTS50173: revoked.', 'Azure PowerShell sign-in expired', /"Disconnect-AzAccount"/],
  ] as const) {
    it(`explains: ${said.slice(0, 70)}`, async (test) => {
      const { folder } = await pwsh(test, `fail(${JSON.stringify(said)});`);
      setEnvironment(test, { PATH: folder });
      const { entry } = await failure('azurePowerShell');
      assert.equal(entry?.short, short);
      assert.match(entry.advice, advice);
    });
  }

  it('shows nothing of an output that it can not read', async (test) => {
    const { folder } = await pwsh(test, "console.log('an opaque token');");
    setEnvironment(test, { PATH: folder });
    const { error, entry } = await failure('azurePowerShell');
    assert.equal(entry?.short, 'Azure PowerShell not understood');
    assert.doesNotMatch(error.message, /opaque/);
  });

  // Last: once the library has found no pwsh, it does not look again.
  it('tells one who has no PowerShell where to get it', async (test) => {
    setEnvironment(test, {});
    assert.equal((await failure('azurePowerShell')).entry?.short, 'Azure PowerShell not found');
  });
});

describe('No credential', () => {
  it('lets a token into the log or an error', async (test) => {
    const log = new CollectedLog();
    const tenant = 'quiet.contoso.com';
    const az = await standInAz(
      test,
      `const { existsSync, writeFileSync } = require('node:fs');
      if (existsSync(__filename + '.ran')) fail('ERROR: got Bearer ${secretToken} and sig=c2VjcmV0');
      writeFileSync(__filename + '.ran', '');
      ${answer}`,
    );
    setEnvironment(test, { PATH: az.folder });
    await credential('azureCli', { tenantId: tenant, log }).getToken(scope);
    const { error } = await failure('azureCli', { tenantId: tenant, log });
    const all = [...log.lines, error.message, String(error.stack), JSON.stringify(error)].join('\n');
    assert.match(all, /A token for .* from Azure CLI, until 2027-01-15T08:00:00/);
    assert.doesNotMatch(all, /eyJ|c2lnbmF0dXJl|c2VjcmV0/);
    assert.equal(error.message, 'ERROR: got Bearer [token] and sig=[key] [tenant: quiet.contoso.com]');
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
