import { createReadStream, createWriteStream } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { createInterface } from 'node:readline';
import { getHeapSpaceStatistics } from 'node:v8';
import { Backup } from '../../../src/backup/backup.ts';
import { relationshipToCreate } from '../../../src/backup/portable.ts';
import { Restore } from '../../../src/backup/restore.ts';
import { TransferProgress } from '../../../src/backup/transferProgress.ts';
import { validate } from '../../../src/backup/validation.ts';
import { ContentsCounter } from '../../../src/jobs/contentsCounter.ts';
import { queryLagInMs } from '../../../src/jobs/contents.ts';
import { ExclusiveUse } from '../../../src/jobs/exclusiveUse.ts';
import { systemClock, type Clock } from '../../../src/service/clock.ts';
import { DataPlane } from '../../../src/service/dataPlane.ts';
import type { JsonObject } from '../../../src/service/exactJson.ts';
import { InstanceHost } from '../../../src/service/instanceHost.ts';
import '../../../src/service/instancePipeline.ts';
import { systemRandomHex } from '../../../src/service/random.ts';
import { makeToken } from '../../simulator/bearer.ts';
import { MemoryLocks } from '../../support/memoryLocks.ts';
import type { Order, Report } from './orders.ts';

/** As many as a restore has under way. */
const parallel = 64;

const token = makeToken({ expiresInSeconds: 24 * 3600 });
const order = JSON.parse(process.argv[2] ?? '') as Order;
const host = InstanceHost.parse(order.address, [order.address]);

const tasks: Readonly<Record<Order['task'], () => Promise<{ items: number; waitedMs?: number }>>> = {
  'read bare': readBare,
  'back up': backUp,
  'put bare': putBare,
  restore,
};

const memory = watchMemory();
const began = performance.now();
const { items, waitedMs = 0 } = await tasks[order.task]();
const report: Report = { ms: performance.now() - began - waitedMs, ...memory.peak(), items };
console.log(JSON.stringify(report));

/** Requests the pages one after the other and writes them as they are: the least that a backup can do. */
async function readBare(): Promise<{ items: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const out = createWriteStream(order.file);
  let count = 0;
  for (const query of ['SELECT * FROM DIGITALTWINS', 'SELECT * FROM RELATIONSHIPS']) {
    for (let continuationToken: string | undefined, isFirst = true; isFirst || continuationToken !== undefined;) {
      isFirst = false;
      const body = await send(agent, 'POST', '/query', JSON.stringify({ query, continuationToken }), {
        'max-items-per-page': '1000',
      });
      if (!out.write(body)) {
        await once(out, 'drain');
      }
      // The token alone: what the loop can't do without.
      continuationToken = /"continuationToken":"([^"]+)"\}$/.exec(body.subarray(-500).toString())?.[1];
      count += 1000;
    }
  }
  out.end();
  await finished(out);
  return { items: count };
}

async function backUp(): Promise<{ items: number }> {
  const progress = new TransferProgress(systemClock);
  const signal = new AbortController().signal;
  const made = await new Backup(parts(systemClock)).make({
    ...{ host, target: order.file, signal, progress },
    signIn: () => Promise.resolve(false),
  });
  const { twins = 0, relationships = 0 } = made?.manifest.counts.inFile ?? {};
  return { items: twins + relationships };
}

