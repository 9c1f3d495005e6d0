import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryFolder } from '../../vscode/cache.ts';
import { exitOnSignals } from '../../vscode/processes.ts';
import type { Order, Report } from './orders.ts';

/**
 * Measures backup and restore against simulated instances, each process on its own: the instance, and the one that is
 * measured. What counts are the relations within one run, for machines differ and have other work to do.
 */
const { values } = parseArgs({
  options: {
    /** Twins of the backup that is compared with a bare loop; there are twice as many relationships. */
    twins: { type: 'string', default: '200000' },
    /** Items of the restore without a limit, an eighth of which are restored with one: a third of them are twins. */
    creations: { type: 'string', default: '120000' },
    rounds: { type: 'string', default: '3' },
  },
});
const twins = Number(values.twins);
const creations = Number(values.creations);
const rounds = Number(values.rounds);

exitOnSignals();
const folder = await mkdtemp(path.join(tmpdir(), 'bench-transfers-'));
const file = path.join(folder, 'instance.ndjson');
try {
  await backups();
  await sizes();
  await restores();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function backups(): Promise<void> {
  const bare: Report[] = [];
  const backup: Report[] = [];
  await withInstance({ twins }, async (instance) => {
    for (let round = 0; round < rounds; round++) {
      bare.push(await measure(instance, { task: 'read bare', file: path.join(folder, 'bare') }));
      backup.push(await measure(instance, { task: 'back up', file }));
    }
  });
  const [least, own] = [median(bare, 'ms'), median(backup, 'ms')];
  print(`Backup of ${number(twins)} twins and ${number(2 * twins)} relationships, median of ${rounds}`, [
    ['', 's', '÷ bare loop', 'peak memory growth, MB (of it V8 for new objects)'],
    ['bare loop: the same pages, one after the other, written as they are', seconds(least), '1.00', mb(bare)],
    ['backup', seconds(own), (own / least).toFixed(2), mb(backup)],
  ]);
}

/** Whether time and memory stay the same for each twin, whatever the size. */
async function sizes(): Promise<void> {
  const rows: string[][] = [];
  let first: number | undefined;
  for (const size of [twins / 20, twins / 2, twins * 5, twins * 10]) {
    const report = await withInstance({ twins: size }, (instance) => measure(instance, { task: 'back up', file }));
    const perTwin = (report.ms * 1000) / size;
    first ??= perTwin;
    const { size: bytes } = await stat(file);
    rows.push([
      number(size),
      seconds(report.ms),
      perTwin.toFixed(1),
      (perTwin / first).toFixed(2),
      mb([report]),
      (bytes / 2 ** 20).toFixed(0),
    ]);
  }
  print('Backups of all sizes, with two relationships for each twin', [
    ['twins', 's', 'µs a twin', '÷ smallest', 'peak memory growth, MB (of it V8 for new objects)', 'file, MB'],
    ...rows,
  ]);
}

async function restores(): Promise<void> {
  const limit = 500;
  await makeFile(creations / 8);
  const limited = await withInstance({ twins: 0, createsRate: limit }, (instance) =>
    measure(instance, { task: 'restore', file }),
  );
  await makeFile(creations);
  const rate = (report: Report): number => (report.items * 1000) / report.ms;
  const bare: Report[] = [];
  const own: Report[] = [];
  for (let round = 0; round < rounds; round++) {
    bare.push(await withInstance({ twins: 0 }, (instance) => measure(instance, { task: 'put bare', file })));
    own.push(
      await withInstance({ twins: 0 }, (instance) => measure(instance, { task: 'restore', file, createsPerSecond: 0 })),
    );
  }
  const most = rate(middle(bare));
  const reached = rate(middle(own));
  print(`Restore of ${number(creations)} items, and of ${number(creations / 8)} with a limit`, [
    ['', 'creations a second', 'share of', '', 'peak memory growth, MB (of it V8 for new objects)'],
    [
      'to an instance that takes 500 a second',
      rate(limited).toFixed(0),
      'that limit',
      share(rate(limited), limit),
      mb([limited]),
    ],
    ['bare loop of 64 parallel PUTs, no limit', most.toFixed(0), '', '', mb(bare)],
    ['to the same instance, own bound off', reached.toFixed(0), 'the bare loop', share(reached, most), mb(own)],
  ]);
}

/** Makes a file of so many items. */
async function makeFile(items: number): Promise<void> {
  const twins = Math.round(items / 3);
  await withInstance({ twins }, (instance) => measure(instance, { task: 'back up', file }));
}

interface Instance {
  readonly address: string;
  readonly certificateFile: string;
}

async function withInstance<T>(
  { twins: count, createsRate }: { twins: number; createsRate?: number },
  use: (instance: Instance) => Promise<T>,
): Promise<T> {
  const child = spawn(
    process.execPath,
    [
      path.join(repositoryFolder, 'test/simulator/cli.ts'),
      ...['--port', '0', '--query-lag-seconds', '0', '--twins', String(count), '--relationships', String(2 * count)],
      ...(count === 0 ? ['--models', '0'] : []),
      ...(createsRate === undefined ? [] : ['--creates-rate', String(createsRate)]),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const end = (): void => {
    child.kill();
  };
  process.once('exit', end);
  try {
    return await use(await untilReady(child.stdout));
  } finally {
    process.off('exit', end);
    child.kill();
    await once(child, 'close');
  }
}

async function untilReady(output: AsyncIterable<Buffer>): Promise<Instance> {
  let text = '';
  for await (const chunk of output) {
    text += chunk.toString();
    const address = /https:\/\/(\S+)/.exec(text)?.[1];
    const certificateFile = /Certificate: (\S+\.pem)\b/.exec(text)?.[1];
    if (address !== undefined && certificateFile !== undefined) {
      return { address, certificateFile };
    }
  }
  throw new Error(`The simulated instance did not start: ${text}`);
}

async function measure({ address, certificateFile }: Instance, order: Omit<Order, 'address'>): Promise<Report> {
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'client.ts'), JSON.stringify({ ...order, address })],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_EXTRA_CA_CERTS: certificateFile } },
  );
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    throw new Error(`${order.task} has failed.`);
  }
  return JSON.parse(text) as Report;
}

function middle(reports: readonly Report[]): Report {
  const sorted = [...reports].sort((one, other) => one.ms - other.ms);
  const report = sorted[Math.floor(sorted.length / 2)];
  if (!report) {
    throw new Error('Nothing was measured.');
  }
  return report;
}

function median(reports: readonly Report[], field: 'ms'): number {
  return middle(reports)[field];
}

/** The highest growth of the memory, and how much of it is V8's space for new objects. */
function mb(reports: readonly Report[]): string {
  const [highest] = [...reports].sort((one, other) => other.peakMb - one.peakMb);
  return highest ? `${highest.peakMb.toFixed(0)} (${highest.newSpaceMb.toFixed(0)})` : '';
}

function share(part: number, whole: number): string {
  return `${((part / whole) * 100).toFixed(0)} %`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function print(title: string, [head = [], ...rows]: readonly string[][]): void {
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows];
  console.log(`\n${title}\n\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`);
}
