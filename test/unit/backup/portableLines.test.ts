import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortableLines } from '../../../src/backup/portableLines.ts';
import { GraphItems, type GraphPart } from '../../../src/service/graphReader.ts';
import { splitPage } from '../../../src/service/pageItems.ts';

// That a line has of an item what it must have is tested with portable.ts.

function pageOf(items: readonly string[]): GraphItems {
  const page = Buffer.from(`{"value":[${items.join(',')}]}`);
  return new GraphItems(splitPage(page).items, () => new Error('That is no item.'));
}

function linesOf(part: GraphPart, items: readonly string[]): string {
  return new PortableLines(part).of(pageOf(items)).toString();
}

describe('The lines of a page', () => {
  it('keep what is plain to the byte: order of members, escapes, numbers', () => {
    const twin =
      '{"$dtId":"a","$etag":"W/\\"1\\"","z":"\\u00dc\\/","10":1.0,"2":1E+2,"map":{"b":-0,"a":"é"},' +
      '"part":{"10":[null],"$metadata":{"$lastUpdateTime":"t","10":{}},"2":12345678901234567890},' +
      '"$metadata":{"$lastUpdateTime":"t","$model":"dtmi:m;1","map":{"$x":1}},"last":true}';
    assert.equal(
      linesOf('twins', [twin]),
      '{"$dtId":"a","$metadata":{"$model":"dtmi:m;1"},"z":"\\u00dc\\/","10":1.0,"2":1E+2,"map":{"b":-0,"a":"é"},' +
        '"part":{"$metadata":{},"10":[null],"2":12345678901234567890},"last":true}\n',
    );
    const relationship =
      '{"z":1.0,"$relationshipId":"r","$etag":"W/\\"1\\"","$sourceId":"a","$relationshipName":"n","10":"\\u00dc","$targetId":"b","2":1e2}';
    assert.equal(
      linesOf('relationships', [relationship]),
      '{"$dtId":"a","$relationshipId":"r","$targetId":"b","$relationshipName":"n","z":1.0,"10":"\\u00dc","2":1e2}\n',
    );
  });

  it('are the same by either way, side by side', () => {
    const plain = '{"$dtId":"a","p":1.0,"part":{"$metadata":{},"q":2},"$metadata":{"$model":"dtmi:m;1"}}';
    const withSpaces = plain.replaceAll(/([:,])/g, '$1 ').replace('dtmi: m', 'dtmi:m');
    const withNull = plain.replace('"$metadata":{}', '"$metadata":{"$model":null}');
    const withTwoIds = plain.replace('"a"', '"other","$dtId":"a"');
    const lines = linesOf('twins', [plain, withSpaces, withNull, withTwoIds, plain, '{"$dtId":"a"}', plain]).split(
      '\n',
    );
    const expected = '{"$dtId":"a","$metadata":{"$model":"dtmi:m;1"},"p":1.0,"part":{"$metadata":{},"q":2}}';
    const without = '{"$dtId":"a","$metadata":{}}';
    assert.deepEqual(lines, [expected, expected, expected, expected, expected, without, expected, '']);
  });

  it('are made of pages of all sizes, one after the other', () => {
    const lines = new PortableLines('relationships');
    for (const [count, length] of [
      [1000, 4000],
      [3, 1],
      [0, 0],
      [1, 3_000_000],
      [1, 10],
    ] as const) {
      const text = 'ü'.repeat(length);
      const items = Array.from(
        { length: count },
        (_, index) =>
          `{"$relationshipId":"${index}","$sourceId":"a","$relationshipName":"n","$targetId":"b",${index % 2 ? ' ' : ''}"t":"${text}"}`,
      );
      const expected = items.map(
        (_, index) =>
          `{"$dtId":"a","$relationshipId":"${index}","$targetId":"b","$relationshipName":"n","t":"${text}"}\n`,
      );
      assert.ok(lines.of(pageOf(items)).equals(Buffer.from(expected.join(''))));
    }
  });

  it('are not made of an item that is none', () => {
    assert.throws(() => linesOf('twins', ['{"$dtId":}']), { message: 'That is no item.' });
    assert.throws(() => linesOf('relationships', ['[]']), { message: 'That is no item.' });
  });
});
