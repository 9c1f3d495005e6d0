import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { batches, inDependencyOrder, type BatchLimits, type OrderedModel } from '../../../src/backup/modelOrder.ts';
import { modelReferences } from '../../../src/backup/modelReferences.ts';
import type { JsonObject } from '../../../src/service/exactJson.ts';

const limits: BatchLimits = { count: 250, bytes: 1024 * 1024 };

function model(id: string, needs: readonly string[] = [], bytes = 100): OrderedModel {
  return { id, bytes, references: { defines: [id], needs, names: [] } };
}

/** A model as it is found in a file. */
function read(definition: JsonObject & { '@id': string }): OrderedModel {
  const { '@id': id } = definition;
  return { id, bytes: JSON.stringify(definition).length, references: modelReferences(definition) };
}

/** Ids in their groups; within a group they have no order. */
function idsOf(groups: readonly (readonly OrderedModel[])[]): string[][] {
  return groups.map((group) => group.map(({ id }) => id).toSorted());
}

function ordered(...models: OrderedModel[]): string[][] {
  return idsOf(inDependencyOrder(models));
}

/** Graphs of models with some references to models that are not there, to themselves, and in circles. */
const graphs = fc
  .integer({ min: 0, max: 14 })
  .chain((count) =>
    fc.array(
      fc.record({
        needs: fc.uniqueArray(fc.integer({ min: 0, max: count + 1 }), { maxLength: 3 }),
        names: fc.uniqueArray(fc.integer({ min: 0, max: count + 1 }), { maxLength: 1 }),
        bytes: fc.integer({ min: 1, max: 60 }),
      }),
      { minLength: count, maxLength: count },
    ),
  )
  .map((models) =>
    models.map(({ needs, names, bytes }, index): OrderedModel => ({
      id: `m${index}`,
      bytes,
      references: {
        // A schema within it, which others name.
        defines: [`m${index}`, `s${index}`],
        needs: needs.map((each) => `m${each}`),
        names: names.map((each) => `s${each}`),
      },
    })),
  );

/** The models of the list that one refers to, found in another way than the code does. */
function referred(models: readonly OrderedModel[], { references }: OrderedModel): OrderedModel[] {
  const ids = [...references.needs, ...references.names];
  return models.filter(({ references: { defines } }) => defines.some((id) => ids.includes(id)));
}

function reachable(models: readonly OrderedModel[], from: OrderedModel): Set<OrderedModel> {
  const found = new Set<OrderedModel>([from]);
  for (const each of found) {
    referred(models, each).forEach((next) => found.add(next));
  }
  return found;
}

/** Where each model stands; each stands in one place. */
function placesOf(
  models: readonly OrderedModel[],
  groups: readonly (readonly OrderedModel[])[],
): Map<OrderedModel, number> {
  const places = new Map(groups.flatMap((group, place) => group.map((each) => [each, place] as const)));
  assert.equal(groups.flat().length, models.length);
  assert.deepEqual(new Set(places.keys()), new Set(models));
  return places;
}

