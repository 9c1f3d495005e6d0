import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, truncate, appendFile, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PartialFile, type OpenFile } from '../../../src/backup/partialFile.ts';
import { LocalFileError } from '../../../src/service/errors.ts';
import { temporaryFolder } from '../../support/jobSetup.ts';

const never = new AbortController().signal;

async function setUp(test: TestContext): Promise<{ folder: string; target: string; names: () => Promise<string[]> }> {
  const folder = await temporaryFolder(test);
  return { folder, target: join(folder, 'backup'), names: async () => (await readdir(folder)).toSorted() };
}

/** Begins a file that is closed after the test, whatever becomes of it. */
async function begin(test: TestContext, target: string, openFile?: OpenFile): Promise<PartialFile> {
  const file = await PartialFile.begin(target, openFile);
  test.after(() => file.discard());
  return file;
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A failure of a disk, as Node gives it. */
function failure(code: string): Error {
  return Object.assign(new Error(`${code}: the disk fails, write`), { code, syscall: 'write' });
}

/** Opens files of which one operation fails. */
function openWith(operation: 'appendFile' | 'sync' | 'read' | 'close', code: string): OpenFile {
  return async (path, flags) => {
    const handle: FileHandle = await open(path, flags);
    const close = handle.close.bind(handle);
    return Object.assign(handle, {
      [operation]: async (): Promise<never> => {
        if (operation === 'close') {
          await close();
        }
        throw failure(code);
      },
    });
  };
}

/** Whether an error names this file and this code. */
function of(path: string, code?: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof LocalFileError, String(error));
    assert.deepEqual([error.path, error.attempt], [path, 'write']);
    assert.equal(error.code, code ?? error.code);
    return true;
  };
}

describe('A file that is being written', () => {
  it('has its name only when it is complete', async (test) => {
    const { target, names } = await setUp(test);
    const file = await begin(test, target);
    assert.equal(file.path, `${target}.partial`);
    await file.write('one\n');
    assert.deepEqual(await names(), ['backup.partial']);
    await file.write('two\n');
    await file.settle();
    assert.deepEqual(await names(), ['backup.partial']);
    await file.complete();
    assert.deepEqual(await names(), ['backup']);
    assert.equal(await readFile(target, 'utf8'), 'one\ntwo\n');
  });

  it('may be empty', async (test) => {
    const { target, names } = await setUp(test);
    const file = await begin(test, target);
    assert.equal(await file.settle(), sha256(''));
    await file.complete();
    assert.deepEqual([await readFile(target, 'utf8'), await names(), file.bytes], ['', ['backup'], 0]);
  });

  it('knows its bytes and their SHA-256, whether it is given texts or bytes', async (test) => {
    const { target } = await setUp(test);
    const file = await begin(test, target);
    await file.write('Über\u2028');
    await file.append(Buffer.from([0xff, 0x00]));
    await file.write('😀\n');
    await file.write('');
    const content = Buffer.concat([Buffer.from('Über\u2028'), Buffer.from([0xff, 0x00]), Buffer.from('😀\n')]);
    assert.equal(file.bytes, content.length);
    assert.equal(await file.settle(), sha256(content));
    await file.complete();
    assert.deepEqual(await readFile(target), content);
  });

  it('leaves what has its name alone until it is complete, and replaces it then', async (test) => {
    const { target, names } = await setUp(test);
    await writeFile(target, 'earlier');
    const file = await begin(test, target);
    await file.write('later');
    await file.settle();
    assert.equal(await readFile(target, 'utf8'), 'earlier');
    await file.complete();
    assert.equal(await readFile(target, 'utf8'), 'later');
    assert.deepEqual(await names(), ['backup']);
  });

  it('begins anew where a crash has left one', async (test) => {
    const { target } = await setUp(test);
    await writeFile(`${target}.partial`, 'what a crash has left');
    const file = await begin(test, target);
    await file.write('new');
    assert.equal(await file.settle(), sha256('new'));
    await file.complete();
    assert.equal(await readFile(target, 'utf8'), 'new');
  });

  it('can not be begun in a folder that is not there', async (test) => {
    const { folder } = await setUp(test);
    const target = join(folder, 'none', 'backup');
    await assert.rejects(PartialFile.begin(target), of(`${target}.partial`, 'ENOENT'));
  });

  it('can not be begun where a folder is in its place', async (test) => {
    const { target, names } = await setUp(test);
    await mkdir(`${target}.partial`);
    await assert.rejects(PartialFile.begin(target), of(`${target}.partial`));
    assert.deepEqual(await names(), ['backup.partial']);
  });

  it('can not take the name of a folder, which stays', async (test) => {
    const { target, names } = await setUp(test);
    await mkdir(target);
    const file = await begin(test, target);
    await file.settle();
    await assert.rejects(file.complete(), of(target));
    await file.discard();
    assert.deepEqual(await names(), ['backup']);
  });
});

