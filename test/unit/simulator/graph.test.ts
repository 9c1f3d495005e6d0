import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { GeneratedGraph, relationshipKey, type Relationship } from '../../simulator/graph.ts';

function all<Item>({ count, at }: { count: number; at: (index: number) => Item }): Item[] {
  return Array.from({ length: count }, (_, index) => at(index));
}

function groups(relationships: readonly Relationship[], end: '$sourceId' | '$targetId'): Map<string, Relationship[]> {
  const groups = new Map<string, Relationship[]>();
  for (const relationship of relationships) {
    const group = groups.get(relationship[end]) ?? [];
    group.push(relationship);
    groups.set(relationship[end], group);
  }
  return groups;
}

const sizes = fc
  .record({ twins: fc.nat(600), relationships: fc.option(fc.nat(2000), { nil: undefined }) })
  .filter(({ twins, relationships }) => twins > 1 || relationships === undefined || relationships === 0)
  .map(({ twins, relationships }) => ({ twins, ...(relationships !== undefined && { relationships }) }));

describe('A generated graph', () => {
  it('has exactly the size asked for, with ids of its own for each item', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const { twins, relationships } = new GeneratedGraph(size, 0);
        assert.equal(new Set(all(twins).map(({ $dtId }) => $dtId)).size, size.twins);
        const keys = all(relationships).map(({ $sourceId, $relationshipId }) =>
          relationshipKey($sourceId, $relationshipId),
        );
        assert.equal(new Set(keys).size, keys.length);
        assert.equal(keys.length, size.relationships ?? keys.length);
      }),
    );
  });

  it('finds every item by its id again', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const { twins, relationships } = new GeneratedGraph(size, 0);
        all(twins).forEach(({ $dtId }, index) => {
          assert.equal(twins.indexOf($dtId), index);
        });
        all(relationships).forEach(({ $sourceId, $relationshipId }, index) => {
          assert.equal(relationships.indexOf(relationshipKey($sourceId, $relationshipId)), index);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('lists for each twin just the relationships that leave it and that point at it', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const graph = new GeneratedGraph(size, 0);
        const sources = groups(all(graph.relationships), '$sourceId');
        const targets = groups(all(graph.relationships), '$targetId');
        const keys = (relationships: Relationship[] = []): string[] =>
          relationships.map(({ $sourceId, $relationshipId }) => relationshipKey($sourceId, $relationshipId)).sort();
        for (const { $dtId } of all(graph.twins)) {
          const at = (index: number): Relationship => graph.relationships.at(index);
          assert.deepEqual(keys(graph.outgoing($dtId).map(at)), keys(sources.get($dtId)));
          assert.deepEqual(keys(graph.incoming($dtId).map(at)), keys(targets.get($dtId)));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('connects existing twins only, and none to itself', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const { twins, relationships } = new GeneratedGraph(size, 0);
        for (const { $sourceId, $targetId } of all(relationships)) {
          assert.notEqual($sourceId, $targetId);
          assert.notEqual(twins.indexOf($sourceId), undefined);
          assert.notEqual(twins.indexOf($targetId), undefined);
        }
      }),
    );
  });

  it('is the same each time', () => {
    const size = { twins: 300, relationships: 900, models: 20 };
    const [first, second] = [new GeneratedGraph(size, 0), new GeneratedGraph(size, 0)];
    assert.deepEqual(all(first.twins), all(second.twins));
    assert.deepEqual(all(first.relationships), all(second.relationships));
    assert.deepEqual(first.models, second.models);
  });

  it('gives its twins models that exist', () => {
    const { twins, models } = new GeneratedGraph({ twins: 300, models: 12 }, 0);
    assert.equal(models.length, 12);
    const ids = new Set(models.map(({ id }) => id));
    assert.ok(all(twins).every(({ $metadata }) => ids.has($metadata.$model)));
  });

  it('answers about a million twins at once', () => {
    const { twins, relationships } = new GeneratedGraph({ twins: 1_000_000, relationships: 5_000_000 }, 0);
    const last = twins.at(999_999);
    assert.equal(twins.indexOf(last.$dtId), 999_999);
    assert.equal(relationships.count, 5_000_000);
  });

  for (const size of [{ twins: -1 }, { twins: 1.5 }, { twins: 1, relationships: 1 }, { twins: 1, models: 3 }]) {
    it(`refuses a size of ${JSON.stringify(size)}`, () => {
      assert.throws(() => new GeneratedGraph(size, 0), RangeError);
    });
  }
});
