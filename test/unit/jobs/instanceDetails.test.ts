import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { rememberAccounts } from '../../../src/authentication/accountMemory.ts';
import { InstanceHost } from '../../../src/service/instanceHost.ts';
import { jobSetup } from '../../support/jobSetup.ts';
import { contoso, settled } from '../../support/transport.ts';

const fabrikam = InstanceHost.parse('fabrikam.api.neu.digitaltwins.azure.net');
const kim = { id: 'kim', label: 'kim@contoso.com' };
const resource = { id: '/subscriptions/s/r', subscriptionId: 's', tenantId: 'contoso.com', region: 'westeurope' };
const details = { resource, access: { account: kim, tenantId: 'contoso.com' } };

function unexpected(error: unknown): never {
  throw error;
}

describe('What is known of an instance', () => {
  it('is remembered over a restart, and forgotten with the instance', async (test) => {
    const one = await jobSetup(test);
    await one.instances.add(contoso, details);
    await one.instances.add(fabrikam);
    const restarted = await jobSetup(test, { ground: one.ground });
    await restarted.instances.load();
    assert.deepEqual(restarted.instances.detailsOf(contoso), details);
    assert.deepEqual(restarted.instances.detailsOf(fabrikam), { resource: undefined, access: undefined });
    await restarted.instances.remove(contoso);
    await restarted.instances.add(contoso);
    assert.equal(restarted.instances.detailsOf(contoso).access, undefined);
  });

  it('stays as it is when the instance is added again without more', async (test) => {
    const { instances } = await jobSetup(test);
    await instances.add(contoso, details);
    await instances.add(contoso);
    assert.deepEqual(instances.detailsOf(contoso), details);
  });

  it('of an instance that is only chosen counts, and is stored with it', async (test) => {
    const { instances, ground, store } = await jobSetup(test);
    instances.choose(contoso, details);
    assert.deepEqual(instances.identityOf(contoso), { credential: 'vscode', account: kim, tenantId: 'contoso.com' });
    assert.equal(store.has(contoso), false);
    await instances.setAccess(contoso, { credential: 'azureCli' });
    assert.equal(store.has(contoso), false);
    assert.deepEqual(instances.detailsOf(contoso).resource, resource);
    await instances.add(contoso);
    const restarted = await jobSetup(test, { ground });
    await restarted.instances.load();
    assert.deepEqual(restarted.instances.detailsOf(contoso), { resource, access: { credential: 'azureCli' } });
  });

  it('is not forgotten, nor taken over, by a choice that the person backs out of', async (test) => {
    const { instances } = await jobSetup(test);
    await instances.add(contoso, { access: { credential: 'azureCli' } });
    instances.choose(contoso, details);
    assert.deepEqual(instances.detailsOf(contoso).access, { credential: 'azureCli' });
    instances.choose(fabrikam, details);
    instances.forgetChoice(fabrikam);
    await instances.add(fabrikam);
    assert.equal(instances.detailsOf(fabrikam).access, undefined);
  });

  it('keeps who asks when the instance is found and added again', async (test) => {
    const { instances } = await jobSetup(test);
    await instances.add(contoso, { access: { credential: 'azureCli' } });
    await instances.add(contoso, details);
    assert.deepEqual(instances.detailsOf(contoso), { resource, access: { credential: 'azureCli' } });
  });

  it('goes with the instance, chosen or not', async (test) => {
    const { instances } = await jobSetup(test);
    instances.choose(contoso, details);
    await instances.remove(contoso);
    await instances.add(contoso);
    assert.equal(instances.detailsOf(contoso).access, undefined);
  });

  it('is left alone by an entry of the file that can not be read', async (test) => {
    const { instances, ground } = await jobSetup(test);
    await instances.add(contoso, details);
    const path = join(ground.folder, 'records.json');
    const stored = await readFile(path, 'utf8');
    await writeFile(path, stored.replace('"details":[', '"details":[{"hostname":7},'));
    await instances.load();
    assert.deepEqual(instances.detailsOf(contoso), details);
  });
});

describe('Who asks an instance', () => {
  it('is what the settings say, where nothing is settled', async (test) => {
    const identity = { credential: 'azureCli', tenantId: 'contoso.com' } as const;
    const { instances } = await jobSetup(test, { identity });
    assert.deepEqual(instances.identityOf(contoso), { ...identity, account: undefined });
  });

  it('is what is settled for it, before the settings', async (test) => {
    const { instances } = await jobSetup(test, { identity: { credential: 'azureCli', tenantId: 'contoso.com' } });
    await instances.add(contoso);
    await instances.setAccess(contoso, { credential: 'vscode', account: kim });
    const settledIdentity = { credential: 'vscode', account: kim, tenantId: 'contoso.com' };
    assert.deepEqual(instances.identityOf(contoso), settledIdentity);
    await instances.setAccess(contoso, { credential: 'managedIdentity', tenantId: 'fabrikam.com' });
    assert.deepEqual(instances.identityOf(contoso), {
      credential: 'managedIdentity',
      account: undefined,
      tenantId: 'fabrikam.com',
    });
  });

  it('is no account of VS Code where another credential is set', async (test) => {
    const { instances } = await jobSetup(test, { identity: { credential: 'azureCli' } });
    await instances.add(contoso, details);
    assert.equal(instances.identityOf(contoso).account, undefined);
  });

  it('is told to all who show it', async (test) => {
    const { instances, store } = await jobSetup(test);
    await instances.add(contoso);
    let told = 0;
    store.on('instance', () => told++);
    await instances.setAccess(contoso, { account: kim });
    assert.equal(told, 1);
    assert.deepEqual(store.instance(contoso)?.details.access, { account: kim });
  });
});

describe('The account that an instance first answers to', () => {
  const list = { status: 200, body: { value: [] } };

  it('is remembered with it, and not replaced by the next', async (test) => {
    const { instances, store, list: jobs, transport, records } = await jobSetup(test, { answers: [list, list] });
    let used = kim;
    const stored = (): Promise<unknown> => records.read().then((read) => read.details[0]?.access?.account);
    rememberAccounts(store, instances, { accountUsedFor: () => used }, unexpected);
    await instances.add(contoso);
    assert.equal(await stored(), undefined);
    await settled(transport.clock, jobs.refresh(contoso));
    await settled(
      transport.clock,
      records.change((now) => now),
    );
    assert.deepEqual(await stored(), kim);
    used = { id: 'alex', label: 'alex@contoso.com' };
    await settled(transport.clock, jobs.refresh(contoso));
    await settled(
      transport.clock,
      records.change((now) => now),
    );
    assert.deepEqual(await stored(), kim);
  });

  it('does not take the place of what another window has settled meanwhile', async (test) => {
    const one = await jobSetup(test, { answers: [list] });
    const other = await jobSetup(test, { ground: one.ground });
    await one.instances.add(contoso);
    await other.instances.load();
    await other.instances.setAccess(contoso, { credential: 'azureCli' });
    await one.instances.rememberAccount(contoso, kim);
    assert.deepEqual(one.instances.detailsOf(contoso).access, { credential: 'azureCli' });
  });

  it('is not remembered when the instance refuses it', async (test) => {
    const { instances, store, list: jobs, transport, records } = await jobSetup(test, { answers: [{ status: 401 }] });
    rememberAccounts(store, instances, { accountUsedFor: () => kim }, unexpected);
    await instances.add(contoso);
    await settled(transport.clock, jobs.refresh(contoso));
    await settled(
      transport.clock,
      records.change((now) => now),
    );
    assert.deepEqual((await records.read()).details, []);
  });
});