describe('A file that is given up', () => {
  it('leaves nothing', async (test) => {
    const { target, names } = await setUp(test);
    const file = await begin(test, target);
    await file.write('some');
    await file.discard();
    assert.deepEqual(await names(), []);
  });

  it('is closed, and so is one that is settled', async (test) => {
    const { target } = await setUp(test);
    const handles: FileHandle[] = [];
    const keep: OpenFile = async (path, flags) => {
      const handle = await open(path, flags);
      handles.push(handle);
      return handle;
    };
    await (await begin(test, target, keep)).discard();
    await (await begin(test, target, keep)).settle();
    assert.deepEqual(
      handles.map(({ fd }) => fd),
      [-1, -1],
    );
  });

  it('leaves nothing after it was settled', async (test) => {
    const { target, names } = await setUp(test);
    const file = await begin(test, target);
    await file.write('all');
    await file.settle();
    await file.discard();
    assert.deepEqual(await names(), []);
  });

  it('leaves what had its name before', async (test) => {
    const { target, names } = await setUp(test);
    await writeFile(target, 'earlier');
    const file = await begin(test, target);
    await file.write('later');
    await file.discard();
    assert.deepEqual([await names(), await readFile(target, 'utf8')], [['backup'], 'earlier']);
  });

  it('is not given up when it is complete', async (test) => {
    const { target, names } = await setUp(test);
    const file = await begin(test, target);
    await file.write('all');
    await file.settle();
    await file.complete();
    await file.discard();
    assert.deepEqual([await names(), await readFile(target, 'utf8')], [['backup'], 'all']);
  });

  it('can be given up again, and where its folder is gone', async (test) => {
    const { folder } = await setUp(test);
    await mkdir(join(folder, 'inner'));
    const file = await begin(test, join(folder, 'inner', 'backup'));
    await rm(join(folder, 'inner'), { recursive: true });
    await file.discard();
    await file.discard();
  });

  it('is given up without a word where it can not be closed', async (test) => {
    const { target, names } = await setUp(test);
    const file = await begin(test, target, openWith('close', 'EIO'));
    await file.discard();
    assert.deepEqual(await names(), []);
  });
});

describe('A file that another program touches meanwhile', () => {
  for (const [how, touch] of [
    [
      'replaced it',
      async (path: string): Promise<void> => {
        await rm(path);
        await writeFile(path, 'mine');
      },
    ],
    ['has put more at its end', (path: string): Promise<void> => appendFile(path, 'more')],
    ['made it shorter', (path: string): Promise<void> => truncate(path, 1)],
    ['removed it', (path: string): Promise<void> => rm(path)],
  ] as const) {
    it(`is not settled, nor has a name, when that ${how}`, async (test) => {
      const { target, names } = await setUp(test);
      const file = await begin(test, target);
      // As long as what comes in its place
      await file.write('ours');
      await touch(file.path);
      await assert.rejects(file.settle(), of(file.path));
      await file.discard();
      assert.ok(!(await names()).includes('backup'));
    });
  }

  it('is not settled when it was begun anew, as by another backup of the same name', async (test) => {
    const { target, names } = await setUp(test);
    const first = await begin(test, target);
    await first.write('first');
    const second = await begin(test, target);
    await second.write('other');
    await assert.rejects(first.settle(), of(first.path));
    assert.ok(!(await names()).includes('backup'));
    assert.equal(await second.settle(), sha256('other'));
    await second.complete();
    assert.equal(await readFile(target, 'utf8'), 'other');
  });
});

