import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type * as vscode from 'vscode';
import { Credentials, type SignedIn } from '../../../src/authentication/credentials.ts';
import { MicrosoftSessions } from '../../../src/authentication/microsoftSessions.ts';
import { clouds, type Cloud } from '../../../src/service/cloud.ts';
import type { Identity } from '../../../src/service/identity.ts';
import { InstanceHost } from '../../../src/service/instanceHost.ts';
import { CollectedLog } from '../../support/collectedLog.ts';
import { manualClock } from '../../support/manualClock.ts';
import { setEnvironment, standInAz } from '../../support/standIns.ts';
import { contoso, settled } from '../../support/transport.ts';
import { ClaimsRequiredError, SignInFailedError, SignInRequiredError } from '../../../src/service/errors.ts';

const scope = 'https://digitaltwins.azure.net/.default';
const session = { id: '1', accessToken: 'token', account: { id: 'kim', label: 'kim@contoso.com' }, scopes: [scope] };

const kim = { id: 'kim', label: 'kim@contoso.com' };
const tenant = '11111111-2222-4333-8444-555555555555';
const client = '99999999-2222-4333-8444-555555555555';

interface Account {
  readonly credentials: Credentials;
  readonly asked: unknown[][];
  readonly signIn: (reason: string, choose?: 'once' | 'anew', host?: InstanceHost) => Promise<string | undefined>;
  readonly getToken: (options?: { claims?: string }, host?: InstanceHost) => Promise<unknown>;
}

/** An account whose VS Code answers with `answer`, and what it was asked. */
function setUp(answer: () => unknown, identity: Identity = { credential: 'vscode' }, clientId?: string): Account {
  const asked: unknown[][] = [];
  const getSession = ((...question: unknown[]) => {
    asked.push(question);
    return Promise.resolve().then(answer);
  }) as typeof vscode.authentication.getSession;
  const getAccounts = (provider: string): Promise<vscode.AuthenticationSessionAccountInformation[]> => {
    asked.push([provider]);
    return Promise.resolve([kim]);
  };
  const sessions = new MicrosoftSessions({ getSession, getAccounts }, () => clientId, manualClock());
  const credentials = new Credentials(sessions, () => identity, manualClock(), new CollectedLog());
  const labelOf = (signedIn: SignedIn | undefined): string | undefined => signedIn?.account?.label;
  return {
    credentials,
    asked,
    signIn: async (reason, choose, host = contoso) =>
      labelOf(await credentials.signInTo(host, { reason, ...(choose && { choose }) })),
    getToken: (options, host = contoso) => credentials.forInstance(host).getToken(scope, options),
  };
}

describe('Signing in', () => {
  it('asks the Microsoft provider for the scope of the service, and says why', async () => {
    const { signIn, asked } = setUp(() => session);
    assert.equal(await signIn('To delete.'), 'kim@contoso.com');
    assert.deepEqual(asked, [
      ['microsoft', [scope], { createIfNone: { detail: 'To delete.' }, clearSessionPreference: false }],
    ]);
  });

  it('anew lets the person choose another account', async () => {
    const { signIn, asked } = setUp(() => session);
    await signIn('To delete.', 'anew');
    assert.deepEqual(asked[0]?.[2], { createIfNone: { detail: 'To delete.' }, clearSessionPreference: true });
  });

  for (const decline of [
    new Error('User did not consent to login.'),
    new Error('User did not consent to account access.'),
    new Error('Cancelled'),
    Object.assign(new Error('Canceled'), { name: 'Canceled' }),
  ]) {
    it(`is quietly over when the person declines by "${decline.message}"`, async () => {
      const account = setUp(() => {
        throw decline;
      });
      assert.equal(await account.signIn('To delete.'), undefined);
    });
  }

  it('that fails otherwise is a failure', async () => {
    const account = setUp(() => {
      throw new Error("Timed out waiting for authentication provider 'microsoft' to register.");
    });
    await assert.rejects(account.signIn('To delete.'), SignInFailedError);
  });
});

describe('The token of a request', () => {
  it('is asked for silently each time', async () => {
    const { getToken, asked } = setUp(() => session);
    assert.deepEqual(await getToken(), { token: 'token', expiresOnTimestamp: 0 });
    await getToken();
    assert.deepEqual(asked, [
      ['microsoft', [scope], { silent: true }],
      ['microsoft', [scope], { silent: true }],
    ]);
  });

  it('is missing when no account is signed in', async () => {
    await assert.rejects(setUp(() => undefined).getToken(), SignInRequiredError);
  });

  it('fails as a sign-in when VS Code can not be asked', async () => {
    const account = setUp(() => {
      throw new Error('no provider');
    });
    await assert.rejects(account.getToken(), SignInFailedError);
  });
});

