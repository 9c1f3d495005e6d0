import type { Explanation } from './explain.ts';

/** Puts a failure into words, as `explain` does. The catalogue is loaded with the first failure: most have none. */
export async function explained(error: unknown): Promise<Explanation> {
  const { explain } = await import('./explain.ts');
  return explain(error);
}
