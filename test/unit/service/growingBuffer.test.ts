import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { GrowingBuffer } from '../../../src/service/growingBuffer.ts';

describe('A growing buffer', () => {
  it('holds what was added, in its order, whatever room there was', () => {
    const part = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array());
    fc.assert(
      fc.property(fc.nat({ max: 20 }), fc.array(fc.array(part), { maxLength: 3 }), (room, rounds) => {
        const buffer = new GrowingBuffer(room);
        for (const parts of rounds) {
          buffer.clear();
          for (const each of parts) {
            if (typeof each === 'string') {
              buffer.addText(each);
            } else {
              buffer.add(Buffer.from(each));
            }
          }
          const expected = Buffer.concat(parts.map((each) => Buffer.from(each as string)));
          assert.ok(buffer.bytes.equals(expected));
        }
      }),
    );
  });

  it('takes a part of other bytes', () => {
    const buffer = new GrowingBuffer(1);
    buffer.add(Buffer.from('abcdef'), 2, 4);
    buffer.add(Buffer.from('abcdef'), 5);
    assert.equal(buffer.bytes.toString(), 'cdf');
  });
});
