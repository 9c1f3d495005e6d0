import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BoundedCredential } from '../../../src/service/boundedCredential.ts';
import { systemClock } from '../../../src/service/clock.ts';
import type { CredentialKind } from '../../../src/service/credentialKind.ts';
import { ClaimsRequiredError, SignInFailedError } from '../../../src/service/errors.ts';

/** A credential that can't answer a challenge, where none is to be answered anyway. */
function refusing(kind: CredentialKind): BoundedCredential {
  const getToken = () => Promise.reject(new SignInFailedError(new Error('no'), kind));
  return new BoundedCredential({ getToken }, systemClock, 1000, 'refused');
}

describe('A claims challenge that is not answered', () => {
  it('asks for a sign-in in VS Code where that can answer it', async () => {
    await assert.rejects(refusing('vscode').getToken('scope', { claims: '{}' }), ClaimsRequiredError);
  });

  it('leaves it to another credential to say what can', async () => {
    await assert.rejects(refusing('azureCli').getToken('scope', { claims: '{}' }), SignInFailedError);
  });
});
