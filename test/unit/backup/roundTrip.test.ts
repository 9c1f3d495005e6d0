import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { validate } from '../../../src/backup/validation.ts';
import { transferSetup, type Place } from '../../support/transferSetup.ts';

// All that an instance can hold comes back to the letter. Everything here is text of JSON: JavaScript would change numbers
// before they are there. What the format does not hold is left out, such as the times at which something was measured.

/** Ids of twins and relationships: all characters that they may have, those first that mean something in a URL. */
const ids = fc
  .string({ unit: fc.constantFrom(...Array.from("%#?+=@$!*'(),._-aZ0")), minLength: 1, maxLength: 12 })
  .filter((id) => !/^\.{1,2}$/.test(id));

const names = fc.oneof(
  fc.stringMatching(/^[A-Za-z]\w{0,10}$/),
  fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'Section', 'value', 'model', 'x'),
);

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...Array.from('{}[]",:\\ \n')), maxLength: 12 }),
  fc.constantFrom('\u2028\u2029', '\ufeff', '\ud800', '\u0000', '\r\n', '😀', '{"Section":"Twins"}', '\ufffd', 'null'),
);

const numbers = fc.oneof(
  fc.constantFrom(
    '1.0',
    '1e5',
    '-0',
    '0.1000',
    '12345678901234567890',
    '1E400',
    '5e-324',
    '-1.50',
    '0.30000000000000004',
  ),
  fc.stringMatching(/^-?(?:0|[1-9]\d{0,24})(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?$/),
);

/** Texts between brackets. */
const enclosed = ([open = '', close = '']: string, parts: readonly string[]): string =>
  `${open}${parts.join()}${close}`;

function member([name, value]: readonly [string, string]): string {
  return `${JSON.stringify(name)}:${value}`;
}

/** Keys of a map: any text, also those that mean something elsewhere. Two alike can't be planted. */
const keys = fc.oneof(
  texts,
  fc.constantFrom('$dtId', '$etag', '$model', '$x', '$sourceId', '__proto__', '10', '9', ''),
);

function objects(key: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 4 })
    .map((members) => enclosed('{}', members.map(member)));
}

/** Values of properties. Null is none. */
const { value: values, map: maps } = fc.letrec<{ value: string; map: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(
      numbers,
      texts.map((text) => JSON.stringify(text)),
      fc.constantFrom('true', 'false'),
    ),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => enclosed('[]', items)),
    tie('map'),
  ),
  map: objects(keys, tie('value')),
}));

const properties = fc.uniqueArray(fc.tuple(names, values), { selector: ([name]) => name, maxLength: 5 });

/** A component, some of whose maps look like one. */
const components = fc
  .tuple(properties, maps)
  .map(([members, map]) =>
    enclosed('{}', [
      '"$metadata":{}',
      ...members.filter(([name]) => name !== 'looksLikeOne').map(member),
      `"looksLikeOne":{"$metadata":{"a":1.0},"b":${map}}`,
    ]),
  );

const contents = fc
  .tuple(properties, fc.uniqueArray(fc.tuple(names, components), { selector: ([name]) => name, maxLength: 2 }))
  .map(([own, parts]) => [...own, ...parts.map(([name, part]) => [`part_${name}`, part] as const)].map(member));

interface Graph {
  readonly models: readonly { readonly text: string; readonly decommissioned: boolean }[];
  readonly twins: readonly string[];
  readonly relationships: readonly string[];
}

