import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withoutSecrets } from '../../../src/service/secrets.ts';

describe('Without its secrets, a text', () => {
  for (const [what, text, masked] of [
    ['with a JSON Web Token', 'a eyJhbGciOi.eyJzdWIi.c2ln-_x b', 'a [token] b'],
    ['with the beginning of one', '"eyJhbGciOi', '"[token]'],
    ['with two', 'eyJhbGciOi.a.b,eyJhbGciOi.c.d', '[token],[token]'],
    ['with a bearer token', 'authorization: bearer  abc.def/1==, x', 'authorization: bearer  [token], x'],
    [
      'with a challenge',
      'Bearer realm="", error="insufficient_claims"',
      'Bearer realm="", error="insufficient_claims"',
    ],
    ['with the key of an address', 'https://a/b?sv=1&sig=abc%3D&se=2', 'https://a/b?sv=1&sig=[key]&se=2'],
    ['without any', 'JobLimitReached: hey, Judge.', 'JobLimitReached: hey, Judge.'],
  ] as const) {
    it(`${what} keeps the rest`, () => {
      assert.equal(withoutSecrets(text), masked);
    });
  }
});
