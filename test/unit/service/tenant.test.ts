import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidInputError } from '../../../src/service/errors.ts';
import { parseTenant, readTenant, tenantInChallenge } from '../../../src/service/tenant.ts';

const id = '11111111-2222-4333-8444-555555555555';

describe('A tenant', () => {
  for (const [typed, tenant] of [
    [id, id],
    [` ${id.toUpperCase()} `, id],
    ['contoso.com', 'contoso.com'],
    ['Contoso.OnMicrosoft.com', 'contoso.onmicrosoft.com'],
  ] as const) {
    it(`is read from ${JSON.stringify(typed)}`, () => {
      assert.equal(parseTenant(typed), tenant);
    });
  }

  for (const typed of [
    '',
    'common',
    'contoso',
    'contoso.com/x',
    'contoso.com VSCODE_CLIENT_ID:x',
    `${id}0`,
    'a..b',
    '-a.com',
  ]) {
    it(`is not read from ${JSON.stringify(typed)}`, () => {
      assert.throws(() => parseTenant(typed), InvalidInputError);
      assert.equal(readTenant(typed), undefined);
    });
  }

  for (const [header, tenant] of [
    [`Bearer authorization_uri="https://login.microsoftonline.com/${id}"`, id],
    [`Bearer error="invalid_token", authorization_uri="https://login.windows.net/${id}/oauth2/authorize"`, id],
    [`Bearer authorization_uri=https://login.microsoftonline.com/contoso.com, realm=""`, 'contoso.com'],
    ['Bearer authorization_uri="https://login.microsoftonline.com/common"', undefined],
    ['Bearer authorization_uri="not a URL"', undefined],
    ['Bearer realm=""', undefined],
    [undefined, undefined],
  ] as const) {
    it(`named by ${header ?? 'no challenge'} is ${tenant ?? 'none'}`, () => {
      assert.equal(tenantInChallenge(header), tenant);
    });
  }
});
