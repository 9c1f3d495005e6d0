import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type * as vscode from 'vscode';
import { MicrosoftAccount } from '../../../src/authentication/microsoftAccount.ts';
import { ClaimsRequiredError, SignInFailedError, SignInRequiredError } from '../../../src/service/errors.ts';

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
});

describe('A claims challenge', () => {
  const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1 é"}}}';
  const asked = (question: unknown[]): unknown[] => question.slice(0, 2);
  const challenge = [
    'microsoft',
    {
      wwwAuthenticate:
        'Bearer realm="", error="insufficient_claims", ' +
        'claims="eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEg6SJ9fX0="',
      fallbackScopes: [scope],
    },
    { createIfNone: { detail: 'To delete.' } },
  ];

  async function challenged(...answers: (() => unknown)[]): Promise<ReturnType<typeof setUp>> {
    const set = setUp(() => (answers.shift() ?? (() => session))());
    await assert.rejects(set.account.getToken(scope, { claims }), (error) => {
      assert.ok(error instanceof ClaimsRequiredError);
      assert.ok(error instanceof SignInRequiredError);
      assert.equal(error.claims, claims);
      return true;
    });
    return set;
  }

  it('of a request in the background opens no window', async () => {
    assert.deepEqual((await challenged()).asked, []);
  });

  it('is answered by the next sign-in, once', async () => {
    const set = await challenged();
    assert.equal(await set.account.signIn('To delete.'), 'kim@contoso.com');
    await set.account.signIn('To delete.');
    assert.deepEqual(set.asked[0], challenge);
    assert.deepEqual(set.asked[1]?.[1], [scope]);
    assert.equal(set.asked.length, 2);
  });

  it('stays when the person declines', async () => {
    const set = await challenged(() => {
      throw new Error('User did not consent to login.');
    });
    assert.equal(await set.account.signIn('To delete.'), undefined);
    await set.account.signIn('To delete.');
    assert.deepEqual(set.asked, [challenge, challenge]);
  });

  it('is answered by signing in anew where VS Code does not know challenges', async () => {
    const set = await challenged(() => {
      throw new Error('The provider does not support challenges.');
    });
    assert.equal(await set.account.signIn('To delete.'), 'kim@contoso.com');
    assert.deepEqual(set.asked[1], [
      'microsoft',
      [scope],
      { createIfNone: { detail: 'To delete.' }, clearSessionPreference: true },
    ]);
    await set.account.signIn('To delete.');
    assert.deepEqual(set.asked.slice(2).map(asked), [['microsoft', [scope]]]);
  });

  it('that came while another was answered is not forgotten', async () => {
    const set = await challenged(async () => {
      await set.account.getToken(scope, { claims: '{"newer":true}' }).catch(() => undefined);
      return session;
    });
    await set.account.signIn('To delete.');
    await set.account.signIn('To delete.');
    assert.match(JSON.stringify(set.asked[1]), new RegExp(Buffer.from('{"newer":true}').toString('base64')));
  });
});
