import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ManualClock } from '../../simulator/clock.ts';
import type { Contents } from '../../simulator/contents.ts';
import { makeRelationship, makeTwin } from '../../simulator/entities.ts';
import { relationshipKey } from '../../simulator/graph.ts';
import { Instance } from '../../simulator/instance.ts';

const model = 'dtmi:digitaltwins:sample:Room;1';
const lagMs = 10_000;

/** Twins that are generated, and some that are not. */
const twinId = fc.constantFrom('building-1', 'building-1-floor-1', 'building-1-floor-1-room-01', 'new-1', 'new-2');

const step = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), id: twinId }),
  fc.record({ kind: fc.constant('delete' as const), id: twinId }),
  fc.record({ kind: fc.constant('plant' as const), id: twinId }),
  fc.record({ kind: fc.constant('connect' as const), source: twinId, target: twinId }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(20_000) }),
  fc.record({
    kind: fc.constant('deletionJob' as const),
    outcome: fc.constantFrom('succeeded' as const, 'failed' as const, 'timeout' as const),
  }),
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function take(instance: Instance, clock: ManualClock, taken: Step): void {
  const { contents } = instance;
  switch (taken.kind) {
    case 'put': {
      const twin = makeTwin(taken.id, { number: clock.now() }, model, clock.now());
      instance.write(({ twins }) => {
        twins.put(taken.id, twin);
      });
      return;
    }
    case 'delete':
      if (contents.twins.get(taken.id) !== undefined) {
        instance.write(({ twins }) => {
          twins.delete(taken.id);
        });
      }
      return;
    case 'plant':
      instance.plantTwin({ $dtId: taken.id, $metadata: { $model: model }, number: clock.now() });
      assert.deepEqual(instance.indexed.counts, instance.counts);
      return;
    case 'connect': {
      const relationship = makeRelationship(taken.source, 'r', {}, taken.target, 'relatedTo');
      instance.write((written) => {
        written.putRelationship(relationship);
      });
      return;
    }
    case 'wait':
      clock.advance(taken.ms);
      return;
    case 'deletionJob':
      instance.deletion = { ...instance.deletion, outcome: taken.outcome };
      if (instance.deletionJobs.active === undefined) {
        instance.startDeletion(undefined, 15);
      }
  }
}

function everything({ models, twins, relationships }: Contents): unknown {
  return [models, twins, relationships].map((table) => ({ size: table.size, items: table.page(Infinity).items }));
}

describe('An instance', () => {
  it('shows queries, when they have caught up, just what there is', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const clock = new ManualClock();
        const instance = new Instance(clock, {
          graph: { twins: 60 },
          queryLagMs: lagMs,
          deletion: { durationMs: 30_000 },
        });
        for (const taken of steps) {
          take(instance, clock, taken);
        }
        const now = everything(instance.contents);
        instance.queryLagMs = 0;
        assert.deepEqual(everything(instance.indexed), now);
      }),
    );
  });

  it('counts as many items as its pages hold, whatever was written and deleted', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 20 }), (steps, limit) => {
        const clock = new ManualClock();
        const instance = new Instance(clock, { graph: { twins: 60 }, deletion: { durationMs: 30_000 } });
        for (const taken of steps) {
          take(instance, clock, taken);
          const { twins } = instance.contents;
          const ids: string[] = [];
          let page = twins.page(limit);
          ids.push(...page.items.map(({ $dtId }) => $dtId));
          while (page.next !== undefined) {
            page = twins.page(limit, page.next);
            ids.push(...page.items.map(({ $dtId }) => $dtId));
          }
          assert.equal(ids.length, twins.size);
          assert.equal(new Set(ids).size, ids.length);
          assert.ok(ids.every((id) => twins.get(id)?.$dtId === id));
        }
      }),
    );
  });

  it('holds nothing after a deletion that succeeded, unless written since', () => {
    const clock = new ManualClock();
    const instance = new Instance(clock, { graph: { twins: 60 }, deletion: { notStartedMs: 1000, durationMs: 1000 } });
    instance.startDeletion();
    take(instance, clock, { kind: 'put', id: 'new-1' });
    clock.advance(1_500);
    take(instance, clock, { kind: 'connect', source: 'new-1', target: 'building-1' });
    clock.advance(500);
    assert.deepEqual(instance.counts, { models: 0, twins: 0, relationships: 0 }, 'no relationship without its twins');
    assert.equal(instance.contents.relationships.get(relationshipKey('new-1', 'r')), undefined);
  });

  it('starts a job at once when it is asked to wait for nothing', () => {
    const clock = new ManualClock();
    const instance = new Instance(clock, { graph: { twins: 60 }, deletion: { notStartedMs: 0, durationMs: 0 } });
    const job = instance.startDeletion();
    assert.deepEqual(instance.deletionJobs.state(job), { status: 'succeeded', finishedAt: clock.now() });
    assert.deepEqual(instance.counts, { models: 0, twins: 0, relationships: 0 });
  });

  it('deletes a million twins in little time', () => {
    const clock = new ManualClock();
    const instance = new Instance(clock, {
      graph: { twins: 1_000_000 },
      deletion: { notStartedMs: 0, durationMs: 10 },
    });
    instance.startDeletion();
    for (let step = 0; step < 10; step += 1) {
      clock.advance(1);
      assert.ok(instance.counts.twins >= 0);
    }
    assert.equal(instance.counts.twins, 0);
  });
});
