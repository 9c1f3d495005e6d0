import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type * as vscode from 'vscode';
import { MicrosoftAccount } from '../../../src/authentication/microsoftAccount.ts';
import { SignInFailedError, SignInRequiredError } from '../../../src/service/errors.ts';

const scope = 'https://digitaltwins.azure.net/.default';
const session = { id: '1', accessToken: 'token', account: { id: 'kim', label: 'kim@contoso.com' }, scopes: [scope] };

/** An account whose VS Code answers with `answer`, and what it was asked. */
function setUp(answer: () => unknown): { account: MicrosoftAccount; asked: unknown[][] } {
  const asked: unknown[][] = [];
  const getSession = ((...question: unknown[]) => {
    asked.push(question);
    return Promise.resolve().then(answer);
  }) as typeof vscode.authentication.getSession;
  return { account: new MicrosoftAccount({ getSession }), asked };
}

describe('Signing in', () => {
  it('asks the Microsoft provider for the scope of the service, and says why', async () => {
    const { account, asked } = setUp(() => session);
    assert.equal(await account.signIn('To delete.'), 'kim@contoso.com');
    assert.deepEqual(asked, [
      ['microsoft', [scope], { createIfNone: { detail: 'To delete.' }, clearSessionPreference: false }],
    ]);
  });

  it('anew lets the person choose another account', async () => {
    const { account, asked } = setUp(() => session);
    await account.signIn('To delete.', 'anew');
    assert.deepEqual(asked[0]?.[2], { createIfNone: { detail: 'To delete.' }, clearSessionPreference: true });
  });

  for (const decline of [
    new Error('User did not consent to login.'),
    new Error('User did not consent to account access.'),
    new Error('Cancelled'),
    Object.assign(new Error('Canceled'), { name: 'Canceled' }),
  ]) {
    it(`is quietly over when the person declines by "${decline.message}"`, async () => {
      const { account } = setUp(() => {
        throw decline;
      });
      assert.equal(await account.signIn('To delete.'), undefined);
    });
  }

  it('that fails otherwise is a failure', async () => {
    const { account } = setUp(() => {
      throw new Error("Timed out waiting for authentication provider 'microsoft' to register.");
    });
    await assert.rejects(account.signIn('To delete.'), SignInFailedError);
  });
});

describe('The token of a request', () => {
  it('is asked for silently each time', async () => {
    const { account, asked } = setUp(() => session);
    assert.deepEqual(await account.getToken(scope), { token: 'token', expiresOnTimestamp: 0 });
    await account.getToken([scope]);
    assert.deepEqual(asked, [
      ['microsoft', [scope], { silent: true }],
      ['microsoft', [scope], { silent: true }],
    ]);
  });

  it('is missing when no account is signed in', async () => {
    await assert.rejects(setUp(() => undefined).account.getToken(scope), SignInRequiredError);
  });

  it('fails as a sign-in when VS Code can not be asked', async () => {
    const { account } = setUp(() => {
      throw new Error('no provider');
    });
    await assert.rejects(account.getToken(scope), SignInFailedError);
  });

  it('is not repeated to a service that wants other claims', async () => {
    const { account, asked } = setUp(() => session);
    await assert.rejects(account.getToken(scope, { claims: '{}' }), SignInRequiredError);
    assert.deepEqual(asked, []);
  });
});
