import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CompactMap } from '../../../src/backup/compactMap.ts';

const many = 300_000;

/** Adds texts that are all different: none may be taken for one that was there before. */
function addAll(texts: number, textOf: (index: number) => string): CompactMap {
  const map = new CompactMap();
  for (let index = 0; index < texts; index++) {
    const text = textOf(index);
    assert.equal(map.get(text), undefined, text);
    assert.equal(map.add(text, index + 1), undefined, text);
  }
  return map;
}

function assertHasAll(map: CompactMap, texts: number, textOf: (index: number) => string): void {
  assert.equal(map.size, texts);
  for (let index = 0; index < texts; index++) {
    assert.equal(map.get(textOf(index)), index + 1);
  }
}

/** Digits that look like chance and are the same each time. */
function scattered(index: number, salt: number): string {
  let mixed = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca77);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0).toString(16).padStart(8, '0');
}

describe('A compact map', () => {
  it('knows nothing at first', () => {
    const map = new CompactMap();
    assert.deepEqual(
      [map.size, map.get('a'), map.has('a'), map.get(''), map.has('')],
      [0, undefined, false, undefined, false],
    );
  });

  it('keeps the first number of a text, and says what it is', () => {
    const map = new CompactMap();
    assert.equal(map.add('a', 7), undefined);
    assert.equal(map.add('a', 8), 7);
    assert.deepEqual([map.size, map.get('a'), map.has('a')], [1, 7, true]);
  });

  it('holds line numbers from 1 to the largest of 32 bits', () => {
    const map = new CompactMap();
    map.add('first', 1);
    map.add('last', 2 ** 32 - 1);
    assert.deepEqual([map.get('first'), map.get('last')], [1, 2 ** 32 - 1]);
  });

  it('answers as a map does', () => {
    const text = fc.oneof(
      fc.constantFrom(
        '',
        'a',
        'b',
        'ab',
        'ba',
        'aa',
        'aaa',
        '\u0000',
        '\u0000\u0000',
        '__proto__',
        'constructor',
        'a/b',
      ),
      fc.string({ unit: fc.constantFrom('0', '1', '-', 'é', '\ud800', '\ud83d\ude00'), maxLength: 4 }),
    );
    const step = fc.record({ text, value: fc.integer({ min: 1, max: 2 ** 32 - 1 }), isAdded: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const [map, expected] = [new CompactMap(), new Map<string, number>()];
        for (const { text: key, value, isAdded } of steps) {
          const before = expected.get(key);
          if (isAdded) {
            assert.equal(map.add(key, value), before);
            expected.set(key, before ?? value);
          }
          assert.equal(map.get(key), expected.get(key));
          assert.equal(map.has(key), expected.has(key));
          assert.equal(map.size, expected.size);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('grows, and loses nothing of what it had', () => {
    const map = new CompactMap();
    let grown = 0;
    for (let count = 1; count <= 50_000; count++) {
      assert.equal(map.add(`twin-${count}`, count), undefined);
      // Around each doubling, and anywhere else now and then.
      if (Math.abs(count - Math.floor((1024 * 2 ** grown * 2) / 3)) <= 1 || count % 10_000 === 0) {
        for (let earlier = 1; earlier <= count; earlier++) {
          assert.equal(map.get(`twin-${earlier}`), earlier);
        }
        assert.equal(map.get(`twin-${count + 1}`), undefined);
        grown += count > (1024 * 2 ** grown * 2) / 3 ? 1 : 0;
      }
    }
    assert.equal(map.size, 50_000);
    assert.ok(grown >= 6, String(grown));
  });
});

describe('A compact map of 300,000 ids', () => {
  for (const [what, textOf] of [
    [
      'of rooms',
      (index: number): string => {
        const room = String(index % 50).padStart(2, '0');
        return `building-${Math.floor(index / 1000)}-floor-${Math.floor(index / 50) % 20}-room-${room}`;
      },
    ],
    ['of numbers', String],
    ['of numbers with zeros before them', (index: number): string => String(index).padStart(12, '0')],
    [
      'of UUIDs',
      (index: number): string =>
        `${scattered(index, 0)}-${scattered(index, 1).slice(4)}-4${scattered(index, 2).slice(5)}-a${scattered(index, 3).slice(5)}-${scattered(index, 4)}${scattered(index, 5).slice(4)}`,
    ],
    [
      'of UUIDs that differ in their last digits',
      (index: number): string => `3f2504e0-4f89-41d3-9a0c-${index.toString(16).padStart(12, '0')}`,
    ],
    [
      'of relationships between neighbours',
      (index: number): string => `sensor_${index}/sensor_${index}_to_${index + 1}`,
    ],
    [
      'of two letters in any order',
      (index: number): string => index.toString(2).padStart(19, '0').replaceAll('0', 'a').replaceAll('1', 'b'),
    ],
    [
      'that differ in their length alone, or nearly so',
      (index: number): string => `${'x'.repeat(index % 100)}${Math.floor(index / 100)}`,
    ],
  ] as const) {
    it(`${what} takes none for another`, () => {
      assertHasAll(addAll(many, textOf), many, textOf);
    });
  }
});
