import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isInterface, modelReferences, type ModelReferences } from '../../../src/backup/modelReferences.ts';
import { isJsonObject, type JsonObject } from '../../../src/service/exactJson.ts';

const own = 'dtmi:own;1';

/** What an interface refers to that has these members. */
function referencesOf(members: JsonObject): ModelReferences {
  return modelReferences({ '@id': own, '@type': 'Interface', ...members });
}

function component(schema: unknown, type: unknown = 'Component'): JsonObject {
  return { contents: [{ '@type': type, name: 'part', schema }] };
}

/** An interface that stands where its id could. */
function inline(members: JsonObject, id = 'dtmi:inline;1'): JsonObject {
  return { '@id': id, '@type': 'Interface', ...members };
}

describe('A model needs the model that it extends', () => {
  for (const [how, members, needs] of [
    ['as a text', { extends: 'dtmi:a;1' }, ['dtmi:a;1']],
    ['as a text without a version', { extends: 'dtmi:a' }, ['dtmi:a']],
    ['in an array of one', { extends: ['dtmi:a;1'] }, ['dtmi:a;1']],
    ['in an array of several', { extends: ['dtmi:a;1', 'dtmi:b;2'] }, ['dtmi:a;1', 'dtmi:b;2']],
    ['as an object with an id', { extends: { '@id': 'dtmi:a;1' } }, ['dtmi:a;1']],
    ['by the term of version 2', { 'dtmi:dtdl:property:extends;2': 'dtmi:a;1' }, ['dtmi:a;1']],
    ['by the term of version 3', { 'dtmi:dtdl:property:extends;3': ['dtmi:a;1'] }, ['dtmi:a;1']],
    ['from an interface within it', { extends: inline({ extends: 'dtmi:a;1' }) }, ['dtmi:a;1']],
    [
      'from an interface in an array within it',
      { extends: [inline({ extends: 'dtmi:a;1' }), 'dtmi:b;1'] },
      ['dtmi:a;1', 'dtmi:b;1'],
    ],
    [
      'from interfaces within interfaces',
      { extends: inline({ extends: inline({ extends: 'dtmi:a;1' }, 'dtmi:deep;1') }) },
      ['dtmi:a;1'],
    ],
    ['only once where it is named twice', { extends: ['dtmi:a;1', 'dtmi:a;1'] }, ['dtmi:a;1']],
  ] as const) {
    it(how, () => {
      assert.deepEqual(referencesOf(members).needs.toSorted(), needs);
      assert.deepEqual(referencesOf(members).names, []);
    });
  }
});

describe('A model needs the model of a component', () => {
  for (const [how, members] of [
    ['as a text', component('dtmi:a;1')],
    ['in an array of one', component(['dtmi:a;1'])],
    ['as an object with an id', component({ '@id': 'dtmi:a;1' })],
    ['whose type is in an array of one', component('dtmi:a;1', ['Component'])],
    ['whose type is one among several', component('dtmi:a;1', ['dtmi:x:Cotype;1', 'Component'])],
    ['whose type is the id of version 2', component('dtmi:a;1', 'dtmi:dtdl:class:Component;2')],
    ['whose type is the id of version 3', component('dtmi:a;1', ['dtmi:dtdl:class:Component;3'])],
    [
      'whose schema goes by the id of its term',
      { contents: [{ '@type': 'Component', name: 'c', 'dtmi:dtdl:property:schema;3': 'dtmi:a;1' }] },
    ],
    [
      'that is the only content, without an array',
      { contents: { '@type': 'Component', name: 'c', schema: 'dtmi:a;1' } },
    ],
    [
      'in contents that go by the id of version 2',
      { 'dtmi:dtdl:property:contents;2': component('dtmi:a;1')['contents'] },
    ],
    [
      'in contents that go by the id of version 3',
      { 'dtmi:dtdl:property:contents;3': component('dtmi:a;1')['contents'] },
    ],
    ['of an interface within it', { extends: inline(component('dtmi:a;1')) }],
    ['of the interface of a component', component(inline(component('dtmi:a;1')))],
    ['that the interface of a component extends', component(inline({ extends: ['dtmi:a;1'] }))],
    ['whose interface is in an array', component([inline({ extends: ['dtmi:a;1'] })])],
  ] as const) {
    it(how, () => {
      assert.deepEqual(referencesOf(members).needs, ['dtmi:a;1']);
      assert.deepEqual(referencesOf(members).names, []);
    });
  }

  it('beside those of others, and those that it extends', () => {
    const part = (name: string, schema: string): JsonObject => ({ '@type': 'Component', name, schema });
    const { needs } = referencesOf({
      extends: 'dtmi:a;1',
      contents: [part('b', 'dtmi:b;1'), { '@type': 'Property', name: 'p', schema: 'double' }, part('c', 'dtmi:c;1')],
    });
    assert.deepEqual(needs.toSorted(), ['dtmi:a;1', 'dtmi:b;1', 'dtmi:c;1']);
  });
});

