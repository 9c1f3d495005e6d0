import type { Block, Measurement } from './protocol.ts';

/** A measurement and what it is of. */
export interface Phase {
  readonly title: string;
  readonly measurement: Measurement;
  readonly requests: number;
  /** New ones: each costs a TLS context, for which VS Code adds every certificate of the system anew. */
  readonly connections: number;
}

/** From this many milliseconds on, a block is felt: as long as VS Code's own bound for a busy main thread. */
export const feltMs = 50;

/** How long a block was, in milliseconds. */
export function blockMs({ beginUs, endUs }: Block): number {
  return (endUs - beginUs) / 1000;
}

/** A Markdown table of the phases; the first is the baseline to which the others are set in relation. */
export function table(phases: readonly Phase[]): string {
  const [baseline] = phases;
  if (!baseline) {
    return '';
  }
  const base = figures(baseline.measurement);
  const rows = phases.map(({ title, measurement, requests, connections }) => {
    const { seconds, longest, longestCpu, felt, blocked, busy, collection } = figures(measurement);
    return [
      title,
      seconds.toFixed(1),
      `${longest.toFixed(0)} (${longestCpu.toFixed(0)})`,
      ratio(longest, base.longest),
      felt,
      blocked.toFixed(0),
      `${(busy * 100).toFixed(1)} %`,
      ratio(busy, base.busy),
      collection.toFixed(0),
      requests,
      connections,
    ];
  });
  const head = [
    'phase',
    's',
    'longest block, ms (of it CPU)',
    '÷ baseline',
    `blocks over ${feltMs} ms`,
    'sum of these, ms',
    'CPU',
    '÷ baseline',
    'GC, ms',
    'requests',
    'new connections',
  ];
  return [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function figures({ ms, cpuMs, collectionMs, blocks }: Measurement): {
  seconds: number;
  longest: number;
  longestCpu: number;
  felt: number;
  blocked: number;
  busy: number;
  collection: number;
} {
  const longest = blocks.reduce<Block | undefined>(
    (found, block) => (found && blockMs(found) >= blockMs(block) ? found : block),
    undefined,
  );
  const felt = blocks.map(blockMs).filter((length) => length > feltMs);
  return {
    seconds: ms / 1000,
    longest: longest ? blockMs(longest) : 0,
    longestCpu: longest?.cpuMs ?? 0,
    felt: felt.length,
    blocked: felt.reduce((sum, length) => sum + length, 0),
    busy: cpuMs / ms,
    collection: collectionMs,
  };
}

/** The baseline's own blocks are often none: a relation to less than a heartbeat's tolerance would say nothing. */
function ratio(value: number, base: number): string {
  return base > 0 ? (value / base).toFixed(1) : '–';
}
