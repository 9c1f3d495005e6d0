import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryFolder } from './jobSetup.ts';

/** What a credential may look at, besides the programs on PATH. */
const variables = [
  'AZURE_TENANT_ID',
  'AZURE_CLIENT_ID',
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PATH',
  'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  'AZURE_USERNAME',
  'AZURE_PASSWORD',
  'AZURE_FEDERATED_TOKEN_FILE',
  'AZURE_TOKEN_CREDENTIALS',
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
];

/** Makes these the only programs and variables that a credential finds, until the test is over. */
export function setEnvironment(test: TestContext, environment: Readonly<Record<string, string>>): void {
  const before = process.env;
  test.after(() => {
    process.env = before;
  });
  const others = Object.entries(before).filter(([name]) => !variables.includes(name));
  process.env = { ...Object.fromEntries(others), PATH: '', ...environment };
}

/** A program that takes the place of a real one. */
export interface StandIn {
  /** The folder that has nothing but it, for PATH. */
  readonly folder: string;
  /** The arguments of each call so far. */
  calls(): Promise<string[][]>;
}

/** What a stand-in does: JavaScript, with the arguments in `args`. */
export async function standIn(test: TestContext, name: string, does: string): Promise<StandIn> {
  const folder = await temporaryFolder(test);
  const calls = join(folder, 'calls');
  const source = [
    `#!${process.execPath}`,
    'const args = process.argv.slice(2);',
    `require('node:fs').appendFileSync(${JSON.stringify(calls)}, JSON.stringify(args) + '\\n');`,
    'const fail = (text, code = 1) => { process.stderr.write(text + "\\n"); process.exit(code); };',
    does,
  ];
  await writeFile(join(folder, name), source.join('\n'));
  await chmod(join(folder, name), 0o755);
  return {
    folder,
    calls: async () => {
      const lines = await readFile(calls, 'utf8').catch(() => '');
      return lines
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as string[]);
    },
  };
}

/**
 * An `az` that takes what the real one takes for `account get-access-token` (its arguments are declared in
 * https://github.com/Azure/azure-cli, src/azure-cli/azure/cli/command_modules/profile/__init__.py) and refuses the rest.
 *
 * @param does what it does then, JavaScript: `print` is for the answer
 */
export function standInAz(test: TestContext, does: string): Promise<StandIn> {
  return standIn(
    test,
    'az',
    `const text = (short) => ({ type: 'string', ...(short && { short }) });
    try {
      const options = { output: text('o'), resource: text(), 'resource-type': text(), scope: text(),
        tenant: text('t'), subscription: text('s') };
      const { positionals } = require('node:util').parseArgs({ args, options, allowPositionals: true });
      if (positionals.join(' ') !== 'account get-access-token') throw new Error(positionals.join(' '));
    } catch (error) {
      fail('ERROR: unrecognized arguments: ' + error.message, 2);
    }
    const print = (answer) => process.stdout.write(JSON.stringify(answer, undefined, 2));
    ${does}`,
  );
}

/** The beginning of a JSON Web Token: what must come into no log. */
export const secretToken = 'eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJhZHQifQ.c2lnbmF0dXJl';