describe('A file on a disk that fails', () => {
  for (const code of ['ENOSPC', 'EIO', 'EDQUOT']) {
    it(`says so when it is written to: ${code}`, async (test) => {
      const { target, names } = await setUp(test);
      const file = await begin(test, target, openWith('appendFile', code));
      await assert.rejects(file.write('some'), of(file.path, code));
      await assert.rejects(file.append(Buffer.from('some')), of(file.path, code));
      assert.equal(file.bytes, 0);
      await file.discard();
      assert.deepEqual(await names(), []);
    });
  }

  it('is not settled unless all of it is on the disk', async (test) => {
    const { target, names } = await setUp(test);
    const file = await begin(test, target, openWith('sync', 'EIO'));
    await file.write('some');
    await assert.rejects(file.settle(), of(file.path, 'EIO'));
    await file.discard();
    assert.deepEqual(await names(), []);
  });

  it('is not settled when closing it says that it is full', async (test) => {
    const { target, names } = await setUp(test);
    const file = await begin(test, target, openWith('close', 'ENOSPC'));
    await file.write('some');
    await assert.rejects(file.settle(), of(file.path, 'ENOSPC'));
    await file.discard();
    assert.deepEqual(await names(), []);
  });

  it('says so when it can not be opened', async (test) => {
    const { target } = await setUp(test);
    const denied: OpenFile = () => Promise.reject(failure('EACCES'));
    await assert.rejects(PartialFile.begin(target, denied), of(`${target}.partial`, 'EACCES'));
  });
});

describe('A file that takes in another', () => {
  it('has all of it behind its own, however much that is', async (test) => {
    const { target, names } = await setUp(test);
    const [file, other] = [await begin(test, target), await begin(test, `${target}.other`)];
    await file.write('before\n');
    const lines = Array.from({ length: 60_000 }, (_, index) => `${index} Über 😀 and so on and so on and so on\n`);
    await other.write(lines.slice(0, 30_000).join(''));
    await other.write(lines.slice(30_000).join(''));
    assert.ok(other.bytes > 2.5 * 1024 * 1024, String(other.bytes));
    await file.appendFile(other, never);
    await file.write('after\n');
    const content = `before\n${lines.join('')}after\n`;
    assert.equal(file.bytes, Buffer.byteLength(content));
    assert.equal(await file.settle(), sha256(content));
    await file.complete();
    assert.equal(sha256(await readFile(target)), sha256(content));
    await other.discard();
    assert.deepEqual(await names(), ['backup']);
  });

  it('stays as it is where the other has nothing', async (test) => {
    const { target } = await setUp(test);
    const [file, other] = [await begin(test, target), await begin(test, `${target}.other`)];
    await file.write('own');
    await file.appendFile(other, never);
    assert.equal(file.bytes, 3);
    assert.equal(await file.settle(), sha256('own'));
  });

  it('fails when the other has become shorter', async (test) => {
    const { target } = await setUp(test);
    const [file, other] = [await begin(test, target), await begin(test, `${target}.other`)];
    await other.write('0123456789');
    await truncate(other.path, 4);
    await assert.rejects(file.appendFile(other, never), of(other.path));
  });

  it('names the other when that can not be read, and itself when it can not be written', async (test) => {
    const { target } = await setUp(test);
    const unreadable = await begin(test, `${target}.unreadable`, openWith('read', 'EIO'));
    const full = await begin(test, `${target}.full`, openWith('appendFile', 'ENOSPC'));
    const good = await begin(test, target);
    await unreadable.write('some');
    await good.write('some');
    await assert.rejects(good.appendFile(unreadable, never), of(unreadable.path, 'EIO'));
    await assert.rejects(full.appendFile(good, never), of(full.path, 'ENOSPC'));
  });

  it('ends with the reason of the signal', async (test) => {
    const { target } = await setUp(test);
    const [file, other] = [await begin(test, target), await begin(test, `${target}.other`)];
    await other.write('some');
    const reason = new Error('Enough');
    await assert.rejects(file.appendFile(other, AbortSignal.abort(reason)), (error) => error === reason);
    assert.equal(file.bytes, 0);
  });
});
