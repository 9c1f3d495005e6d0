import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { notPlain, PlainMembers } from '../../../src/backup/plainJson.ts';

/** The members of an object as they stand in a text; undefined where it is not plain to its end. */
function membersOf(text: string): [key: string, value: string][] | undefined {
  const bytes = Buffer.from(text);
  const members = new PlainMembers();
  const end = members.read(bytes, 0);
  if (end !== bytes.length) {
    return undefined;
  }
  return Array.from({ length: members.count }, (_, member) => [
    bytes.toString('utf8', members.keyOf(member), members.valueOf(member) - 1),
    bytes.toString('utf8', members.valueOf(member), members.endOf(member)),
  ]);
}

/** Such texts as look like JSON and mostly aren't. */
const likeJson = fc
  .array(
    fc.constantFrom(
      ...Array.from('{}[]:,"\\/-+.eE01 \n\u0000é'),
      ...[
        'true',
        'false',
        'null',
        'nul',
        '"a"',
        '"a":',
        '{"a":',
        '1',
        '-0',
        '1.5',
        '1e5',
        '01',
        '\\u00e9',
        '\\u00',
        '\\n',
      ],
    ),
    { maxLength: 12 },
  )
  .map((parts) => `{"k":${parts.join('')}}`);

/** JSON with one character gone, doubled or replaced. */
const brokenJson = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.nat(),
    fc.constantFrom('', '"', '\\', ',', ':', '{', '}', '[', ']', '0', '-', '.', 'e', 'n', '\n', '\u0001'),
    fc.nat({ max: 1 }),
  )
  .map(([json, position, other, gone]) => {
    const at = position % (json.length + 1);
    return `{"k":${json.slice(0, at)}${other}${json.slice(at + gone)}}`;
  });

/** A key without an escape. */
const key = fc
  .string({ unit: 'grapheme', maxLength: 5 })
  .filter((text) => JSON.stringify(text).length === text.length + 2 && text !== '__proto__');

/** A value without a null. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
    fc.array(fc.oneof(tie('value'), fc.constant(null)), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
}));

describe('Plain JSON', () => {
  it('is JSON, whatever is put together', () => {
    let plain = 0;
    fc.assert(
      fc.property(fc.oneof(likeJson, brokenJson), (text) => {
        const members = membersOf(text);
        if (members) {
          plain += 1;
          assert.doesNotThrow(() => JSON.parse(text) as unknown, text);
        }
      }),
      { numRuns: 20_000 },
    );
    assert.ok(plain > 1000, `only ${plain} of the texts were plain`);
  });

  it('is all JSON without spaces and without null as a member, and has the members that it has', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z$]{1,5}$/), value, { noNullPrototype: true }), (object) => {
        const expected = Object.entries(object).map(([key, each]) => [JSON.stringify(key), JSON.stringify(each)]);
        assert.deepEqual(membersOf(JSON.stringify(object)), expected);
      }),
      { numRuns: 3000 },
    );
  });

  for (const [what, text] of [
    ['a null', '{"a":null}'],
    ['a null further in', '{"a":[{"b":null}]}'],
    ['a space', '{"a": 1}'],
    ['an escape in a key', '{"\\u0061":1}'],
    ['a line break in a text', '{"a":"\n"}'],
    ['another control character in a text', '{"a":"\u001f"}'],
    ['a number that is none', '{"a":01}'],
    ['a number without its fraction', '{"a":1.}'],
    ['a number without its exponent', '{"a":1e}'],
    ['a minus alone', '{"a":-}'],
    ['an escape that is none', '{"a":"\\x"}'],
    ['an escape that is none in its last digit', '{"a":"\\u000g"}'],
    ['a literal that is none', '{"a":trux}'],
    ['a comma at the end', '{"a":1,}'],
    ['no end', '{"a":1'],
    ['an end within a text', '{"a":"1'],
    ['an array in place of an object', '["a"]'],
    ['a level too many', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ] as const) {
    it(`has not ${what}`, () => {
      const bytes = Buffer.from(text);
      assert.equal(new PlainMembers().read(bytes, 0), notPlain);
    });
  }

  it('is read where it begins, and no further', () => {
    const bytes = Buffer.from('[{"a":1},{"b":[2]}]');
    const members = new PlainMembers();
    assert.equal(members.read(bytes, 1), 8);
    assert.equal(members.read(bytes, 9), 18);
    assert.equal(members.count, 1);
    assert.equal(bytes.toString('utf8', members.valueOf(0), members.endOf(0)), '[2]');
  });
});
