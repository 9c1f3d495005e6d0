import { appendFile, open, rm } from 'node:fs/promises';
import { JsonFile } from '../../src/jobs/jsonFile.ts';
import { FileLocks, type Lock } from '../../src/jobs/locks.ts';
import { SharedRequestTurns } from '../../src/jobs/requestTurns.ts';
import { systemClock } from '../../src/service/clock.ts';
import { InstanceHost } from '../../src/service/instanceHost.ts';
import { CollectedLog } from './collectedLog.ts';

// What another window does, in a process of its own; test/support/otherWindow.ts asks for it.

const [folder = '', staleInMs] = process.argv.slice(2);
const log = new CollectedLog();
const locks = new FileLocks(folder, log, staleInMs === undefined ? undefined : Number(staleInMs));
const held = new Map<string, Lock>();

function hold(name: string, lock: Lock): void {
  held.set(name, lock);
  lock.lost.addEventListener('abort', () => process.send?.({ lost: name }));
}

const acts = {
  tryTake: async (name: string): Promise<boolean> => {
    const lock = await locks.tryTake(name);
    if (lock) {
      hold(name, lock);
    }
    return lock !== undefined;
  },

  take: async (name: string): Promise<boolean> => {
    hold(name, await locks.take(name));
    return true;
  },

  release: async (name: string): Promise<boolean> => {
    await held.get(name)?.release();
    return true;
  },

  /** Frees all as at the end of the process, and ends it. */
  end: (): void => {
    locks.dispose();
    process.exit();
  },

  /** Enters a room for one, some times, and says how often somebody was in it. */
  visit: async (name: string, room: string, times: number): Promise<number> => {
    let met = 0;
    for (let time = 0; time < times; time++) {
      const lock = await locks.take(name);
      try {
        // Fails when the file is there: when somebody else is in the room.
        await (await open(room, 'wx')).close();
        await rm(room);
      } catch {
        met++;
      }
      await lock.release();
    }
    return met;
  },

  /** Changes a file some times, each time adding one entry. */
  addTo: async (path: string, prefix: string, times: number): Promise<boolean> => {
    const file = new JsonFile<readonly string[]>({
      path,
      locks,
      clock: systemClock,
      log,
      understand: (json) => ({ value: json as string[], isWhole: true }),
      empty: [],
      setAside: () => undefined,
    });
    for (let time = 0; time < times; time++) {
      await file.change((before) => [...before, `${prefix}-${time}`]);
    }
    return true;
  },

  /** Sends simulated requests, all asked for at once: each comes and goes in a file that stands for the server. */
  request: async (hostname: string, server: string, who: string, times: number): Promise<boolean> => {
    const turns = new SharedRequestTurns(locks, systemClock, log);
    const host = InstanceHost.parse(hostname);
    await Promise.all(
      Array.from({ length: times }, async (_, number) => {
        const giveBack = await turns.take(host);
        await appendFile(server, `${who} ${number} comes\n`);
        await systemClock.delay(20);
        await appendFile(server, `${who} ${number} goes\n`);
        giveBack();
      }),
    );
    return true;
  },
};

/** What the process of another window can be asked to do. */
export type Acts = typeof acts;

process.on('message', (message: { id: number; act: keyof Acts; input: never[] }) => {
  void (async () => {
    try {
      const act: (...input: never[]) => unknown = acts[message.act];
      const result = await act(...message.input);
      process.send?.({ id: message.id, result });
    } catch (error) {
      process.send?.({ id: message.id, error: String(error) });
    }
  })();
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
