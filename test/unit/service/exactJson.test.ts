import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isJsonObject, parseExact } from '../../../src/service/exactJson.ts';

/** A JSON text, with spaces between its parts, and without the members that are null; undefined where it is null itself. */
interface Written {
  readonly text: string;
  readonly spaced: string;
  readonly withoutNulls: string | undefined;
}

const digits = fc.stringMatching(/^\d{1,25}$/);

/** Numbers in all forms that JSON has, few of which JavaScript would write like that. */
const numbers = fc.oneof(
  fc.constantFrom('1.0', '1e5', '-0', '0.1000', '12345678901234567890', '1E400', '-1.5e-400', '0', '7', '-0.0e+0'),
  fc
    .record({
      sign: fc.constantFrom('', '-'),
      whole: fc.stringMatching(/^(?:0|[1-9]\d{0,24})$/),
      fraction: fc.oneof(
        fc.constant(''),
        digits.map((some) => `.${some}`),
      ),
      exponent: fc.stringMatching(/^(?:[eE][+-]?\d{1,3})?$/),
    })
    .map(({ sign, whole, fraction, exponent }) => `${sign}${whole}${fraction}${exponent}`),
  // Around where a double ends, and where JavaScript begins to write exponents.
  fc.stringMatching(/^-?[1-9]\d{13,22}$/),
  fc.stringMatching(/^-?\d\.\d{12,18}$/),
  fc.stringMatching(/^-?[1-9]\d{5,8}\.\d{5,10}$/),
  fc.stringMatching(/^-?0\.0{4,9}[1-9]\d{0,4}$/),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('', '\u2028\u2029', '\ud800', '"\\/\b\f\n\r\t\u0000', '1.0', '\ufeff', '😀', 'null'),
);

/** Names that objects keep in the order in which they come: JavaScript puts those that are indexes first. */
const names = fc
  .oneof(texts, fc.constantFrom('__proto__', 'constructor', 'toString', '$dtId', '-1', '01', '1.0'))
  .filter((name) => !/^(?:0|[1-9]\d*)$/.test(name));

const alone = (text: string): Written => ({ text, spaced: text, withoutNulls: text });
const leaves = fc.oneof(
  numbers.map(alone),
  fc.constantFrom('true', 'false').map(alone),
  fc.constant({ ...alone('null'), withoutNulls: undefined }),
  texts.map((text) => alone(JSON.stringify(text))),
);
const spaces = fc.stringMatching(/^[ \t\r\n]{0,3}$/);

/** Texts between brackets, and with spaces around each of them. */
function enclosed([open = '', close = '']: string, parts: readonly string[], space = ''): string {
  return `${open}${space}${parts.join(`${space},${space}`)}${space}${close}`;
}

const written = fc.letrec<{ any: Written; array: Written; object: Written }>((tie) => ({
  any: fc.oneof({ maxDepth: 5, withCrossShrink: true }, leaves, tie('array'), tie('object')),
  array: fc.tuple(fc.array(tie('any'), { maxLength: 4 }), spaces).map(([items, space]) => ({
    text: enclosed(
      '[]',
      items.map(({ text }) => text),
    ),
    spaced: enclosed(
      '[]',
      items.map(({ spaced }) => spaced),
      space,
    ),
    withoutNulls: enclosed(
      '[]',
      items.map(({ withoutNulls = 'null' }) => withoutNulls),
    ),
  })),
  object: fc
    .tuple(fc.uniqueArray(fc.tuple(names, tie('any')), { selector: ([name]) => name, maxLength: 4 }), spaces)
    .map(([members, space]) => ({
      text: enclosed(
        '{}',
        members.map(([name, { text }]) => `${JSON.stringify(name)}:${text}`),
      ),
      spaced: enclosed(
        '{}',
        members.map(([name, { spaced }]) => `${JSON.stringify(name)}${space}:${space}${spaced}`),
        space,
      ),
      withoutNulls: enclosed(
        '{}',
        members
          .filter(([, { withoutNulls }]) => withoutNulls !== undefined)
          .map(([name, { withoutNulls = '' }]) => `${JSON.stringify(name)}:${withoutNulls}`),
      ),
    })),
}));

