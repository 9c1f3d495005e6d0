import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  accountFolderVariable,
  behaviorFile,
  callsFile,
  commandFile,
  resultFile,
  type AccountBehavior,
  type AccountCall,
} from './behavior.ts';

/** A test's end of the test account: says how it behaves and sees what it was asked. */
export class TestAccount {
  readonly #folder: string;

  /** Has an empty folder for each test, or one that outlives a restart. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What the server needs in its environment, so that the account extension finds its folder. */
  get environment(): Record<string, string> {
    return { [accountFolderVariable]: this.#folder };
  }

  /** Sets how the account behaves from its next call on. */
  async behave(behavior: AccountBehavior): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await writeFile(path.join(this.#folder, behaviorFile), JSON.stringify(behavior));
  }

  /** Prepares what "Test Account: Run Prepared Command" calls, as other code would. */
  async prepareCommand(command: string, argument: unknown): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await rm(path.join(this.#folder, resultFile), { force: true });
    await writeFile(path.join(this.#folder, commandFile), JSON.stringify({ command, argument }));
  }

  /** What the prepared command returned, as `{ result }`; undefined while it has not returned. */
  async commandOutcome(): Promise<{ readonly result?: unknown } | undefined> {
    const file = path.join(this.#folder, resultFile);
    return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as { result?: unknown }) : undefined;
  }

  /** All calls so far, of all windows, the oldest first. */
  async calls(): Promise<AccountCall[]> {
    const file = path.join(this.#folder, callsFile);
    if (!existsSync(file)) {
      return [];
    }
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as AccountCall);
  }
}
