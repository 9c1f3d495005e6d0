import { connections } from './rows/connections.ts';
import { crashes } from './rows/crashes.ts';
import { ends } from './rows/ends.ts';
import type { Group } from './rows/expected.ts';
import { looks } from './rows/looks.ts';
import { running } from './rows/running.ts';
import { startAnswers } from './rows/startAnswers.ts';
import { lists, storage } from './rows/storage.ts';
import { backups, restores } from './rows/transfers.ts';

/** All faults, in the order in which a job goes through its life. */
export const table: readonly Group[] = [
  looks,
  connections,
  ...startAnswers,
  crashes,
  running,
  ends,
  storage,
  lists,
  backups,
  restores,
];
