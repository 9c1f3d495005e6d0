import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { portalAddress } from '../../src/commands/openInPortal.ts';
import type { Found, FoundInstance } from '../../src/instances/instanceFinder.ts';
import { instanceRows, type InstanceRow } from '../../src/prompts/instanceRows.ts';
import { SignInRequiredError } from '../../src/service/errors.ts';
import { explain } from '../../src/service/explain.ts';
import { InstanceHost } from '../../src/service/instanceHost.ts';
import { contoso } from '../support/transport.ts';

const kim = { credential: 'vscode', account: { id: 'kim', label: 'kim@contoso.com' } } as const;
const tenantId = '11111111-2222-4333-8444-555555555555';

function instance(name: string, subscriptionName: string): FoundInstance {
  return {
    ...{
      name,
      subscriptionName,
      subscriptionId: subscriptionName,
      tenantId,
      region: 'westus2',
      resourceGroup: 'twins',
    },
    host: InstanceHost.parse(`${name}.api.wus2.digitaltwins.azure.net`),
    resourceId: `/subscriptions/${subscriptionName}/${name}`,
    foundBy: [kim],
  };
}

const dev = instance('dev', 'Test');
const prod = instance('prod', 'Production');

function problem(error: unknown): Found['problems'][number] {
  const tenant = { id: tenantId, name: '$(verified) Evil', domain: 'evil.example' };
  return { identity: kim, tenant, error, explanation: explain(error) };
}

function rows(typed: string, found: Partial<Found> = {}, known: readonly FoundInstance[] = []): readonly InstanceRow[] {
  const instances = found.instances ?? [dev, prod];
  return instanceRows({
    typed,
    known: known.map(({ host }) => ({ host, protection: undefined, details: {}, list: { kind: 'unasked' }, jobs: [] })),
    shown: instances,
    found: { instances, problems: [], identities: [kim], tenants: 1, isBusy: false, ...found },
    byHost: () => undefined,
    parseHost: (input) => InstanceHost.parse(input),
  });
}

function labels(shown: readonly InstanceRow[]): string[] {
  return shown.map(({ label, kind }) => (kind === vscode.QuickPickItemKind.Separator ? `-- ${label}` : label));
}

describe('The list of instances', () => {
  it('has instances by subscription, and on top a row that chooses none', () => {
    assert.deepEqual(labels(rows('')), [
      '$(edit) Enter a host name…',
      '-- Test',
      'dev',
      '-- Production',
      'prod',
      '-- ',
    ]);
    assert.equal(rows('')[2]?.description, 'westus2 \u00b7 twins \u00b7 dev.api.wus2.digitaltwins.azure.net');
  });

  it('has those that are in the view first, and not again', () => {
    const [, separator, first, ...others] = labels(rows('', {}, [prod]));
    assert.deepEqual([separator, first], ['-- In the list', 'prod']);
    assert.ok(!others.includes('prod'));
  });

  it('moves no instance while something is typed that matches, or matches nothing', () => {
    const places = (typed: string): number[] => rows(typed).map(({ chosen }, at) => (chosen ? at : -1));
    assert.deepEqual(places('de'), places(''));
    assert.deepEqual(places('devv'), places(''));
    assert.match(rows('devv')[0]?.detail ?? '', /^Enter the whole host name/);
    assert.equal(rows('devv')[0]?.chosen, undefined);
  });

  it('is the one instance whose host name is typed whole', () => {
    assert.deepEqual(
      rows(`https://${dev.host.hostname}/`).map(({ chosen }) => chosen?.host.hostname),
      [dev.host.hostname],
    );
    assert.deepEqual(
      rows(contoso.hostname).map(({ description }) => description),
      ['use this instance'],
    );
  });

  it('says at its end what could not be listed, once all is there', () => {
    const problems = [problem(new SignInRequiredError()), problem(new TypeError('a defect'))];
    assert.deepEqual(labels(rows('', { problems, isBusy: true })).slice(6), ['$(loading~spin) Looking for instances…']);
    const [signIn, other] = rows('', { problems }).slice(6);
    assert.equal(signIn?.label, '$(account) Sign in to list the instances of $ (verified) Evil, evil.example');
    assert.deepEqual(signIn.action, { kind: 'signIn', identity: kim });
    assert.equal(other?.action?.kind, 'explain');
    assert.equal(other.description, "Unexpected error: instances can't be listed");
  });

  it('says that there is none, or nobody to ask', () => {
    const none = rows('', { instances: [] }).at(-1);
    assert.equal(none?.label, '$(info) No instances found');
    assert.match(none.detail ?? '', /^kim@contoso\.com can read none in one tenant\. That takes the role Reader/);
    const nobody = rows('', { instances: [], identities: [] }).at(-1);
    assert.equal(nobody?.label, '$(account) Sign in to list your instances');
  });
});

describe('The Azure portal', () => {
  it('is opened at the instance, in its tenant, or at all instances', () => {
    const resource = { id: '/subscriptions/a b/resourceGroups/r', tenantId };
    const address = `https://portal.azure.com/#@${tenantId}/resource/subscriptions/a%20b/resourceGroups/r/overview`;
    assert.equal(portalAddress(contoso, resource), address);
    assert.match(portalAddress(contoso, undefined), /^https:\/\/portal\.azure\.com\/#browse\//);
  });
});
