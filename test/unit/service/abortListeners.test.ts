import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { AbortListeners } from '../../../src/service/abortListeners.ts';

describe('Listeners of one signal', () => {
  it('are all told, each once, but for those that have ended', () => {
    const listeners = new AbortListeners();
    const stop = new AbortController();
    const told: string[] = [];
    listeners.add(stop.signal, () => told.push('a'));
    const end = listeners.add(stop.signal, () => told.push('b'));
    listeners.add(stop.signal, () => told.push('c'));
    end();
    stop.abort();
    assert.deepEqual(told, ['a', 'c']);
  });

  it('are told at once where it has aborted', () => {
    const listeners = new AbortListeners();
    let told = 0;
    listeners.add(AbortSignal.abort(), () => (told += 1));
    assert.equal(told, 1);
  });

  it('are none of another signal', () => {
    const listeners = new AbortListeners();
    const [one, other] = [new AbortController(), new AbortController()];
    const told: string[] = [];
    listeners.add(one.signal, () => told.push('one'));
    listeners.add(other.signal, () => told.push('other'));
    other.abort();
    assert.deepEqual(told, ['other']);
  });

  it('cost the signal a single listener, however many come and go', () => {
    const listeners = new AbortListeners();
    const { signal } = new AbortController();
    for (let count = 0; count < 1000; count++) {
      listeners.add(signal, () => undefined)();
    }
    assert.equal(getEventListeners(signal, 'abort').length, 1);
  });
});
