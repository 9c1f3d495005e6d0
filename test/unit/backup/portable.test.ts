import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  portableRelationship,
  portableTwin,
  relationshipToCreate,
  twinToCreate,
} from '../../../src/backup/portable.ts';
import { PortableLines } from '../../../src/backup/portableLines.ts';
import { isJsonObject, parseExact, type JsonObject } from '../../../src/service/exactJson.ts';
import { GraphItems, type GraphPart } from '../../../src/service/graphReader.ts';
import { splitPage } from '../../../src/service/pageItems.ts';

/** A value as the service writes it, and as it is kept: undefined where that is not at all. */
interface Value {
  readonly given: string;
  readonly kept: string | undefined;
}

/** A member of an object. */
type Member = readonly [name: string, value: Value];

/** A part of a twin that is no property: its own metadata has an entry for each of its properties, and for nothing else. */
interface Component {
  readonly properties: readonly Member[];
  readonly components: readonly (readonly [name: string, component: Component])[];
  /** Where the service puts its metadata among the rest. */
  readonly isMetadataFirst: boolean;
  readonly sourceTime: boolean;
}

/** Reads what the service or a file has, as a backup and a restore do. */
function read(text: string): JsonObject {
  const value = parseExact(text, { withoutNulls: true });
  assert.ok(isJsonObject(value));
  return value;
}

/** The line that a backup has for an item, made of the bytes of its page. */
function lineOf(part: GraphPart, answer: string): string {
  const page = Buffer.from(`{"value":[${answer},{"$dtId":"last"}]}`);
  const items = new GraphItems(splitPage(page).items, () => new Error('That is no item.'));
  const [line = '', last, end] = new PortableLines(part).of(items).toString().split('\n');
  assert.deepEqual([last?.slice(0, 14), end], [part === 'twins' ? '{"$dtId":"last' : '{}', '']);
  return line;
}

/** A line with its texts written as JavaScript does, and its numbers as they are. */
function rewritten(line: string): string {
  return JSON.stringify(parseExact(line));
}

function object(members: readonly (readonly [name: string, text: string | undefined])[]): string {
  return `{${members.flatMap(([name, text]) => (text === undefined ? [] : [`${JSON.stringify(name)}:${text}`])).join(',')}}`;
}