describe('Who is asked for', () => {
  it('is the account that is settled, in its tenant, by the app registration that is set', async () => {
    const { signIn, getToken, asked } = setUp(
      () => session,
      { credential: 'vscode', account: kim, tenantId: tenant },
      client,
    );
    await getToken();
    await signIn('To delete.');
    const scopes = [scope, `VSCODE_TENANT:${tenant}`, `VSCODE_CLIENT_ID:${client}`];
    assert.deepEqual(asked, [
      ['microsoft', scopes, { silent: true, account: kim }],
      ['microsoft', scopes, { createIfNone: { detail: 'To delete.' }, clearSessionPreference: false, account: kim }],
    ]);
  });

  it('is named when a sign-in is missing', async () => {
    const { getToken } = setUp(() => undefined, { credential: 'vscode', account: kim, tenantId: 'contoso.com' });
    await assert.rejects(getToken(), (error) => {
      assert.ok(error instanceof SignInRequiredError);
      assert.equal(error.message, 'The account kim@contoso.com is not signed in to the tenant contoso.com.');
      assert.equal(error.account, kim);
      return true;
    });
  });

  it('is asked for at the provider of the cloud that the instance is in', async () => {
    const cloud: Cloud = clouds.AzureUSGovernment;
    const host = InstanceHost.parse('contoso.api.usgv.digitaltwins.azure.us', [], cloud);
    const { getToken, asked } = setUp(() => session);
    await getToken({}, host);
    assert.deepEqual(asked, [['microsoft-sovereign-cloud', [cloud.dataPlaneScope], { silent: true }]]);
  });

  it('is asked for the scope of Azure Resource Manager where instances are looked for', async () => {
    const { credentials, asked } = setUp(() => session);
    const credential = credentials.forResourceManager(clouds.AzurePublic, { credential: 'vscode', account: kim });
    await credential.getToken('whatever the library asks for');
    assert.deepEqual(asked[0]?.[1], ['https://management.azure.com/.default']);
  });

  it('is known after the first token', async () => {
    const { credentials, getToken } = setUp(() => session);
    assert.equal(credentials.accountUsedFor(contoso), undefined);
    await getToken();
    assert.deepEqual(credentials.accountUsedFor(contoso), kim);
  });
});

describe('Another account than the one that is asked for', () => {
  const alex = { id: 'alex', label: 'alex@contoso.com' };
  const identity: Identity = { credential: 'vscode', account: alex };

  it('gives no token', async () => {
    const { getToken, credentials } = setUp(() => session, identity);
    await assert.rejects(getToken(), SignInRequiredError);
    assert.equal(credentials.accountUsedFor(contoso), undefined);
  });

  it('is no sign-in', async () => {
    const { signIn } = setUp(() => session, identity);
    await assert.rejects(signIn('To delete.'), (error) => {
      assert.ok(error instanceof SignInFailedError);
      assert.match(error.message, /signed in as kim@contoso.com, but alex@contoso.com is the account to use/);
      return true;
    });
  });
});