describe('A model only names the schema', () => {
  const named = 'dtmi:other:schema;1';
  for (const [of, content] of [
    ['of a property', { '@type': 'Property', schema: named }],
    ['of a property with a semantic type', { '@type': ['Property', 'Temperature'], schema: named }],
    ['of a property, as an object with an id', { '@type': 'Property', schema: { '@id': named } }],
    ['of a telemetry', { '@type': 'Telemetry', schema: named }],
    ['of a request', { '@type': 'Command', request: { name: 'r', schema: named } }],
    ['of a response', { '@type': 'Command', response: { name: 'r', schema: named } }],
    [
      'of a property of a relationship',
      { '@type': 'Relationship', properties: [{ '@type': 'Property', schema: named }] },
    ],
    ['of a field', { '@type': 'Property', schema: { '@type': 'Object', fields: [{ name: 'f', schema: named }] } }],
    ['of the elements of an array', { '@type': 'Property', schema: { '@type': 'Array', elementSchema: named } }],
    [
      'of the elements, by the id of the term',
      { '@type': 'Property', schema: { '@type': 'Array', 'dtmi:dtdl:property:elementSchema;3': named } },
    ],
    [
      'of the values of a map',
      {
        '@type': 'Property',
        schema: { '@type': 'Map', mapKey: { name: 'k', schema: 'string' }, mapValue: { name: 'v', schema: named } },
      },
    ],
  ] as const) {
    it(of, () => {
      const { needs, names } = referencesOf({ contents: [{ name: 'content', ...content }] });
      assert.deepEqual({ needs, names }, { needs: [], names: [named] });
    });
  }

  it('of a property in the interface of a component', () => {
    const { needs, names } = referencesOf(
      component(inline({ contents: [{ '@type': 'Property', name: 'p', schema: named }] })),
    );
    assert.deepEqual({ needs, names }, { needs: [], names: [named] });
  });
});