/** Reads the file and sends the same requests, so many at once: the least that a restore can do. */
async function putBare(): Promise<{ items: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: parallel });
  const lines = createInterface(createReadStream(order.file))[Symbol.asyncIterator]();
  const until = async function* (section: string): AsyncGenerator<string> {
    const end = JSON.stringify({ Section: section });
    for (let next = await lines.next(); next.done !== true && next.value !== end; next = await lines.next()) {
      yield next.value;
    }
  };
  const header = until('Models');
  while ((await header.next()).done !== true);
  const models: string[] = [];
  for await (const line of until('Twins')) {
    models.push(line);
  }
  await send(agent, 'POST', '/models', `[${models.join(',')}]`);
  const headers = {
    'if-none-match': '*',
    accept: 'application/json',
    'user-agent': 'bench/0.0.0',
    traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
  };
  let count = 0;
  const all = async (section: string, put: (line: string) => Promise<unknown>): Promise<void> => {
    const left = until(section);
    const worker = async (): Promise<void> => {
      for (let next = await left.next(); next.done !== true; next = await left.next()) {
        await put(next.value);
        count += 1;
      }
    };
    await Promise.all(Array.from({ length: parallel }, worker));
  };
  await all('Relationships', (line) => {
    const { $dtId } = JSON.parse(line) as { $dtId: string };
    return send(agent, 'PUT', `/digitaltwins/${$dtId}`, line, headers);
  });
  await all('no further section', (line) => {
    const relationship = JSON.parse(line) as JsonObject & { $dtId: string; $relationshipId: string };
    const path = `/digitaltwins/${relationship.$dtId}/relationships/${relationship.$relationshipId}`;
    return send(agent, 'PUT', path, JSON.stringify(relationshipToCreate(relationship)), headers);
  });
  agent.destroy();
  return { items: count };
}

async function restore(): Promise<{ items: number; waitedMs: number }> {
  // The wait before the last count is the service's lag, and no work.
  const clock: Clock = {
    ...systemClock,
    delay: (milliseconds, signal) => systemClock.delay(milliseconds === queryLagInMs ? 0 : milliseconds, signal),
  };
  const signal = new AbortController().signal;
  const begun = performance.now();
  const { contents } = await validate(order.file, signal);
  const waitedMs = performance.now() - begun;
  const { createsPerSecond } = order;
  const result = await new Restore({
    ...parts(clock),
    ...(createsPerSecond !== undefined && { createsPerSecond: createsPerSecond === 0 ? Infinity : createsPerSecond }),
  }).run({
    ...{ host, file: order.file, contents, decommissionedModels: [], signal, progress: new TransferProgress(clock) },
    signIn: () => Promise.resolve(false),
  });
  const { twins, relationships } = result.created;
  if (twins !== contents.twins || relationships !== contents.relationships) {
    throw new Error(`Not all was restored: ${JSON.stringify(result)}`);
  }
  return { items: twins + relationships, waitedMs };
}

function parts(clock: Clock): ConstructorParameters<typeof Backup>[0] {
  const silent = (): void => undefined;
  const log = { trace: silent, info: silent, warn: silent, error: console.error };
  const dataPlane = new DataPlane({
    credentialOf: () => ({ getToken: () => Promise.resolve({ token, expiresOnTimestamp: 0 }) }),
    ...{ clock, log, randomHex: systemRandomHex, userAgent: 'bench/0.0.0' },
  });
  const counter = new ContentsCounter(dataPlane, clock);
  const uses = new ExclusiveUse(new MemoryLocks(clock));
  return { dataPlane, counter, uses, clock, log, randomHex: systemRandomHex, madeBy: 'bench' };
}

async function send(
  agent: Agent,
  method: string,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(
      `${host.origin}${path}?api-version=2023-10-31`,
      {
        method,
        agent,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const whole = Buffer.concat(chunks);
          if (answer.statusCode !== undefined && answer.statusCode < 300) {
            resolve(whole);
          } else {
            reject(new Error(`${method} ${path}: ${answer.statusCode ?? 0} ${whole.toString()}`));
          }
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Watches how much memory the process takes, from now on. */
function watchMemory(): { peak: () => Pick<Report, 'peakMb' | 'newSpaceMb'> } {
  const before = process.memoryUsage.rss();
  const newBefore = newSpace();
  let peak = before;
  let newAtPeak = newBefore;
  const look = (): void => {
    const rss = process.memoryUsage.rss();
    if (rss > peak) {
      peak = rss;
      newAtPeak = newSpace();
    }
  };
  setInterval(look, 10).unref();
  return {
    peak: () => {
      look();
      return { peakMb: (peak - before) / 2 ** 20, newSpaceMb: (newAtPeak - newBefore) / 2 ** 20 };
    },
  };
}

function newSpace(): number {
  const spaces = getHeapSpaceStatistics().filter(({ space_name }) => space_name.startsWith('new_'));
  return spaces.reduce((sum, { space_size }) => sum + space_size, 0);
}
