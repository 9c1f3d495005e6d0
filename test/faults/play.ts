import { table } from './table.ts';
import { runRow, type Outcome, type Row } from './row.ts';
import { markdown } from './markdown.ts';

/** How many rows are played at the same time: they wait for sockets and files more than they compute. */
export const concurrency = 4;

/** The page of all faults, from rows that have been played. */
export function page(outcomes: ReadonlyMap<Row, Outcome>): string {
  return markdown(table, outcomes);
}

/** Plays all rows and gives their page. */
export async function playAll(): Promise<string> {
  const outcomes = new Map<Row, Outcome>();
  const rest = table.flatMap(({ rows }) => rows);
  const playOn = async (): Promise<void> => {
    for (let row = rest.shift(); row; row = rest.shift()) {
      outcomes.set(row, await runRow(row));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, playOn));
  return page(outcomes);
}