describe('No reference to another model', () => {
  for (const [is, members] of [
    ['is the target of a relationship', { contents: [{ '@type': 'Relationship', name: 'r', target: 'dtmi:a;1' }] }],
    [
      'is the target of a relationship, as an object with an id',
      { contents: [{ '@type': 'Relationship', name: 'r', target: { '@id': 'dtmi:a;1' } }] },
    ],
    ['is a schema by its term', { contents: [{ '@type': 'Property', name: 'p', schema: 'double' }] }],
    [
      'is a schema of the language by its id',
      { contents: [{ '@type': 'Property', name: 'p', schema: 'dtmi:dtdl:instance:Schema:double;2' }] },
    ],
    [
      'is a schema of the language as an object with an id',
      { contents: [{ '@type': 'Property', name: 'p', schema: { '@id': 'dtmi:dtdl:instance:Schema:double;2' } }] },
    ],
    ['is the context', { '@context': ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1'] }],
    ['is what a text says', { comment: 'dtmi:a;1', displayName: { en: 'dtmi:a;1' }, description: ['dtmi:a;1'] }],
    ['is the name of a content', { contents: [{ '@type': 'Property', name: 'extends', schema: 'string' }] }],
    ['is what is no id', { extends: ['', 'a', 7, null, true, {}, { '@id': 7 }] }],
    ['is the schema of a component that is none', component(7)],
    ['is nothing', {}],
  ] as const) {
    it(is, () => {
      const { needs, names } = referencesOf(members);
      assert.deepEqual({ needs, names }, { needs: [], names: [] });
    });
  }

  it('is needed where it is a standard schema', () => {
    const schema = 'dtmi:standard:schema:geospatial:point;3';
    assert.deepEqual(referencesOf({ contents: [{ '@type': 'Property', name: 'p', schema }] }).needs, []);
  });
});

describe('What a model defines', () => {
  it('is itself', () => {
    assert.deepEqual(referencesOf({}).defines, [own]);
  });

  it('is each interface within it, which it does not need of others', () => {
    const { defines, needs } = referencesOf({
      extends: inline({}, 'dtmi:base;1'),
      contents: [
        { '@type': 'Component', name: 'a', schema: inline({}, 'dtmi:part;1') },
        { '@type': 'Component', name: 'b', schema: 'dtmi:part;1' },
      ],
    });
    assert.deepEqual(defines.toSorted(), ['dtmi:base;1', own, 'dtmi:part;1']);
    assert.deepEqual(needs, []);
  });

  it('is each schema within it, wherever it stands, which it does not need of others', () => {
    const { defines, needs, names } = referencesOf({
      schemas: [
        { '@id': 'dtmi:own:enum;1', '@type': 'Enum' },
        { '@id': 'dtmi:own:map;1', '@type': 'Map' },
      ],
      contents: [
        { '@id': 'dtmi:own:p;1', '@type': 'Property', name: 'p', schema: 'dtmi:own:enum;1' },
        { '@type': 'Property', name: 'q', schema: { '@id': 'dtmi:own:object;1', '@type': 'Object', fields: [] } },
        { '@type': 'Property', name: 'r', schema: 'dtmi:own:object;1' },
      ],
    });
    assert.deepEqual(
      defines.toSorted(),
      [own, 'dtmi:own:enum;1', 'dtmi:own:map;1', 'dtmi:own:object;1', 'dtmi:own:p;1'].toSorted(),
    );
    assert.deepEqual({ needs, names }, { needs: [], names: [] });
  });

  it('is not what it only refers to', () => {
    const { defines } = referencesOf({
      extends: { '@id': 'dtmi:a;1' },
      contents: [
        { '@type': 'Component', name: 'c', schema: { '@id': 'dtmi:b;1' } },
        { '@type': 'Relationship', name: 'r', target: { '@id': 'dtmi:c;1' } },
        { '@type': 'Property', name: 'p', schema: { '@id': 'dtmi:d;1' } },
      ],
    });
    assert.deepEqual(defines, [own]);
  });

  it('is still needed where it is the model itself, for that is a circle', () => {
    assert.deepEqual(referencesOf({ extends: own }).needs, [own]);
    assert.deepEqual(referencesOf({ extends: [own] }).needs, [own]);
    assert.deepEqual(referencesOf(component(own)).needs, [own]);
    assert.deepEqual(referencesOf({ extends: inline({ extends: own }) }).needs, [own]);
  });
});

describe('A model of any form', () => {
  it('is read without an error, and no id is told twice', () => {
    const id = fc.constantFrom(own, 'dtmi:a;1', 'dtmi:b;1', 'dtmi:dtdl:context;2', 'double', '');
    const { element } = fc.letrec<{ element: unknown }>((tie) => ({
      element: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        fc.oneof(id, fc.constantFrom(null, 7, true, 'Component', 'Interface')),
        fc.array(tie('element'), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom(
            '@id',
            '@type',
            'extends',
            'schema',
            'elementSchema',
            'contents',
            'target',
            'name',
            '__proto__',
            'dtmi:dtdl:property:extends;2',
          ),
          tie('element'),
          { maxKeys: 5 },
        ),
      ),
    }));
    fc.assert(
      fc.property(element.filter(isJsonObject), (definition) => {
        const references = modelReferences(definition);
        for (const ids of Object.values(references) as string[][]) {
          assert.equal(new Set(ids).size, ids.length);
        }
        for (const each of [...references.needs, ...references.names]) {
          assert.match(each, /^dtmi:(?!dtdl:)/);
        }
        isInterface(definition);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('A DTDL interface', () => {
  for (const type of [
    'Interface',
    ['Interface'],
    ['dtmi:x:Cotype;1', 'Interface'],
    'dtmi:dtdl:class:Interface;2',
    ['dtmi:dtdl:class:Interface;3'],
  ]) {
    it(`is told by its type ${JSON.stringify(type)}`, () => {
      assert.equal(isInterface({ '@type': type }), true);
    });
  }

  for (const type of [
    undefined,
    null,
    7,
    '',
    'interface',
    'Property',
    [],
    [['Interface']],
    { Interface: true },
    'dtmi:dtdl:class:InterfaceX;2',
    'dtmi:dtdl:property:Interface;2',
  ]) {
    it(`is not what has the type ${JSON.stringify({ '@type': type })}`, () => {
      assert.equal(isInterface({ '@type': type }), false);
    });
  }
});
