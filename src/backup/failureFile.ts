import { open, rm, type FileHandle } from 'node:fs/promises';
import { LocalFileError, type ServiceError } from '../service/errors.ts';
import { errorCodes } from '../service/deleteJob.ts';
import { errorWords } from '../service/errorText.ts';
import { parseExact } from '../service/exactJson.ts';
import type { Log } from '../service/log.ts';
import type { Section } from './bulkFile.ts';
import type { Line } from './bulkLines.ts';

/**
 * The items that could not be restored, each with its line, the reason and all of itself: one JSON object a line. There is
 * no file as long as nothing has failed.
 */
export class FailureFile {
  readonly path: string;
  readonly #log: Log;
  #handle: FileHandle | undefined;
  #last: Promise<void> = Promise.resolve();
  #count = 0;
  #isWhole = true;

  constructor(path: string, log: Log) {
    this.path = path;
    this.#log = log;
  }

  /** How many items have failed. */
  get count(): number {
    return this.#count;
  }

  /** Whether all of them are in the file: it may not be writable, which keeps nothing else from being restored. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Adds an item that was refused. */
  async add(section: Section, { number, text }: Line, error: ServiceError): Promise<void> {
    this.#count += 1;
    const [code = `${error.status}`] = errorCodes(error.error);
    const reason = errorWords(error.error);
    const { traceparent } = error.exchange;
    const entry = { line: number, section, code, reason, traceparent, item: parseExact(text) };
    // One after the other: a file takes no two writes at once.
    this.#last = this.#last.then(() => this.#append(`${JSON.stringify(entry)}\n`));
    await this.#last;
  }

  /** Closes the file; one of an earlier attempt goes where this one had no failure. Never rejects. */
  async close(isComplete: boolean): Promise<void> {
    await this.#last;
    try {
      if (this.#handle) {
        await this.#handle.close();
      } else if (isComplete) {
        await rm(this.path, { force: true });
      }
    } catch (cause) {
      this.#lost(cause);
    }
  }

  async #append(text: string): Promise<void> {
    try {
      this.#handle ??= await open(this.path, 'w');
      await this.#handle.appendFile(text);
    } catch (cause) {
      this.#lost(cause);
    }
  }

  #lost(cause: unknown): void {
    if (this.#isWhole) {
      this.#isWhole = false;
      const { message } = new LocalFileError(this.path, 'write', cause);
      this.#log.error(`The items that could not be restored can't be written to ${this.path}: ${message}`);
    }
  }
}
