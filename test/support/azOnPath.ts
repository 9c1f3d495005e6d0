import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A stand-in for the Azure CLI on the PATH of a VS Code. */
export interface AzOnPath {
  /** What VS Code needs in its environment to find it, and nothing else of that name. */
  readonly environment: Readonly<Record<string, string>>;
  /** Signs in or out, as `az login` and `az logout` do. */
  signIn(isSignedIn: boolean): Promise<void>;
}

/**
 * Puts an `az` into a folder that gives tokens of this account which the simulated servers take: for the resource and
 * tenant that it is asked for, while somebody is signed in.
 */
export async function azOnPath(folder: string, account: { user: string; tenantId: string }): Promise<AzOnPath> {
  await mkdir(folder, { recursive: true });
  const mark = path.join(folder, 'signed-in');
  const program = path.join(folder, 'az');
  await writeFile(program, source(mark, account));
  await chmod(program, 0o755);
  return {
    // Started from a shell, as that variable says, VS Code keeps the PATH of it; else it asks a login shell for one.
    environment: { PATH: [folder, process.env['PATH']].join(path.delimiter), VSCODE_CLI: '1' },
    signIn: (isSignedIn) => (isSignedIn ? writeFile(mark, '') : rm(mark, { force: true })),
  };
}

function source(mark: string, { user, tenantId }: { user: string; tenantId: string }): string {
  return `#!${process.execPath}
const { existsSync } = require('node:fs');
const value = (name) => process.argv[process.argv.indexOf(name) + 1];
if (!existsSync(${JSON.stringify(mark)})) {
  process.stderr.write("ERROR: Please run 'az login' to setup account.\\n");
  process.exit(1);
}
const now = Math.floor(Date.now() / 1000);
const tid = process.argv.includes('--tenant') ? value('--tenant') : ${JSON.stringify(tenantId)};
const claims = { aud: value('--resource'), tid, upn: ${JSON.stringify(user)}, iat: now, exp: now + 3600 };
const parts = [{ alg: 'none', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
console.log(JSON.stringify({ accessToken: [...parts, ''].join('.'), expires_on: claims.exp, tokenType: 'Bearer' }));
`;
}