describe('VS Code that does not answer', () => {
  it('is given up: after 20 s for a token, after 5 s for the accounts', async () => {
    const clock = manualClock();
    const never = (): Promise<never> => new Promise(() => undefined);
    const sessions = new MicrosoftSessions({ getSession: never, getAccounts: never }, () => undefined, clock);
    const cloud = clouds.AzurePublic;
    const begun = clock.now();
    await assert.rejects(settled(clock, sessions.accounts(cloud)), /no answer within 5 s/);
    assert.ok(clock.now() - begun <= 5100);
    await assert.rejects(settled(clock, sessions.silent({ cloud, scope })), /no answer within 20 s/);
    assert.ok(clock.now() - begun <= 25_200);
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
    await assert.rejects(set.getToken({ claims }), (error) => {
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
    assert.equal(await set.signIn('To delete.'), 'kim@contoso.com');
    await set.signIn('To delete.');
    assert.deepEqual(set.asked[0], challenge);
    assert.deepEqual(set.asked[1]?.[1], [scope]);
    assert.equal(set.asked.length, 2);
  });

  it('stays when the person declines', async () => {
    const set = await challenged(() => {
      throw new Error('User did not consent to login.');
    });
    assert.equal(await set.signIn('To delete.'), undefined);
    await set.signIn('To delete.');
    assert.deepEqual(set.asked, [challenge, challenge]);
  });

  it('is answered by a new sign-in where the provider knows no challenges', async () => {
    const set = await challenged(() => {
      throw new Error("The authentication provider 'microsoft' does not support getting sessions from challenges.");
    });
    assert.equal(await set.signIn('To delete.'), 'kim@contoso.com');
    assert.deepEqual(set.asked[1], ['microsoft', [scope], { forceNewSession: { detail: 'To delete.' } }]);
    await set.signIn('To delete.');
    assert.deepEqual(set.asked.slice(2).map(asked), [['microsoft', [scope]]]);
  });

  it('is asked once, also where that fails', async () => {
    const set = await challenged(() => {
      throw new Error('AADSTS53003: no.');
    });
    await assert.rejects(set.signIn('To delete.'), SignInFailedError);
    assert.equal(set.asked.length, 1);
  });

  it('of one instance is not answered by signing in to another', async () => {
    const set = await challenged();
    await set.signIn('To delete.', 'once', InstanceHost.parse('fabrikam.api.neu.digitaltwins.azure.net'));
    assert.deepEqual(set.asked.map(asked), [['microsoft', [scope]]]);
  });

  it('is answered by a sign-in that is for no instance in particular', async () => {
    const set = await challenged();
    await set.credentials.signIn(clouds.AzurePublic, { credential: 'vscode' }, { reason: 'To delete.' });
    assert.deepEqual(set.asked, [challenge]);
  });

  it('that came while another was answered is not forgotten', async () => {
    const set = await challenged(async () => {
      await set.getToken({ claims: '{"newer":true}' }).catch(() => undefined);
      return session;
    });
    await set.signIn('To delete.');
    await set.signIn('To delete.');
    assert.match(JSON.stringify(set.asked[1]), new RegExp(Buffer.from('{"newer":true}').toString('base64')));
  });
});

describe('A credential that is no account of VS Code', () => {
  const answer = `print({ accessToken: args.join(' '), expires_on: 1800000000, tokenType: 'Bearer' });`;

  /** Tokens that tell what the stand-in for the Azure CLI was asked, as the identity that `set` sets. */
  async function withAz(test: TestContext, does = answer) {
    const az = await standInAz(test, does);
    setEnvironment(test, { PATH: az.folder });
    const clock = manualClock();
    const asked: unknown[] = [];
    const authentication = {
      getSession: (...question: unknown[]) => {
        asked.push(question);
        return Promise.reject(new Error('VS Code is not to be asked.'));
      },
      getAccounts: () => Promise.resolve([]),
    };
    let identity: Identity = { credential: 'azureCli', tenantId: 'contoso.com' };
    const sessions = new MicrosoftSessions(authentication, () => undefined, clock);
    const credentials = new Credentials(sessions, () => identity, clock, new CollectedLog());
    const token = async (): Promise<string> => {
      const { token, expiresOnTimestamp } = (await credentials.forInstance(contoso).getToken(scope)) ?? assert.fail();
      assert.equal(expiresOnTimestamp, 0, 'it is asked for with each request');
      return token;
    };
    const set = (changed: Identity): void => {
      identity = changed;
    };
    return { az, clock, credentials, token, set, asked };
  }

  it('gives the token for the instance in its tenant, and never asks VS Code', async (test) => {
    const { token, asked } = await withAz(test);
    assert.match(await token(), /--resource https:\/\/digitaltwins\.azure\.net --tenant contoso\.com/);
    assert.deepEqual(asked, []);
  });

  it('is asked once in 5 minutes, and anew when the person signs in', async (test) => {
    const { az, clock, credentials, token } = await withAz(test);
    await token();
    await clock.pass(4 * 60_000);
    await token();
    assert.equal((await az.calls()).length, 1);
    await clock.pass(61_000);
    await token();
    assert.equal((await az.calls()).length, 2);
    const signedIn = await credentials.signInTo(contoso, { reason: 'To delete.' });
    assert.deepEqual(signedIn, { credential: 'azureCli', account: undefined });
    assert.equal((await az.calls()).length, 3);
  });

  it('counts from the next request on when another tenant is chosen', async (test) => {
    const { token, set } = await withAz(test);
    await token();
    set({ credential: 'azureCli', tenantId: 'fabrikam.com' });
    assert.match(await token(), /--tenant fabrikam\.com/);
  });

  it('that fails says whose failure it is', async (test) => {
    const { token } = await withAz(test, `fail("ERROR: Please run 'az login' to setup account.");`);
    await assert.rejects(token(), (error) => {
      assert.ok(error instanceof SignInFailedError);
      assert.equal(error.credential, 'azureCli');
      return true;
    });
  });
});
