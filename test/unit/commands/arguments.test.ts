import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readArguments } from '../../../src/commands/arguments.ts';

const allowed = ['hostname', 'timeoutInMinutes'] as const;

describe('The arguments of a command', () => {
  it('may be missing, whole or in part', () => {
    assert.deepEqual(readArguments(undefined, allowed), {});
    assert.deepEqual(readArguments(null, allowed), {});
    assert.deepEqual(readArguments({ hostname: 'a' }, allowed), { hostname: 'a' });
  });

  for (const [argument, message] of [
    [{ hostName: 'a' }, '"hostName" is no argument of this command; it takes hostname, timeoutInMinutes.'],
    [{ tracestate: 'a=1' }, '"tracestate" is no argument of this command; it takes hostname, timeoutInMinutes.'],
    [{ timeoutInMinutes: '60' }, 'The arguments of this command are not valid: "timeoutInMinutes" must be a number.'],
    [{ hostname: 7 }, 'The arguments of this command are not valid: "hostname" must be a string.'],
    ['a', 'This command takes an object with hostname, timeoutInMinutes.'],
    [7, 'This command takes an object with hostname, timeoutInMinutes.'],
  ] as const) {
    it(`are refused in ${JSON.stringify(argument)}`, () => {
      assert.throws(() => readArguments(argument, allowed), { name: 'InvalidInputError', message });
    });
  }
});
