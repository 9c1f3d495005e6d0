import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AggregateAuthenticationError, AuthenticationError, CredentialUnavailableError } from '@azure/identity';
import { credentialFailure } from '../../../src/authentication/credentialFailure.ts';
import { credentialTitles, type CredentialKind } from '../../../src/service/credentialKind.ts';
import { credentialEntry, type CredentialEntry } from '../../../src/service/explain/credentials.ts';

/** What is said of an error of the library. The failures that it makes by itself are in the tests of the credentials. */
function entry(kind: CredentialKind, error: Error, tenantId: string | undefined = 'contoso.com') {
  return credentialEntry(kind, credentialFailure(error, kind, tenantId).message);
}

/** As EnvironmentCredential hands on what Microsoft Entra said. */
function refused(description: string): Error {
  return new AuthenticationError(400, {
    error: 'EnvironmentCredential authentication failed. To troubleshoot, visit https://aka.ms/x.',
    error_description: description,
  });
}

const trace = 'Trace ID: 5a2b\r\nCorrelation ID: 6e78\r\nTimestamp: 2026-11-24 10:00:00Z';

describe('A failure of the credential', () => {
  const table: readonly (readonly [kind: CredentialKind, said: string, short: string, words: RegExp])[] = [
    ['environment', 'AADSTS7000215: Invalid client secret provided.', 'Client secret not valid', /AZURE_CLIENT_SECRET/],
    [
      'environment',
      "AADSTS7000222: The provided client secret keys for app 'x' are expired.",
      'Client secret not valid',
      /expired/,
    ],
    [
      'environment',
      "AADSTS700016: Application 'x' was not found in the directory 'Contoso'.",
      'App not in the tenant',
      /not in the tenant contoso\.com/,
    ],
    [
      'environment',
      'AADSTS700027: The certificate with identifier used to sign is not registered.',
      'Client certificate not usable',
      /AZURE_CLIENT_CERTIFICATE_PATH/,
    ],
    [
      'environment',
      'AADSTS50126: Error validating credentials due to invalid username or password.',
      'Password not valid',
      /AZURE_PASSWORD/,
    ],
    [
      'environment',
      'AADSTS50076: You must use multi-factor authentication.',
      'Second factor required',
      /another credential/,
    ],
    ['environment', "AADSTS90002: Tenant 'x' not found.", 'Tenant unknown', /does not know the tenant contoso\.com/],
    [
      'environment',
      'network_error: Network request failed: getaddrinfo ENOTFOUND login.microsoftonline.com',
      'Microsoft Entra not reached',
      /proxy/,
    ],
    ['environment', 'self-signed certificate in certificate chain', 'Certificate not trusted', /proxy/],
    [
      'workloadIdentity',
      'AADSTS700213: No matching federated identity record found.',
      'Workload not trusted',
      /issuer, subject and audience/,
    ],
    ['workloadIdentity', 'AADSTS700016: Application was not found.', 'App not in the tenant', /AZURE_CLIENT_ID/],
    [
      'managedIdentity',
      'Attempted to use the IMDS endpoint, but it is not available.',
      'No managed identity here',
      /only Azure machines/,
    ],
    [
      'managedIdentity',
      'ManagedIdentityCredential: Network unreachable. Message: x',
      'No managed identity here',
      /only Azure machines/,
    ],
    ['managedIdentity', 'managed identity gave no answer within 25 s.', 'No token in time', /within 25 s/],
  ];
  for (const [kind, said, short, words] of table) {
    it(`${credentialTitles[kind]}: ${said.slice(0, 60)}`, () => {
      const told = entry(kind, refused(`${said} ${trace}`));
      assert.equal(told?.short, short);
      assert.match(`${told.happened} ${told.advice}`, words);
    });
  }

  it('default that ends the chain is told as that of the credential that failed', () => {
    const told = entry('default', refused(`AADSTS7000215: Invalid client secret provided. ${trace}`));
    assert.equal(told?.short, 'Client secret not valid');
  });

  it('default names each credential that was tried, and the code of one that it does not know', () => {
    const errors = [
      new CredentialUnavailableError('EnvironmentCredential is unavailable. No underlying credential could be used.'),
      new CredentialUnavailableError('Attempted to use the IMDS endpoint, but it is not available.'),
      new CredentialUnavailableError('Visual Studio Code Authentication is not available.'),
      new CredentialUnavailableError('ERROR: AADSTS53003: Access has been blocked.'),
      new CredentialUnavailableError(
        'Error: something. To troubleshoot, visit https://aka.ms/azsdk/js/identity/powershellcredential/troubleshoot.',
      ),
    ];
    assert.equal(
      entry('default', new AggregateAuthenticationError(errors, 'ChainedTokenCredential authentication failed.'))
        ?.happened,
      'None of the default credentials gave a token: Environment variables not set; No managed identity here; ' +
        'AADSTS53003; Azure PowerShell failed.',
    );
  });

  it('leaves out the option for a tenant that is not known', () => {
    const error = new CredentialUnavailableError("Please run 'az login' from a command prompt to authenticate.");
    const message = credentialFailure(error, 'azureCli', undefined).message;
    assert.match(credentialEntry('azureCli', message)?.advice ?? '', /^Run "az login" in a terminal/);
  });

  it('is left to others where nothing fits it alone', () => {
    assert.equal(entry('azureCli', new Error('AADSTS53003: Access has been blocked.')), undefined);
    assert.equal(entry('vscode', new Error("Please run 'az login' from a command prompt")), undefined);
  });

  it('has one line, without what is secret', () => {
    const { message } = credentialFailure(refused(`Bearer abc\n${trace}`), 'environment', 'contoso.com');
    assert.doesNotMatch(message, /[\r\n]|abc/);
    assert.match(message, /Trace ID: 5a2b Correlation ID: 6e78/);
  });

  it('is told in whole sentences, with nothing left to fill in', () => {
    const told = table
      .map(([kind, said]) => entry(kind, refused(said)))
      .filter((each): each is CredentialEntry => each !== undefined);
    assert.equal(told.length, table.length);
    for (const { short, happened, advice } of told) {
      assert.match(happened, /^[A-Z].*\.$/);
      assert.match(advice, /^[A-Z].*\.$/);
      assert.doesNotMatch(short + happened + advice, /[{}]|undefined/);
      assert.ok(happened.length + advice.length < 500);
    }
  });
});