/** A text with each of its characters written as a code, as a service may write it. */
function escaped(text: string): string {
  return `"${text.replace(/[^]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}

const number = fc
  .oneof(
    fc.constantFrom(
      '12345678901234567890',
      '9007199254740993',
      '-9223372036854775808',
      '0.1000',
      '1e5',
      '1E+2',
      '1.5e-7',
      '-0',
      '-0.0',
      '1.0',
      '0',
      '0.1',
      '3.14159265358979323846264338327950288',
      '1e400',
      '4.9e-324',
    ),
    fc.integer().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.stringMatching(/^[1-9]\d{0,25}$/),
        fc.stringMatching(/^(\.\d{1,20})?([eE][-+]?\d{1,3})?$/),
      )
      .map((parts) => parts.join('')),
  )
  .map((text): Value => ({ given: text, kept: text }));

/** Any text, of any code units: lone surrogates as well. */
const anyText = fc.oneof(
  fc.constantFrom(
    '',
    '\u2028\u2029',
    '"\\/',
    '\ud800',
    'x\udc00y',
    '😀',
    'Über 删除',
    '\u0000\u001f\u007f\ufeff',
    '</script>',
    '1.0',
  ),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 }).map((codes) => String.fromCharCode(...codes)),
  fc.string(),
);

const text = fc.tuple(anyText, fc.boolean()).map(([value, isEscaped]): Value => ({
  given: isEscaped ? escaped(value) : JSON.stringify(value),
  kept: JSON.stringify(value),
}));

const plain = fc.constantFrom('true', 'false').map((value): Value => ({ given: value, kept: value }));

const nothing = fc.constant<Value>({ given: 'null', kept: undefined });

/** Keys of maps are a person's: they may be called like what the service writes, or like what JavaScript has. */
const key = fc
  .oneof(
    fc.constantFrom(
      '$metadata',
      '$etag',
      '$dtId',
      '$model',
      '$lastUpdateTime',
      '$sourceId',
      '__proto__',
      'constructor',
      'toString',
      'toJSON',
      'rawJSON',
      '',
      'a',
    ),
    anyText,
  )
  // JavaScript puts what looks like an index first, and the order of members means nothing. A lone surrogate is no text that
  // the service can have as a key, and V8 itself does not always write one as it was.
  .filter((name) => !/^\d+$/.test(name) && name.isWellFormed());

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof({ arbitrary: number, weight: 3 }, { arbitrary: text, weight: 2 }, plain, nothing),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => ({
      given: `[${items.map(({ given }) => given).join(',')}]`,
      // Null keeps its place in an array, for others come behind it.
      kept: `[${items.map(({ kept = 'null' }) => kept).join(',')}]`,
    })),
    fc.uniqueArray(fc.tuple(key, tie('value')), { maxLength: 5, selector: ([name]) => name }).map((members) => ({
      given: object(members.map(([name, { given }]) => [name, given])),
      kept: object(members.map(([name, { kept }]) => [name, kept])),
    })),
  ),
}));

const name = fc.oneof(
  fc.constantFrom('a', 'b', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'metadata', 'etag', 'Section'),
  fc.stringMatching(/^[A-Za-z]([A-Za-z0-9_]{0,6}[A-Za-z0-9])?$/),
);

/** A twin's properties and components, which have components in turn, down to this depth. */
function componentTo(depth: number): fc.Arbitrary<Component> {
  const component: fc.Arbitrary<readonly [string, Component][]> =
    depth === 0 ? fc.constant([]) : fc.array(fc.tuple(name, componentTo(depth - 1)), { maxLength: 2 });
  return fc
    .record({
      properties: fc.array(fc.tuple(name, value), { maxLength: 4 }),
      components: component,
      isMetadataFirst: fc.boolean(),
      sourceTime: fc.boolean(),
    })
    .map(({ properties, components, ...others }) => {
      const names = new Set<string>();
      const isNew = ([each]: readonly [string, unknown]): boolean => !names.has(each) && names.add(each).size > 0;
      return { properties: properties.filter(isNew), components: components.filter(isNew), ...others };
    });
}

const time = '"2026-01-02T03:04:05.1234567Z"';

/** What the service answers for a part of a twin, but for what it has at the beginning and in its metadata. */
function given(of: Component, first: readonly [string, string][], ofMetadata: readonly [string, string][]): string {
  const entry = object([
    ['lastUpdateTime', time],
    ['sourceTime', of.sourceTime ? time : undefined],
  ]);
  const metadata = object([
    ...ofMetadata,
    ['$lastUpdateTime', time],
    ...of.properties.map(([each]): [string, string] => [each, entry]),
  ]);
  const members: [string, string][] = [
    ...of.properties.map(([each, { given: written }]): [string, string] => [each, written]),
    ...of.components.map(([each, component]): [string, string] => [each, given(component, [], [])]),
  ];
  const own: [string, string] = ['$metadata', metadata];
  return object(of.isMetadataFirst ? [...first, own, ...members] : [...first, ...members, own]);
}

/** What a file has for it. */
function kept(of: Component, first: readonly [string, string][], metadata: string): string {
  return object([
    ...first,
    ['$metadata', metadata],
    ...of.properties.map(([each, { kept: written }]) => [each, written] as const),
    ...of.components.map(([each, component]) => [each, kept(component, [], '{}')] as const),
  ]);
}

const id = fc.stringMatching(/^[A-Za-z0-9\-.+%_#*?!(),=@$']{1,12}$/);

describe('A twin', () => {
  it('is kept in a file as it was, without what the service alone writes, and is created so', () => {
    fc.assert(
      fc.property(id, componentTo(2), (twinId, twin) => {
        const model = '"dtmi:com:example:Room;1"';
        const $dtId = JSON.stringify(twinId);
        const answer = given(
          twin,
          [
            ['$dtId', $dtId],
            ['$etag', '"W/\\"1a2b\\""'],
          ],
          [['$model', model]],
        );
        const line = JSON.stringify(portableTwin(read(answer)));
        assert.equal(line, kept(twin, [['$dtId', $dtId]], `{"$model":${model}}`));
        assert.doesNotMatch(line, /[\r\n]/);
        assert.equal(rewritten(lineOf('twins', answer)), line);
        assert.equal(JSON.stringify(twinToCreate(read(line))), line);
        // Also a file with twins as queries give them makes these twins.
        assert.equal(JSON.stringify(twinToCreate(read(answer))), line);
      }),
      { numRuns: 5000 },
    );
  });

  it('loses what the documents of the service name as its own, in components too', () => {
    const answer = `{
      "$dtId": "room-1",
      "$etag": "W/\\"8e6d3e89-1166-4a1d-9a99-8accd8fef43f\\"",
      "temperature": 21.50,
      "thermostat": {
        "target": 20.0,
        "fan": { "level": 1e0, "$metadata": { "$lastUpdateTime": ${time}, "level": { "lastUpdateTime": ${time} } } },
        "$metadata": { "$lastUpdateTime": ${time}, "target": { "lastUpdateTime": ${time}, "desiredVersion": 1 } }
      },
      "$metadata": {
        "$model": "dtmi:com:example:Room;1",
        "$lastUpdateTime": ${time},
        "temperature": { "lastUpdateTime": ${time}, "sourceTime": ${time} }
      }
    }`;
    assert.equal(
      JSON.stringify(portableTwin(read(answer))),
      '{"$dtId":"room-1","$metadata":{"$model":"dtmi:com:example:Room;1"},"temperature":21.50,' +
        '"thermostat":{"$metadata":{},"target":20.0,"fan":{"$metadata":{},"level":1e0}}}',
    );
  });

  it('keeps all of a map, whatever its keys are called', () => {
    const map =
      '{"$metadata":{"$model":"x","$lastUpdateTime":"y"},"$etag":"z","$dtId":"w","__proto__":{"$etag":1.0},"deep":{"$metadata":{"a":1}}}';
    const answer = `{"$dtId":"a","map":${map},"$metadata":{"$model":"dtmi:m;1","$lastUpdateTime":${time},"map":{"lastUpdateTime":${time}}}}`;
    const line = `{"$dtId":"a","$metadata":{"$model":"dtmi:m;1"},"map":${map}}`;
    assert.equal(JSON.stringify(portableTwin(read(answer))), line);
    assert.equal(JSON.stringify(twinToCreate(read(line))), line);
  });

  it('keeps all of a map within a component', () => {
    const map = '{"$metadata":{"$lastUpdateTime":"y"},"$etag":"z"}';
    const answer = `{"$dtId":"a","part":{"map":${map},"$metadata":{"map":{"lastUpdateTime":${time}}}},"$metadata":{"$model":"dtmi:m;1"}}`;
    assert.equal(
      JSON.stringify(portableTwin(read(answer))),
      `{"$dtId":"a","$metadata":{"$model":"dtmi:m;1"},"part":{"$metadata":{},"map":${map}}}`,
    );
  });

  it('keeps a map of which its metadata knows nothing, as long as that has no metadata of its own', () => {
    const map = '{"a":1.0,"$etag":"x","$metadata":"y"}';
    const answer = `{"$dtId":"a","map":${map},"list":[{"$metadata":{"b":1}}],"$metadata":{"$model":"dtmi:m;1"}}`;
    assert.equal(
      JSON.stringify(portableTwin(read(answer))),
      `{"$dtId":"a","$metadata":{"$model":"dtmi:m;1"},"map":${map},"list":[{"$metadata":{"b":1}}]}`,
    );
  });

  it('has no null, at any depth, but where an array has one', () => {
    const answer =
      '{"$dtId":"a","p":null,"map":{"n":null,"deep":{"n":null},"list":[null,{"n":null,"m":1.0}]},"part":{"p":null,"$metadata":{"p":{}}},' +
      '"$metadata":{"$model":"dtmi:m;1","p":{},"map":{}}}';
    assert.equal(
      JSON.stringify(portableTwin(read(answer))),
      '{"$dtId":"a","$metadata":{"$model":"dtmi:m;1"},"map":{"deep":{},"list":[null,{"m":1.0}]},"part":{"$metadata":{}}}',
    );
  });

  it('keeps the model of a component, where it says one', () => {
    const answer = `{"$dtId":"a","part":{"$metadata":{"$model":"dtmi:p;1","$lastUpdateTime":${time}}},"$metadata":{"$model":"dtmi:m;1"}}`;
    assert.equal(
      JSON.stringify(portableTwin(read(answer))),
      '{"$dtId":"a","$metadata":{"$model":"dtmi:m;1"},"part":{"$metadata":{"$model":"dtmi:p;1"}}}',
    );
  });
});

describe('A twin of a file that someone has written', () => {
  it('is created with all that it has below the top, for maps and components look alike', () => {
    const line = '{"$dtId":"a","$metadata":{"$model":"dtmi:m;1"},"either":{"$metadata":{"x":1.0},"$etag":"y","z":1}}';
    assert.equal(JSON.stringify(twinToCreate(read(line))), line);
  });

  it('is created with what it has by names that JavaScript has a use for', () => {
    const line =
      '{"$dtId":"a","$metadata":{"$model":"dtmi:m;1"},"__proto__":{"x":1.0},"constructor":{"__proto__":{"$etag":"y"}},"toJSON":1}';
    assert.equal(JSON.stringify(twinToCreate(read(line))), line);
  });

  it('is created with the values of keys that look like indexes, in whatever order', () => {
    const line = '{"$dtId":"a","$metadata":{"$model":"dtmi:m;1"},"map":{"2":1.0,"10":{"1":1e5,"0":-0},"1":2.50}}';
    const created = JSON.stringify(twinToCreate(read(line)));
    assert.deepEqual(JSON.parse(created), JSON.parse(line));
    for (const member of ['"2":1.0', '"1":1e5', '"0":-0', '"1":2.50']) {
      assert.ok(created.includes(member), created);
    }
  });

  it('is created without an etag', () => {
    assert.equal(
      JSON.stringify(twinToCreate(read('{"$etag":"x","p":1,"$dtId":"a","$metadata":{"$model":"dtmi:m;1"}}'))),
      '{"$dtId":"a","$metadata":{"$model":"dtmi:m;1"},"p":1}',
    );
  });

  it('is created as if the service had given it, where it has times of updates', () => {
    const line = `{"$dtId":"a","p":1.0,"part":{"$metadata":{"$lastUpdateTime":${time}}},"$metadata":{"$model":"dtmi:m;1","p":{"lastUpdateTime":${time}}}}`;
    assert.equal(
      JSON.stringify(twinToCreate(read(line))),
      '{"$dtId":"a","$metadata":{"$model":"dtmi:m;1"},"p":1.0,"part":{"$metadata":{}}}',
    );
  });

  it('is sent to be refused, where it has no metadata', () => {
    assert.equal(JSON.stringify(twinToCreate(read('{"$dtId":"a","p":1}'))), '{"$dtId":"a","p":1}');
    assert.equal(JSON.stringify(twinToCreate(read('{"$dtId":"a","$metadata":7}'))), '{"$dtId":"a","$metadata":7}');
  });
});

describe('A relationship', () => {
  it('has another name for its source in a file, keeps all else, and gets the name back', () => {
    const members = fc.uniqueArray(fc.tuple(name, value), { maxLength: 4, selector: ([each]) => each });
    fc.assert(
      fc.property(fc.tuple(id, id, id, name), members, ([source, own, target, called], properties) => {
        const [$sourceId, $relationshipId, $targetId, $relationshipName] = [source, own, target, called].map((each) =>
          JSON.stringify(each),
        );
        const answer = object([
          ['$relationshipId', $relationshipId],
          ['$etag', '"W/\\"1a2b\\""'],
          ['$sourceId', $sourceId],
          ['$relationshipName', $relationshipName],
          ['$targetId', $targetId],
          ...properties.map(([each, { given: written }]) => [each, written] as const),
        ]);
        const ends = [
          ['$targetId', $targetId],
          ['$relationshipName', $relationshipName],
          ...properties.map(([each, { kept: written }]) => [each, written] as const),
        ] as const;
        const line = JSON.stringify(portableRelationship(read(answer)));
        assert.equal(line, object([['$dtId', $sourceId], ['$relationshipId', $relationshipId], ...ends]));
        assert.equal(rewritten(lineOf('relationships', answer)), line);
        assert.equal(
          JSON.stringify(relationshipToCreate(read(line))),
          object([['$relationshipId', $relationshipId], ['$sourceId', $sourceId], ...ends]),
        );
      }),
      { numRuns: 3000 },
    );
  });
});
