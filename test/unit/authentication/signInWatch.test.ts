import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type * as vscode from 'vscode';
import { SignInWatch } from '../../../src/authentication/signInWatch.ts';

type Changed = (event: vscode.AuthenticationSessionsChangeEvent) => void;

describe('A change of accounts', () => {
  it('is told once for several at a time, and of Microsoft only', (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] });
    let fire: Changed = () => undefined;
    let told = 0;
    const authentication: unknown = {
      onDidChangeSessions: (listener: Changed) => {
        fire = listener;
        return { dispose: () => undefined };
      },
    };
    const watch = new SignInWatch(authentication as typeof vscode.authentication, () => told++);

    fire({ provider: { id: 'github', label: 'GitHub' } });
    test.mock.timers.tick(1000);
    assert.equal(told, 0);

    fire({ provider: { id: 'microsoft', label: 'Microsoft' } });
    fire({ provider: { id: 'microsoft', label: 'Microsoft' } });
    test.mock.timers.tick(1000);
    assert.equal(told, 1);

    fire({ provider: { id: 'microsoft', label: 'Microsoft' } });
    watch.dispose();
    test.mock.timers.tick(1000);
    assert.equal(told, 1);
  });
});
