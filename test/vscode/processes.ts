import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A command that ended with another exit code than 0; `output` is all that it printed. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly output: string;

  constructor(command: string, code: number | null, output: string) {
    super(`${command} ended with exit code ${code ?? 'none'}:\n${output}`);
    this.output = output;
  }
}

/**
 * Runs a command to its end and returns what it printed on stdout.
 *
 * @throws {CommandError} if it ends with another exit code than 0.
 */
export async function run(
  command: string,
  commandArguments: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const child = spawn(command, commandArguments, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    all += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    all += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    throw new CommandError([command, ...commandArguments].join(' '), code, all);
  }
  return stdout;
}

/**
 * The environment of this process without what npm and VS Code put there for their own child processes: npm would take
 * it for its options, VS Code's server for a request to behave as part of the VS Code whose terminal this is.
 */
export function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(npm_(package|lifecycle|command|config_local_prefix|config_prefix)|INIT_CWD$|VSCODE_|ELECTRON_)/i.test(name),
    ),
  );
}

/** Ends a process that was spawned `detached`, with all that it started, and waits for its end. */
export async function endGroup(child: ChildProcess, patienceInMs = 5000): Promise<void> {
  if (hasEnded(child)) {
    return;
  }
  const ended = once(child, 'exit');
  signalGroup(child, 'SIGTERM');
  const insist = setTimeout(() => {
    signalGroup(child, 'SIGKILL');
  }, patienceInMs);
  await ended;
  clearTimeout(insist);
  // Children of the process may outlive it by a moment, and hold its files.
  signalGroup(child, 'SIGKILL');
}

/** Sends a signal to the process group of a process that was spawned `detached`. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended already.
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/**
 * Lets Ctrl+C and a kill end this process through its `exit` event, in which it ends what it started; by default a
 * signal ends it without one.
 */
export function exitOnSignals(): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
}
