import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Section } from '../../../src/backup/bulkFile.ts';
import { BulkItems, mayBeginSection, sectionOf } from '../../../src/backup/bulkItems.ts';
import type { Line } from '../../../src/backup/bulkLines.ts';

/** The items of a file, and how many of its lines were read. */
class File {
  readonly items: BulkItems;
  read = 0;

  constructor(...texts: string[]) {
    const lines = async function* (this: File): AsyncGenerator<Line> {
      for (const text of texts) {
        this.read += 1;
        yield await Promise.resolve({ number: this.read, text });
      }
    }.bind(this);
    this.items = new BulkItems(lines());
  }

  async texts(section: Section): Promise<string[]> {
    return (await this.lines(section)).map(({ text }) => text);
  }

  async lines(section: Section): Promise<Line[]> {
    const lines: Line[] = [];
    for await (const line of this.items.in(section)) {
      lines.push(line);
    }
    return lines;
  }
}

const header = ['{"Section":"Header"}', '{"fileVersion":"1.0.0"}'];
const whole = [
  ...header,
  '{"Section":"Models"}',
  '{"@id":"dtmi:a;1"}',
  '{"@id":"dtmi:b;1"}',
  '{"Section":"Twins"}',
  '{"$dtId":"a"}',
  '{"$dtId":"b"}',
  '{"Section":"Relationships"}',
  '{"$relationshipId":"r"}',
];

describe('The items of a file', () => {
  it('are given section by section, each with its line', async () => {
    const file = new File(...whole);
    assert.deepEqual(await file.lines('Header'), [{ number: 2, text: '{"fileVersion":"1.0.0"}' }]);
    assert.deepEqual(await file.lines('Models'), [
      { number: 4, text: '{"@id":"dtmi:a;1"}' },
      { number: 5, text: '{"@id":"dtmi:b;1"}' },
    ]);
    assert.deepEqual(await file.lines('Twins'), [
      { number: 7, text: '{"$dtId":"a"}' },
      { number: 8, text: '{"$dtId":"b"}' },
    ]);
    assert.deepEqual(await file.lines('Relationships'), [{ number: 10, text: '{"$relationshipId":"r"}' }]);
  });

  it('are given once', async () => {
    const file = new File(...whole);
    assert.equal((await file.lines('Twins')).length, 2);
    assert.deepEqual(await file.lines('Twins'), []);
    assert.deepEqual(await file.lines('Models'), []);
    assert.equal((await file.lines('Relationships')).length, 1);
    assert.deepEqual(await file.lines('Relationships'), []);
  });

  it('of sections that nobody asks for are passed over', async () => {
    assert.deepEqual(await new File(...whole).texts('Relationships'), ['{"$relationshipId":"r"}']);
  });

  it('are read no further than the section that is asked for', async () => {
    const file = new File(...whole);
    await file.lines('Models');
    assert.equal(file.read, whole.indexOf('{"Section":"Twins"}') + 1);
  });

  it('are none in a section that is not there, and those after it are whole', async () => {
    const file = new File(...header, '{"Section":"Twins"}', '{"$dtId":"a"}');
    assert.deepEqual(await file.texts('Models'), []);
    assert.deepEqual(await file.texts('Twins'), ['{"$dtId":"a"}']);
    assert.deepEqual(await file.texts('Relationships'), []);
  });

  it('are none in sections that are empty', async () => {
    const file = new File(
      '{"Section":"Header"}',
      '{"Section":"Models"}',
      '{"Section":"Twins"}',
      '{"Section":"Relationships"}',
      '{"$relationshipId":"r"}',
    );
    assert.deepEqual(await file.texts('Models'), []);
    assert.deepEqual(await file.texts('Twins'), []);
    assert.deepEqual(await file.texts('Relationships'), ['{"$relationshipId":"r"}']);
  });

  it('are none in a file without any', async () => {
    assert.deepEqual(await new File().texts('Twins'), []);
    assert.deepEqual(await new File(...header).texts('Twins'), []);
  });

  it('are no lines without text', async () => {
    const file = new File(...header, '', '{"Section":"Twins"}', '', '{"$dtId":"a"}', ' \t', '{"$dtId":"b"}', '');
    assert.deepEqual(
      (await file.lines('Twins')).map(({ number }) => number),
      [6, 8],
    );
  });

  it('may have a property of the name Section', async () => {
    const twins = [
      '{"$dtId":"a","Section":"Relationships"}',
      '{"Section":"Relationships","$dtId":"b"}',
      '{"$dtId":"c","map":{"Section":"Relationships"}}',
      `{"$dtId":"d","Section":"Relationships","text":"${'x'.repeat(300)}"}`,
      '{"$dtId":"e","text":"\\"Section\\""}',
    ];
    const file = new File(...header, '{"Section":"Twins"}', ...twins, '{"Section":"Relationships"}', '{"a":1}');
    assert.deepEqual(await file.texts('Twins'), twins);
    assert.deepEqual(await file.texts('Relationships'), ['{"a":1}']);
  });

  it('come behind section lines that are written with blanks', async () => {
    const file = new File('{"Section": "Header"}', '{"a":1}', ' { "Section" : "Twins" } ', '{"$dtId":"a"}');
    assert.deepEqual(await file.texts('Twins'), ['{"$dtId":"a"}']);
  });
});

describe('A line that begins a section', () => {
  it('has nothing but the name of the section', () => {
    assert.deepEqual(sectionOf({ Section: 'Twins' }), { known: 'Twins' });
    assert.equal(sectionOf({ Section: 'Twins', $dtId: 'a' }), undefined);
    assert.equal(sectionOf({}), undefined);
    assert.equal(sectionOf({ section: 'Twins' }), undefined);
  });

  it('names what is no section, whatever that is', () => {
    for (const name of ['X', 'twins', '', 7, null, ['Twins'], { Twins: 1 }]) {
      assert.deepEqual(sectionOf({ Section: name }), { unknown: name });
    }
  });

  it('is an object', () => {
    for (const value of ['Section', ['Section'], null, 7, true, undefined]) {
      assert.equal(sectionOf(value), undefined);
    }
    assert.equal(sectionOf(JSON.parse('{"__proto__":{"Section":"Twins"}}')), undefined);
  });

  it('is short and says so', () => {
    assert.equal(mayBeginSection({ number: 1, text: '{"Section":"Relationships"}' }), true);
    assert.equal(mayBeginSection({ number: 1, text: '{"$dtId":"a"}' }), false);
    assert.equal(mayBeginSection({ number: 1, text: `{"Section":"${'x'.repeat(200)}"}` }), false);
  });
});
