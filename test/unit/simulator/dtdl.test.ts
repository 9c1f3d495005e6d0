import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modelReferences } from '../../simulator/dtdl.ts';
import { refusal, start } from './requests.ts';

const component = (schema: unknown, type: unknown = 'Component'): object => ({ '@type': type, name: 'c', schema });
const inline = (more: object): object => ({ '@id': 'dtmi:inline;1', '@type': 'Interface', ...more });

describe('A model refers to what it', () => {
  for (const [form, definition, expected] of [
    ['extends', { extends: 'dtmi:a;1' }, ['dtmi:a;1']],
    ['extends twice', { extends: ['dtmi:a;1', 'dtmi:b;1'] }, ['dtmi:a;1', 'dtmi:b;1']],
    ['extends by an object with an id', { extends: { '@id': 'dtmi:a;1' } }, ['dtmi:a;1']],
    ['extends inline', { extends: inline({ extends: 'dtmi:a;1' }) }, ['dtmi:a;1']],
    [
      'extends inline and by id',
      { extends: [inline({ contents: component('dtmi:a;1') }), 'dtmi:b;1'] },
      ['dtmi:a;1', 'dtmi:b;1'],
    ],
    ['extends by the term of version 2', { 'dtmi:dtdl:property:extends;2': 'dtmi:a;1' }, ['dtmi:a;1']],
    ['extends by the term of version 3', { 'dtmi:dtdl:property:extends;3': ['dtmi:a;1'] }, ['dtmi:a;1']],
    ['has as a component', { contents: [component('dtmi:a;1')] }, ['dtmi:a;1']],
    ['has as its only content', { contents: component('dtmi:a;1') }, ['dtmi:a;1']],
    ['has as a component of more types', { contents: [component('dtmi:a;1', ['Component', 'Extra'])] }, ['dtmi:a;1']],
    [
      'has as components by the terms of version 2 and 3',
      {
        'dtmi:dtdl:property:contents;2': {
          '@type': 'dtmi:dtdl:class:Component;2',
          'dtmi:dtdl:property:schema;2': 'dtmi:a;1',
        },
        'dtmi:dtdl:property:contents;3': [
          { '@type': ['dtmi:dtdl:class:Component;3'], 'dtmi:dtdl:property:schema;3': ['dtmi:b;1'] },
        ],
      },
      ['dtmi:a;1', 'dtmi:b;1'],
    ],
    ['has as a component in an array of one', { contents: [component(['dtmi:a;1'])] }, ['dtmi:a;1']],
    [
      'has as a component inline',
      {
        contents: [
          component(inline({ extends: 'dtmi:a;1' })),
          component([inline({ contents: component('dtmi:b;1') })]),
        ],
      },
      ['dtmi:a;1', 'dtmi:b;1'],
    ],
    ['names more than once', { extends: 'dtmi:a;1', contents: [component('dtmi:a;1')] }, ['dtmi:a;1']],
  ] as const) {
    it(form, () => {
      assert.deepEqual(modelReferences({ '@id': 'dtmi:x;1', '@type': 'Interface', ...definition }), expected);
    });
  }

  it('needs, and to nothing else', () => {
    const contents = [
      { '@type': 'Relationship', name: 'r', target: 'dtmi:a;1' },
      { '@type': 'Property', name: 'p', schema: 'dtmi:a;1' },
      { '@type': 'dtmi:dtdl:class:Component;4', name: 'c', schema: 'dtmi:a;1' },
      'dtmi:a;1',
    ];
    assert.deepEqual(modelReferences({ '@id': 'dtmi:x;1', '@type': 'Interface', contents }), []);
    assert.deepEqual(modelReferences({ '@id': 'dtmi:x;1', '@type': 'Interface' }), []);
  });
});

describe('Models of all forms', () => {
  it('are added in any order, when all that they refer to is there or among them', async (t) => {
    const { send } = await start(t);
    const models = [
      { '@id': 'dtmi:c;1', '@type': ['Interface'], contents: component(inline({ extends: 'dtmi:b;1' })) },
      { '@id': 'dtmi:b;1', '@type': 'dtmi:dtdl:class:Interface;3', extends: ['dtmi:a;1'] },
    ];
    const missing = refusal(await send('POST /models', { body: models }));
    assert.deepEqual([missing.status, missing.code], [400, 'DTDLParserError']);
    assert.match(String(missing.message), /dtmi:b;1 refers to dtmi:a;1/);
    const added = await send('POST /models', {
      body: [...models, { '@id': 'dtmi:a;1', '@type': 'dtmi:dtdl:class:Interface;2' }],
    });
    assert.equal(added.status, 201, added.text);
    const { json } = await send('GET /models?dependenciesFor=dtmi:c;1');
    assert.deepEqual(
      (json['value'] as { id: string }[]).map(({ id }) => id),
      ['dtmi:c;1', 'dtmi:b;1', 'dtmi:a;1'],
    );
  });
});
