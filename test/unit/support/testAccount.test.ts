import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type * as vscode from 'vscode';
import { claimsOf } from '../../simulator/bearer.ts';
import type { AccountBehavior, ProviderId } from '../../vscode/account/behavior.ts';
import { TestAccountProvider } from '../../vscode/account/provider.ts';
import { TestAccount } from '../../vscode/account/testAccount.ts';

const scope = 'https://management.azure.com/.default';
const home = 'aaaaaaaa-0000-4000-8000-000000000000';
const other = 'bbbbbbbb-0000-4000-8000-000000000000';
const behavior: AccountBehavior = {
  accounts: [
    { label: 'operator@contoso.com', tenants: [home, other] },
    { label: 'guest@fabrikam.com', tenants: [other] },
  ],
  domains: { 'fabrikam.com': other },
  signedIn: ['operator@contoso.com', 'guest@fabrikam.com'],
};

describe('A test account', () => {
  it('gets a token for its home tenant, or for the tenant that is asked for by id or domain', async (t) => {
    const { provider } = await start(t, behavior);
    const tenants = async (...scopes: string[]): Promise<unknown[]> =>
      (await provider.getSessions([scope, ...scopes], {})).map(
        ({ account, accessToken }) => `${account.label} ${String(claimsOf(`Bearer ${accessToken}`)?.['tid'])}`,
      );
    const both = [`operator@contoso.com ${home}`, `guest@fabrikam.com ${other}`];
    assert.deepEqual(await tenants(), both);
    assert.deepEqual(await tenants('VSCODE_TENANT:organizations'), both);
    const inOther = [`operator@contoso.com ${other}`, `guest@fabrikam.com ${other}`];
    assert.deepEqual(await tenants(`VSCODE_TENANT:${other}`), inOther);
    assert.deepEqual(await tenants('VSCODE_TENANT:Fabrikam.com'), inOther);
    assert.deepEqual(await tenants(`VSCODE_TENANT:${home}`), [`operator@contoso.com ${home}`]);
  });

  it('is refused by a tenant that it is not in, and stays signed out', async (t) => {
    const { provider } = await start(t, { ...behavior, signedIn: [], account: 'guest@fabrikam.com' });
    await assert.rejects(provider.createSession([scope, `VSCODE_TENANT:${home}`], {}), /^Error: AADSTS50020: .*guest@/);
    await assert.rejects(provider.createSession([scope, 'VSCODE_TENANT:nowhere.com'], {}), /^Error: AADSTS90002: /);
    assert.deepEqual(provider.signedIn, []);
  });

  it('is the one that the caller names, or else the one that signs in next', async (t) => {
    const { provider } = await start(t, { ...behavior, signedIn: [], account: 'guest@fabrikam.com' });
    await provider.createSession([scope], {});
    await provider.createSession([scope], { account: { id: '1', label: 'operator@contoso.com' } });
    assert.deepEqual(provider.signedIn, ['guest@fabrikam.com', 'operator@contoso.com']);
  });

  it('is removed alone, which is told', async (t) => {
    const { provider, events } = await start(t, behavior);
    const [, guest] = await provider.getSessions([scope], {});
    provider.signOut(['guest@fabrikam.com']);
    assert.deepEqual(provider.signedIn, ['operator@contoso.com']);
    assert.deepEqual(
      events.flatMap(({ removed }) => removed?.map(({ id }) => id)),
      [guest?.id],
    );
  });

  it('records the tenant, the application and the provider that it was asked for', async (t) => {
    const { provider, account } = await start(t, behavior, 'microsoft-sovereign-cloud');
    const scopes = [scope, 'VSCODE_CLIENT_ID:app', `VSCODE_TENANT:${other}`];
    const [session] = await provider.getSessions(scopes, {});
    assert.equal(claimsOf(`Bearer ${session?.accessToken ?? ''}`)?.['appid'], 'app');
    assert.deepEqual(await account.calls(), [
      { name: 'getSessions', provider: 'microsoft-sovereign-cloud', scopes, tenant: other, clientId: 'app' },
    ]);
  });
});

type Change = vscode.AuthenticationProviderAuthenticationSessionsChangeEvent;

async function start(
  t: TestContext,
  behavior: AccountBehavior,
  id: ProviderId = 'microsoft',
): Promise<{ provider: TestAccountProvider; account: TestAccount; events: Change[] }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'test-account-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const account = new TestAccount(folder);
  await account.behave(behavior);
  const events: Change[] = [];
  const changed = { event: () => ({ dispose: () => undefined }), fire: (event: Change) => events.push(event) };
  return { provider: new TestAccountProvider(id, folder, changed), account, events };
}
