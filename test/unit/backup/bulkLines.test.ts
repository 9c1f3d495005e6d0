import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../../src/backup/bulkFile.ts';
import { BulkLines, type Line } from '../../../src/backup/bulkLines.ts';
import { LocalFileError } from '../../../src/service/errors.ts';
import { temporaryFolder } from '../../support/jobSetup.ts';

const never = new AbortController().signal;

/** As many bytes as are read at once. */
const chunk = 128 * 1024;

async function fileOf(test: TestContext, content: string | Buffer): Promise<string> {
  const path = join(await temporaryFolder(test), 'backup.ndjson');
  await writeFile(path, content);
  return path;
}

function linesOf(path: string): Promise<Line[]> {
  return all(new BulkLines(path).read(never));
}

async function all(lines: AsyncIterable<Line>): Promise<Line[]> {
  const read: Line[] = [];
  for await (const line of lines) {
    read.push(line);
  }
  return read;
}

async function textsOf(test: TestContext, content: string | Buffer): Promise<string[]> {
  return (await linesOf(await fileOf(test, content))).map(({ text }) => text);
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

describe('The lines of a file', () => {
  for (const mark of ['', '\ufeff']) {
    for (const [ends, content] of [
      ['LF', 'a\nb\nc\n'],
      ['CRLF', 'a\r\nb\r\nc\r\n'],
      ['both', 'a\r\nb\nc\r\n'],
      ['LF, but for the last', 'a\nb\nc'],
      ['CRLF, but for the last', 'a\r\nb\r\nc'],
    ] as const) {
      it(`end with ${ends}, ${mark === '' ? 'without' : 'with'} a byte order mark before them`, async (test) => {
        assert.deepEqual(await textsOf(test, `${mark}${content}`), ['a', 'b', 'c']);
      });
    }
  }

  it('are counted from 1, empty ones too', async (test) => {
    assert.deepEqual(await linesOf(await fileOf(test, '\n\r\na\n\n b \n\n')), [
      { number: 1, text: '' },
      { number: 2, text: '' },
      { number: 3, text: 'a' },
      { number: 4, text: '' },
      { number: 5, text: ' b ' },
      { number: 6, text: '' },
    ]);
  });

  it('are none where there is nothing', async (test) => {
    assert.deepEqual(await textsOf(test, ''), []);
    assert.deepEqual(await textsOf(test, '\n'), ['']);
    assert.deepEqual(await textsOf(test, '\ufeff\n'), ['']);
  });

  it('do not end at other characters that end lines elsewhere', async (test) => {
    const line = '"a\u2028b\u2029c\u0085d\u000be\u000cf\rg"';
    assert.deepEqual(await textsOf(test, `${line}\n${line}`), [line, line]);
  });

  it('keep a byte order mark that is not the first character', async (test) => {
    assert.deepEqual(await textsOf(test, '\ufeff\ufeffa\n\ufeffb\n'), ['\ufeffa', '\ufeffb']);
  });

  it('are what was written between their ends, whatever that is', async (test) => {
    const path = await fileOf(test, '');
    const text = fc
      .array(fc.constantFrom('a', '\r', '\u2028', '\u2029', '\ufeff', 'é', '€', '😀', '"', ' '), { maxLength: 6 })
      // With the LF that ends the line, a CR at its end would be one end together.
      .map((parts) => parts.join('').replace(/\r+$/, ''));
    const line = fc.tuple(text, fc.constantFrom('\n', '\r\n'));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), text, fc.boolean(), async (whole, rest, isMarked) => {
        await writeFile(path, `${isMarked ? '\ufeff' : ''}${whole.flat().join('')}${rest}`);
        const written = [...whole.map(([each]) => each), ...(rest === '' ? [] : [rest])];
        // A mark of the text is taken for the file's, where the file has none of its own and the text is the first.
        const read = isMarked
          ? written
          : written.map((each, index) => (index === 0 ? each.replace(/^\ufeff/, '') : each));
        const hasNothingButMark = isMarked && written.length === 0;
        assert.deepEqual(
          (await linesOf(path)).map((each) => each.text),
          hasNothingButMark ? [''] : read,
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('The lines of a file that is read in many pieces', () => {
  for (const offset of [0, 1, 2, 3]) {
    it(`keep characters of many bytes that two pieces share, ${offset} bytes further`, async (test) => {
      const long = 'x'.repeat(offset) + '😀€é'.repeat(40_000);
      const lines = [long, ...Array.from({ length: 2000 }, (_, index) => `${index}${'😀'.repeat(60)}`), long];
      const content = lines.join('\n');
      assert.ok(Buffer.byteLength(content) > 8 * chunk);
      assert.deepEqual(await textsOf(test, content), lines);
    });
  }

  it('end once where the two characters of an end are in two pieces', async (test) => {
    const lines = ['x'.repeat(chunk - 1), 'y'];
    assert.deepEqual(await textsOf(test, lines.join('\r\n')), lines);
  });

  it('may be as long as the largest model', async (test) => {
    const lines = ['x'.repeat(limits.modelBytes), 'y'];
    assert.deepEqual(await textsOf(test, lines.join('\n')), lines);
  });
});

describe('Reading a file', () => {
  it('finds how many bytes it has and its SHA-256, marks and ends of lines included', async (test) => {
    const content = Buffer.concat([
      Buffer.from('\ufeffa\r\n\nb😀\u2028\n'.repeat(20_000)),
      Buffer.from([0xff, 0xf0, 0x9f]),
    ]);
    const lines = new BulkLines(await fileOf(test, content));
    const read = await all(lines.read(never));
    assert.equal(read.length, 60_001);
    assert.equal(lines.bytes, content.length);
    assert.equal(lines.digest(), sha256(content));
  });

  it('finds the SHA-256 of nothing', async (test) => {
    const lines = new BulkLines(await fileOf(test, ''));
    assert.deepEqual(await all(lines.read(never)), []);
    assert.equal(lines.bytes, 0);
    assert.equal(lines.digest(), sha256(''));
  });

  it('goes no further than its lines are asked for', async (test) => {
    const content = `${'x'.repeat(999)}\n`.repeat(10_000);
    const lines = new BulkLines(await fileOf(test, content));
    const reading = lines.read(never);
    await reading.next();
    const early = lines.bytes;
    assert.ok(early > 0 && early < content.length / 2, String(early));
    await all(reading);
    assert.equal(lines.bytes, content.length);
  });

  it('fails where there is no file, with its path', async (test) => {
    const path = join(await temporaryFolder(test), 'none.ndjson');
    await assert.rejects(linesOf(path), (error) => {
      assert.ok(error instanceof LocalFileError);
      assert.deepEqual([error.code, error.path, error.attempt], ['ENOENT', path, 'read']);
      return true;
    });
  });

  it('fails where a folder is in its place', async (test) => {
    const path = join(await temporaryFolder(test), 'folder.ndjson');
    await mkdir(path);
    await assert.rejects(linesOf(path), { name: 'LocalFileError', code: 'EISDIR' });
  });

  it('fails at a line that is longer than anything of an instance, and not before it', async (test) => {
    const path = await fileOf(test, `first\n${'x'.repeat(9 * 1024 * 1024)}\nlast\n`);
    const read: string[] = [];
    await assert.rejects(async () => {
      for await (const { text } of new BulkLines(path).read(never)) {
        read.push(text);
      }
    });
    assert.deepEqual(read, ['first']);
  });

  it('ends with the reason of a signal that was aborted before', async (test) => {
    const reason = new Error('Enough');
    const path = await fileOf(test, 'a\n');
    await assert.rejects(all(new BulkLines(path).read(AbortSignal.abort(reason))), (error) => error === reason);
  });

  it('ends with the reason of a signal that is aborted on the way', async (test) => {
    const reason = new Error('Enough');
    const stop = new AbortController();
    const path = await fileOf(test, `${'x'.repeat(999)}\n`.repeat(10_000));
    let count = 0;
    await assert.rejects(
      async () => {
        for await (const line of new BulkLines(path).read(stop.signal)) {
          count = line.number;
          if (count === 10) {
            stop.abort(reason);
          }
        }
      },
      (error) => error === reason,
    );
    assert.ok(count < 10_000, String(count));
  });

  it('can be left before the end, and begun anew', async (test) => {
    const path = await fileOf(test, 'a\nb\nc\n');
    for await (const { text } of new BulkLines(path).read(never)) {
      assert.equal(text, 'a');
      break;
    }
    assert.equal((await linesOf(path)).length, 3);
  });
});
