import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for a condition, looking often.
 *
 * @throws if it has not come about after `withinMs` milliseconds
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 15_000,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) {
      throw new Error(`Not within ${withinMs} ms: ${what}`);
    }
    await delay(10);
  }
}
