import { createHash, type Hash } from 'node:crypto';
import { open as openFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LocalFileError } from '../service/errors.ts';

/** Opens a file, as `open` of `node:fs/promises` does; passed in, so that tests can let a disk be full. */
export type OpenFile = (path: string, flags: string) => Promise<FileHandle>;

/** Bytes that are copied from one file to another at once. */
const copiedBytes = 1024 * 1024;

/**
 * A file that has its name only when it is whole: until then it is called `.partial`, and what becomes of a crash or a
 * full disk is never taken for the whole.
 *
 * Each operation throws LocalFileError.
 */
export class PartialFile {
  /** Where it is until it is complete. */
  readonly path: string;
  readonly #target: string;
  readonly #handle: FileHandle;
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;
  #isOpen = true;

  private constructor(target: string, path: string, handle: FileHandle) {
    this.#target = target;
    this.path = path;
    this.#handle = handle;
  }

  /**
   * Begins a file.
   *
   * @param target its path when it is complete; what is there stays until then
   */
  static async begin(target: string, open: OpenFile = openFile): Promise<PartialFile> {
    const path = `${target}.partial`;
    return named(path, async () => {
      // What a crash has left. Another who is just writing there notices in `complete` that this is no longer his.
      await rm(path, { force: true });
      return new PartialFile(target, path, await open(path, 'wx+'));
    });
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a text at the end. */
  async write(text: string): Promise<void> {
    await this.append(Buffer.from(text));
  }

  /** Adds bytes at the end. */
  async append(data: Buffer): Promise<void> {
    await named(this.path, () => this.#handle.appendFile(data));
    this.#hash.update(data);
    this.#bytes += data.length;
  }

  /** Adds all that another file holds at the end. */
  async appendFile(other: PartialFile, signal: AbortSignal): Promise<void> {
    const buffer = Buffer.alloc(Math.min(copiedBytes, Math.max(1, other.#bytes)));
    for (let position = 0; position < other.#bytes;) {
      signal.throwIfAborted();
      const { bytesRead } = await named(other.path, () => other.#handle.read(buffer, 0, buffer.length, position));
      if (bytesRead === 0) {
        throw new LocalFileError(other.path, 'write', new Error('It has become shorter than what was written.'));
      }
      await this.append(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
  }

  /**
   * Makes sure that all of it is on the disk and still what was written. It is not named yet.
   *
   * @returns the SHA-256 of all that was written, in hexadecimal digits
   */
  async settle(): Promise<string> {
    await named(this.path, async () => {
      await this.#handle.sync();
      const [own, there] = await Promise.all([this.#handle.stat(), stat(this.path)]);
      if (own.ino !== there.ino || own.dev !== there.dev || own.size !== this.#bytes) {
        throw new Error('Another program has changed it meanwhile.');
      }
      await this.#close();
    });
    return this.#hash.digest('hex');
  }

  /** Gives it its name; after {@link settle}. */
  async complete(): Promise<void> {
    await named(this.#target, () => rename(this.path, this.#target));
    await syncFolder(dirname(this.#target));
  }

  /** Removes it after {@link complete}: what it belongs to could not be completed. Never rejects. */
  async takeBack(): Promise<void> {
    await rm(this.#target, { force: true }).catch(() => undefined);
  }

  /** Removes it. Never rejects. */
  async discard(): Promise<void> {
    await this.#close().catch(() => undefined);
    await rm(this.path, { force: true }).catch(() => undefined);
  }

  async #close(): Promise<void> {
    if (this.#isOpen) {
      this.#isOpen = false;
      await this.#handle.close();
    }
  }
}

async function named<T>(path: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw error instanceof LocalFileError ? error : new LocalFileError(path, 'write', error);
  }
}

/** Lets a new name survive a loss of power, where the system can: Windows can't. */
async function syncFolder(path: string): Promise<void> {
  const folder = await openFile(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close().catch(() => undefined);
}
