import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import split from 'split2';
import { LocalFileError } from '../service/errors.ts';

/** A line of a file. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its end. */
  readonly text: string;
}

/** Bytes that are read at once: little enough that what is made of them does not hold up others. */
const readBytes = 128 * 1024;

/** Characters of a line beyond which the file is no bulk file: a model has 1 MB at the most. */
const longestLine = 8 * 1024 * 1024;

/**
 * The lines of a file as they come from the disk. Lines end with LF or CRLF, and with nothing else: a line separator of
 * Unicode is a character like any other. A byte order mark at the beginning is left out.
 */
export class BulkLines {
  readonly #path: string;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Bytes that were read so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** SHA-256 of all that was read, in hexadecimal digits; to be asked for once, at the end. */
  digest(): string {
    return this.#hash.digest('hex');
  }

  /**
   * Reads the lines.
   *
   * @throws LocalFileError when the file can't be read; the signal's reason when that aborts
   */
  async *read(signal: AbortSignal): AsyncGenerator<Line> {
    const counted = async function* (this: BulkLines, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        this.#hash.update(chunk);
        this.#bytes += chunk.length;
        yield chunk;
      }
    }.bind(this);
    const file = createReadStream(this.#path, { highWaterMark: readBytes, signal });
    // Whoever reads the lines learns of what fails.
    const texts = pipeline(file, counted, split({ maxLength: longestLine }), () => undefined);
    let number = 0;
    try {
      for await (const text of texts as AsyncIterable<string>) {
        number += 1;
        yield { number, text: number === 1 && text.startsWith('\ufeff') ? text.slice(1) : text };
      }
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof Error && 'code' in error && 'syscall' in error
        ? new LocalFileError(this.#path, 'read', error)
        : error;
    }
  }
}