describe('Models in the order of what they need', () => {
  it('are none where there are none', () => {
    assert.deepEqual(ordered(), []);
  });

  it('stand behind what they need, a group each', () => {
    assert.deepEqual(ordered(model('c', ['b']), model('b', ['a']), model('a')), [['a'], ['b'], ['c']]);
    assert.deepEqual(ordered(model('a'), model('b', ['a']), model('c', ['b'])), [['a'], ['b'], ['c']]);
  });

  it('stand once, where several need the same', () => {
    const [first, ...rest] = ordered(
      model('top', ['left', 'right']),
      model('left', ['base']),
      model('right', ['base']),
      model('base'),
    );
    assert.deepEqual(first, ['base']);
    assert.deepEqual(rest.slice(0, 2).toSorted(), [['left'], ['right']]);
    assert.deepEqual(rest.slice(2), [['top']]);
  });

  it('stand together where they need each other, with what they need before them', () => {
    assert.deepEqual(
      ordered(
        model('after', ['x']),
        model('x', ['y']),
        model('y', ['z', 'before']),
        model('z', ['x']),
        model('before'),
      ),
      [['before'], ['x', 'y', 'z'], ['after']],
    );
  });

  it('stand apart in circles that only touch', () => {
    assert.deepEqual(ordered(model('a', ['b', 'c']), model('b', ['a']), model('c', ['d']), model('d', ['c'])), [
      ['c', 'd'],
      ['a', 'b'],
    ]);
  });

  it('stand alone where they need themselves', () => {
    assert.deepEqual(ordered(model('a', ['a']), model('b', ['a'])), [['a'], ['b']]);
  });

  it('do not wait for models that are not there', () => {
    assert.deepEqual(ordered(model('a', ['none']), model('b', ['none', 'a'])), [['a'], ['b']]);
  });

  it('stand behind the model that defines a schema of theirs', () => {
    const schema = { '@id': 'dtmi:shared:schema;1', '@type': 'Object', fields: [] };
    assert.deepEqual(
      ordered(
        read({
          '@id': 'dtmi:a;1',
          '@type': 'Interface',
          contents: [{ '@type': 'Property', name: 'p', schema: 'dtmi:shared:schema;1' }],
        }),
        read({ '@id': 'dtmi:shared;1', '@type': 'Interface', schemas: [schema] }),
      ),
      [['dtmi:shared;1'], ['dtmi:a;1']],
    );
  });

  it('stand behind the model that an interface is within', () => {
    const part = { '@id': 'dtmi:part;1', '@type': 'Interface' };
    const whole = {
      '@id': 'dtmi:whole;1',
      '@type': 'Interface',
      contents: [{ '@type': 'Component', name: 'p', schema: part }],
    };
    assert.deepEqual(ordered(read({ '@id': 'dtmi:a;1', '@type': 'Interface', extends: 'dtmi:part;1' }), read(whole)), [
      ['dtmi:whole;1'],
      ['dtmi:a;1'],
    ]);
  });

  it('stand behind the model itself, where it is within another as well', () => {
    const holder: OrderedModel = {
      id: 'holder',
      bytes: 1,
      references: { defines: ['holder', 'a'], needs: ['user'], names: [] },
    };
    assert.deepEqual(ordered(holder, model('user', ['a']), model('a')), [['a'], ['user'], ['holder']]);
  });

  it('do not wait for the targets of their relationships', () => {
    const ring = (from: string, target: string): OrderedModel =>
      read({
        '@id': from,
        '@type': 'Interface',
        contents: [{ '@type': 'Relationship', name: 'relationship', target }],
      });
    assert.deepEqual(ordered(ring('dtmi:a;1', 'dtmi:b;1'), ring('dtmi:b;1', 'dtmi:a;1')), [['dtmi:a;1'], ['dtmi:b;1']]);
  });

  it('may be a chain of 10,000, from either end', () => {
    const count = 10_000;
    const chain = Array.from({ length: count }, (_, index) => model(`m${index}`, index === 0 ? [] : [`m${index - 1}`]));
    const expected = chain.map(({ id }) => [id]);
    assert.deepEqual(ordered(...chain), expected);
    assert.deepEqual(ordered(...chain.toReversed()), expected);
  });

  it('may be a circle of 10,000', () => {
    const count = 10_000;
    const circle = Array.from({ length: count }, (_, index) => model(`m${index}`, [`m${(index + 1) % count}`]));
    const groups = inDependencyOrder(circle);
    assert.equal(groups.length, 1);
    assert.equal(groups[0]?.length, count);
  });

  it('stand together if and only if each leads to the other, and behind all that they lead to', () => {
    fc.assert(
      fc.property(graphs, (models) => {
        const places = placesOf(models, inDependencyOrder(models));
        const leads = new Map(models.map((each) => [each, reachable(models, each)]));
        for (const one of models) {
          for (const other of leads.get(one) ?? []) {
            const isCircle = leads.get(other)?.has(one) === true;
            const [here = -1, there = -1] = [places.get(one), places.get(other)];
            assert.ok(isCircle ? there === here : there < here, `${other.id} is not before ${one.id}`);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('Requests with models', () => {
  it('are none where there are none', () => {
    assert.deepEqual(batches([], limits), []);
  });

  it('hold 250 at the most, and no fewer than they can', () => {
    const models = Array.from({ length: 501 }, (_, index) => model(`m${index}`));
    assert.deepEqual(
      batches(models, limits).map(({ length }) => length),
      [250, 250, 1],
    );
  });

  it('hold as many bytes as they may, and not one more', () => {
    const models = [60, 40, 1, 99, 100].map((bytes, index) => model(`m${index}`, [], bytes));
    assert.deepEqual(idsOf(batches(models, { count: 250, bytes: 100 })), [['m0', 'm1'], ['m2', 'm3'], ['m4']]);
  });

  it('hold a model alone that is larger than they may be', () => {
    const models = [10, 101, 10].map((bytes, index) => model(`m${index}`, [], bytes));
    assert.deepEqual(idsOf(batches(models, { count: 250, bytes: 100 })), [['m0'], ['m1'], ['m2']]);
  });

  it('hold a circle alone that is larger than they may be, and do not tear it', () => {
    const circle = ['a', 'b', 'c', 'd'].map((id, index, { [(index + 1) % 4]: next = '' }) => model(id, [next]));
    const all = [model('before'), ...circle, model('after')];
    assert.deepEqual(idsOf(batches(all, { count: 3, bytes: 1000 })), [['before'], ['a', 'b', 'c', 'd'], ['after']]);
    assert.deepEqual(idsOf(batches(all, { count: 250, bytes: 399 })), [['before'], ['a', 'b', 'c', 'd'], ['after']]);
  });

  it('do not tear a circle that begins when they are nearly full', () => {
    const circle = [model('x', ['y']), model('y', ['x'])];
    assert.deepEqual(idsOf(batches([model('a'), model('b'), ...circle], { count: 3, bytes: 1000 })), [
      ['a', 'b'],
      ['x', 'y'],
    ]);
  });

  it('of 10,000 in a chain are 40, in its order', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => model(`m${index}`, [`m${index + 1}`]));
    const requests = batches(chain, limits);
    assert.equal(requests.length, 40);
    assert.deepEqual(
      requests.flat().map(({ id }) => id),
      chain.map(({ id }) => id).toReversed(),
    );
  });

  it('hold each model once, what it needs beside it or before, and no more than they may', () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 150 }), (models, count, bytes) => {
        const requests = batches(models, { count, bytes });
        const places = placesOf(models, requests);
        for (const each of models) {
          for (const needed of referred(models, each)) {
            assert.ok(
              (places.get(needed) ?? Infinity) <= (places.get(each) ?? -1),
              `${needed.id} comes after ${each.id}`,
            );
          }
        }
        const groups = new Set(idsOf(inDependencyOrder(models)).map(String));
        for (const request of requests) {
          const size = request.reduce((sum, each) => sum + each.bytes, 0);
          const isAlone = groups.has(String(idsOf([request])[0]));
          assert.ok(isAlone || (request.length <= count && size <= bytes), `${request.length} models of ${size} bytes`);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