/** Mostly objects: what stands alone is soon tried. */
const json = fc.oneof({ arbitrary: written.object, weight: 4 }, written.any);

const runs = { numRuns: 5000 };

describe('JSON that is read exactly', () => {
  it('is written as it was, with every number in its own form', () => {
    fc.assert(
      fc.property(json, ({ text }) => {
        assert.equal(JSON.stringify(parseExact(text)), text);
      }),
      runs,
    );
  });

  it('is written as it was where JavaScript has written it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (given) => {
        const text = JSON.stringify(JSON.parse(given));
        assert.equal(JSON.stringify(parseExact(text)), text);
      }),
      runs,
    );
  });

  it('means the same', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (given) => {
        assert.deepEqual(JSON.parse(JSON.stringify(parseExact(given))), JSON.parse(given));
      }),
      runs,
    );
  });

  it('is written without the spaces between its parts', () => {
    assert.equal(JSON.stringify(parseExact(' { "a" : [ 1.0 ,\n\t2 ] } ')), '{"a":[1.0,2]}');
    fc.assert(
      fc.property(json, ({ text, spaced }) => {
        assert.equal(JSON.stringify(parseExact(spaced)), text);
      }),
      runs,
    );
  });

  it('has the last of members with the same name, where the first was', () => {
    assert.equal(JSON.stringify(parseExact('{"a":1.0,"b":2.00,"a":3.000}')), '{"a":3.000,"b":2.00}');
    assert.equal(JSON.stringify(parseExact('{"a":{"c":1.0},"a":[5.0]}')), '{"a":[5.0]}');
    assert.equal(JSON.stringify(parseExact('{"a":1.0,"a":1}')), '{"a":1}');
    assert.equal(JSON.stringify(parseExact('{"a":1,"a":null}', { withoutNulls: true })), '{}');
  });

  it('has members that are indexes first, in the order of numbers, with their own values', () => {
    assert.equal(
      JSON.stringify(parseExact('{"b":1.0,"10":2.00,"9":3.000,"01":4.0000}')),
      '{"9":3.000,"10":2.00,"b":1.0,"01":4.0000}',
    );
  });

  it('has numbers that are only numbers where nothing is lost by it', () => {
    assert.deepEqual(parseExact('[1,-2.5,1e+21,9007199254740991,0]'), [1, -2.5, 1e21, 9007199254740991, 0]);
    assert.equal(typeof parseExact('9007199254740993'), 'object');
  });

  for (const text of ['', '{', '01', '1.', '+1', 'NaN', "{'a':1}", '[1,]', 'undefined']) {
    it(`is none if JSON.parse takes it for none: ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseExact(text), SyntaxError);
    });
  }
});

describe('JSON that is read without nulls', () => {
  it('lacks the members of objects that are null, at any depth, and nothing else', () => {
    fc.assert(
      fc.property(json, ({ text, spaced, withoutNulls }) => {
        assert.equal(JSON.stringify(parseExact(text, { withoutNulls: true })), withoutNulls);
        assert.equal(JSON.stringify(parseExact(spaced, { withoutNulls: true })), withoutNulls);
      }),
      runs,
    );
  });

  it('keeps the nulls in arrays, for others follow them', () => {
    assert.equal(
      JSON.stringify(parseExact('{"a":null,"b":[null,1.0,{"c":null}],"d":{"e":null}}', { withoutNulls: true })),
      '{"b":[null,1.0,{}],"d":{}}',
    );
    assert.deepEqual(parseExact('[null,{"a":null}]', { withoutNulls: true }), [null, {}]);
  });
});

describe('A JSON object', () => {
  for (const text of ['{}', '{"a":1.0}', '{"rawJSON":"1.0"}']) {
    it(`is ${text}`, () => {
      assert.equal(isJsonObject(parseExact(text)), true);
    });
  }

  for (const text of ['1.0', '12345678901234567890', '-0', '1', '"a"', 'null', 'true', '[]', '[{}]']) {
    it(`is not ${text}`, () => {
      assert.equal(isJsonObject(parseExact(text)), false);
    });
  }

  it('is not what is undefined', () => {
    assert.equal(isJsonObject(undefined), false);
  });
});
