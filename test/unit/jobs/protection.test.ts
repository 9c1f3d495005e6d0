import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { protectionOf } from '../../../src/jobs/protection.ts';
import { InstanceHost } from '../../../src/service/instanceHost.ts';

const production = InstanceHost.parse('contoso-prod.api.wcus.digitaltwins.azure.net');
const local = InstanceHost.parse('localhost:8443', ['localhost:8443']);

describe('An instance is protected', () => {
  for (const [rule, host, isProtected] of [
    ['*-prod.*', production, true],
    ['*-PROD.*', production, true],
    [' *-prod.* ', production, true],
    ['contoso-prod.api.wcus.digitaltwins.azure.net', production, true],
    ['*', production, true],
    ['*-prod', production, false],
    ['-prod.', production, false],
    ['contoso.*', production, false],
    ['', production, false],
    ['!', production, false],
    ['contoso-prod?api*', production, false],
    ['https://contoso-prod.api.wcus.digitaltwins.azure.net/', production, true],
    ['contoso-prod.*/', production, true],
    ['!!fabrikam*', production, false],
    ['localhost', local, true],
    ['localhost:8443', local, true],
    ['localhost:*', local, true],
    ['localhost:1', local, false],
  ] as const) {
    it(`by the rule "${rule}": ${isProtected ? 'yes' : 'no'} for ${host.hostname}`, () => {
      const expected = isProtected ? 'rule' : undefined;
      assert.equal(protectionOf(host, 'unprotected', [rule])?.by, expected);
    });
  }

  it('by no rule that an exception lifts, wherever that stands', () => {
    assert.equal(protectionOf(production, 'unprotected', ['!contoso-prod.*', '*-prod.*']), undefined);
    assert.equal(protectionOf(production, 'unprotected', ['*-prod.*', '!contoso-*']), undefined);
    assert.deepEqual(protectionOf(production, 'unprotected', ['*-prod.*', '!fabrikam-*'])?.by, 'rule');
  });

  it('by nothing when there are only exceptions', () => {
    assert.equal(protectionOf(production, 'unprotected', ['!fabrikam-*']), undefined);
  });

  it('by a person, unless a rule does too, which counts more', () => {
    assert.deepEqual(protectionOf(production, 'protected', []), { by: 'person' });
    assert.deepEqual(protectionOf(production, 'protected', ['!contoso-prod.*']), { by: 'person' });
    assert.deepEqual(protectionOf(production, 'protected', ['*-prod.*']), { by: 'rule', rule: '*-prod.*' });
  });
});
