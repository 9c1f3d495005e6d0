import { readFile } from 'node:fs/promises';
import type { Profiler } from 'node:inspector';
import { SourceMap, type SourceMapPayload } from 'node:module';
import path from 'node:path';
import { repositoryFolder } from '../vscode/cache.ts';
import { blockMs, feltMs, type Phase } from './report.ts';
import type { Block } from './protocol.ts';

/** Where the time of a function went, in milliseconds. */
export interface FunctionTime {
  /** Function and source, such as `newer src/jobs/jobStore.ts`. */
  readonly name: string;
  /** In the function itself. */
  self: number;
  /** In it and in all that it called. */
  total: number;
  /** The part of `total` that lies in blocks that are felt. */
  inBlocks: number;
}

/** What a CPU profile says. */
export interface ProfileSummary {
  /** Milliseconds of each kind of code in itself: the extension's own, its libraries, VS Code's, Node's, garbage collection. */
  readonly kinds: Map<string, number>;
  /** The functions of the extension and its libraries. */
  readonly functions: readonly FunctionTime[];
  /** Milliseconds in all other functions themselves, such as `addCACert, called in @vscode/proxy-agent/out/index.js`. */
  readonly others: ReadonlyMap<string, number>;
}

/** Reads the source map of the extension's bundle. */
export async function extensionSources(): Promise<SourceMap> {
  const file = path.join(repositoryFolder, 'dist/extension.cjs.map');
  return new SourceMap(JSON.parse(await readFile(file, 'utf8')) as SourceMapPayload);
}

/** Sums up a CPU profile of the extension host. */
export function summarize(profile: Profiler.Profile, sources: SourceMap, blocks: readonly Block[]): ProfileSummary {
  const stacks = readStacks(profile, sources);
  const felt = blocks.filter((block) => blockMs(block) > feltMs);
  const kinds = new Map<string, number>();
  const functions = new Map<string, FunctionTime>();
  const others = new Map<string, number>();
  let time = profile.startTime;
  (profile.samples ?? []).forEach((sample, index) => {
    const delta = profile.timeDeltas?.[index] ?? 0;
    time += delta;
    const stack = stacks.get(sample);
    if (!stack) {
      return;
    }
    const ms = delta / 1000;
    kinds.set(stack.kind, (kinds.get(stack.kind) ?? 0) + ms);
    if (stack.other !== undefined) {
      others.set(stack.other, (others.get(stack.other) ?? 0) + ms);
    }
    const isFelt = felt.some(({ beginUs, endUs }) => time >= beginUs && time <= endUs);
    stack.names.forEach((name, depth) => {
      const entry = functions.get(name) ?? { name, self: 0, total: 0, inBlocks: 0 };
      functions.set(name, entry);
      entry.self += depth === 0 && stack.isOwn ? ms : 0;
      entry.total += ms;
      entry.inBlocks += isFelt ? ms : 0;
    });
  });
  return { kinds, functions: [...functions.values()], others };
}

interface Stack {
  readonly kind: string;
  /** Whether the code that was running is the extension's or that of a library of it. */
  readonly isOwn: boolean;
  /** The running function, if it is neither that nor idleness. */
  readonly other: string | undefined;
  /** The functions of the extension and its libraries from the running one to the outermost, each once. */
  readonly names: readonly string[];
}

function readStacks({ nodes }: Profiler.Profile, sources: SourceMap): Map<number, Stack> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, { name: nameOf(callFrame, sources), callFrame }]));
  return new Map(
    nodes.map(({ id, callFrame }) => {
      const names = new Set<string>();
      let file = '';
      for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
        const frame = frames.get(at);
        file ||= frame?.callFrame.url ?? '';
        const name = frame?.name;
        if (name !== undefined) {
          names.add(name);
        }
      }
      const own = frames.get(id)?.name;
      const kind = kindOf(callFrame, own);
      const other =
        own !== undefined || kind === 'idle'
          ? undefined
          : `${callFrame.functionName || '(anonymous)'}${file === '' ? '' : `, in ${shortFile(file)}`}`;
      return [id, { kind, isOwn: own !== undefined, other, names: [...names] }];
    }),
  );
}

/** A file without the folders above its package. */
function shortFile(url: string): string {
  return url.replace(/^.*node_modules\//, '').replace(/^file:.*\/out\/vs\//, 'vs/');
}

/** The function as the sources have it; undefined if it is none of the extension's bundle. */
function nameOf(
  { functionName, url, lineNumber, columnNumber }: ProfileNode['callFrame'],
  sources: SourceMap,
): string | undefined {
  if (!url.endsWith('/dist/extension.cjs')) {
    return undefined;
  }
  const entry = sources.findEntry(lineNumber, columnNumber);
  const file = 'originalSource' in entry ? entry.originalSource.replace(/^(\.\.\/)+/, '') : 'dist/extension.cjs';
  const line = 'originalLine' in entry ? `:${entry.originalLine + 1}` : '';
  return `${functionName || '(anonymous)'} ${file.replace(/^.*node_modules\//, '')}${line}`;
}

type ProfileNode = Profiler.ProfileNode;

function kindOf({ functionName, url }: ProfileNode['callFrame'], own: string | undefined): string {
  if (own !== undefined) {
    return own.includes(' src/') ? 'extension' : "extension's libraries";
  }
  if (url === '') {
    return { '(idle)': 'idle', '(garbage collector)': 'garbage collection' }[functionName] ?? 'native code';
  }
  if (url.startsWith('node:')) {
    return 'Node';
  }
  return url.includes('/out/bench/') ? 'probe' : 'VS Code';
}

const shownFunctions = 8;

/** The profiles of all phases in Markdown: where the time went, and which functions of ours took it. */
export async function profileReport(
  phases: readonly Phase[],
  profileOf: (phase: number) => string | undefined,
): Promise<string> {
  const sources = await extensionSources();
  const parts = phases.map(async ({ title, measurement }, index) => {
    const profile = JSON.parse(await readFile(profileOf(index) ?? '', 'utf8')) as Profiler.Profile;
    const { kinds, functions, others } = summarize(profile, sources, measurement.blocks);
    kinds.delete('idle');
    return [
      `\n### ${title}\n`,
      `${longest(kinds, kinds.size)}\n`,
      `Most of it outside of the extension: ${longest(others)}.\n`,
      top('self', functions, ({ self }) => self),
      top('total', functions, ({ total }) => total),
    ].join('\n');
  });
  return (await Promise.all(parts)).join('\n');
}

function longest(times: ReadonlyMap<string, number>, count = 3): string {
  return [...times]
    .sort(([, one], [, other]) => other - one)
    .slice(0, count)
    .map(([name, ms]) => `${name} ${ms.toFixed(0)} ms`)
    .join('; ');
}

function top(by: string, functions: readonly FunctionTime[], measure: (one: FunctionTime) => number): string {
  const rows = functions
    .filter((one) => measure(one) >= 1)
    .sort((one, other) => measure(other) - measure(one))
    .slice(0, shownFunctions)
    .map(
      ({ name, self, total, inBlocks }) =>
        `| ${[name, ...[self, total, inBlocks].map((ms) => ms.toFixed(0))].join(' | ')} |`,
    );
  return rows.length === 0
    ? `Nothing of ours above 1 ms ${by}.\n`
    : [`| by ${by} time | self, ms | total, ms | in blocks, ms |`, '| --- | ---: | ---: | ---: |', ...rows, ''].join(
        '\n',
      );
}