const graphs: fc.Arbitrary<Graph> = fc
  .record({
    models: fc.array(
      fc.record({
        more: fc.uniqueArray(fc.tuple(names, fc.oneof(values, fc.constant('null'))), {
          selector: ([name]) => name,
          maxLength: 3,
        }),
        extends: fc.nat(),
        isUsed: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    twins: fc.uniqueArray(fc.record({ id: ids, model: fc.nat(), contents }), {
      selector: ({ id }) => id,
      minLength: 2,
      maxLength: 12,
    }),
    relationships: fc.array(fc.record({ id: ids, source: fc.nat(), target: fc.nat(), name: names, properties }), {
      maxLength: 12,
    }),
  })
  .map(({ models, twins, relationships }) => {
    const modelId = (index: number): string => `dtmi:example:Model${index};1`;
    const twinId = (index: number): string => twins[index % twins.length]?.id ?? '';
    // What is extended by one that is in use is in use as well.
    const used = models.map(({ isUsed }) => isUsed);
    const bases = models.map(({ extends: base }, index) => (index > 0 && base % 2 === 0 ? base % index : undefined));
    for (const [index, base] of [...bases.entries()].toReversed()) {
      if (base !== undefined && used[index] === true) {
        used[base] = true;
      }
    }
    return {
      models: models.map(({ more }, index) => {
        const base = bases[index];
        const text = enclosed('{}', [
          member(['@id', JSON.stringify(modelId(index))]),
          member(['@type', '"Interface"']),
          ...(base === undefined ? [] : [member(['extends', JSON.stringify(modelId(base))])]),
          ...more.filter(([name]) => !['schema', 'model'].includes(name)).map(member),
        ]);
        return { text, decommissioned: used[index] === false };
      }),
      twins: twins.map(({ id, model, contents: members }) =>
        enclosed('{}', [
          member(['$dtId', JSON.stringify(id)]),
          member(['$metadata', enclosed('{}', [member(['$model', JSON.stringify(modelId(model % models.length))])])]),
          ...members,
        ]),
      ),
      relationships: relationships.map(({ id, source, target, name, properties: members }) =>
        enclosed('{}', [
          member(['$sourceId', JSON.stringify(twinId(source))]),
          member(['$relationshipId', JSON.stringify(id)]),
          // Never to itself: the service refuses that.
          member(['$targetId', JSON.stringify(twinId(source + 1 + (target % (twins.length - 1))))]),
          member(['$relationshipName', JSON.stringify(name)]),
          ...members.map(member),
        ]),
      ),
    };
  });

function plant({ instance }: Place, { models, twins, relationships }: Graph): void {
  models.forEach(({ text, decommissioned }) => instance.plantModel(text, { decommissioned }));
  twins.forEach((twin) => instance.plantTwin(twin));
  relationships.forEach((relationship) => instance.plantRelationship(relationship));
}

describe('What was backed up and restored', () => {
  it('is what it was, to the letter', async (t) => {
    const set = await transferSetup(t);
    await fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const [source, target] = await Promise.all([set.emptyInstance(), set.emptyInstance()]);
        try {
          plant(source, graph);
          const made = await set.backUp(source);
          const { problems } = await validate(set.file, new AbortController().signal);
          assert.deepEqual(
            problems.filter(({ severity }) => severity === 'error'),
            [],
          );
          const result = await set.restore(target);
          assert.deepEqual(target.instance.graphText(), source.instance.graphText());
          assert.deepEqual(result.created, source.instance.counts);
          assert.deepEqual(result.after, made?.manifest.counts.inFile);
          assert.equal(result.failuresPath, undefined);
        } finally {
          await Promise.all([source.close(), target.close()]);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('is the same again when it is backed up once more', async (t) => {
    const set = await transferSetup(t);
    const [source, target] = await Promise.all([set.instance({ graph: { twins: 500 } }), set.emptyInstance()]);
    const first = await set.backUp(source);
    await set.restore(target);
    const second = await set.backUp(target, { target: `${set.file}.again` });
    assert.deepEqual(second?.manifest.counts, first?.manifest.counts);
    assert.equal(second?.manifest.bytes, first?.manifest.bytes);
    assert.deepEqual(target.instance.graphText(), source.instance.graphText());
  });

  it('is the same where many pages were read with many faults, and much was refused on the way back', async (t) => {
    const set = await transferSetup(t);
    const [source, target] = await Promise.all([
      set.instance({ graph: { twins: 1200 }, queryItemsInTime: 200 }),
      set.emptyInstance({ createsPerSecond: 300 }),
    ]);
    const faults = [
      { kind: 'respond', status: 429, headers: { 'Retry-After': '2' } },
      { kind: 'respond', status: 503 },
      { kind: 'dropBefore' },
      { kind: 'dropAfter' },
      { kind: 'truncate' },
    ] as const;
    let count = 0;
    set.wire.before = ({ method, path, body }) => {
      const isPage = path === '/query' && body.includes('SELECT *');
      if ((isPage || method === 'PUT') && ++count % (isPage ? 3 : 17) === 0) {
        const fault = faults[count % faults.length] ?? faults[0];
        (isPage ? source : target).faults.next({ method, path }, fault);
      }
    };
    const made = await set.backUp(source);
    assert.deepEqual(made?.manifest.differences, []);
    const result = await set.restore(target, { createsPerSecond: 480 });
    assert.deepEqual(target.instance.graphText(), source.instance.graphText());
    assert.deepEqual(result.created, source.instance.counts);
    assert.deepEqual(result.failed, { models: 0, twins: 0, relationships: 0 });
  });
});
