import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { exitOnSignals } from '../test/vscode/processes.ts';

/** All that `npm test` does, in this order: the quickest to fail comes first. */
const steps = [
  { title: 'Lint', script: 'lint' },
  { title: 'Types', script: 'types' },
  { title: 'Unit tests', script: 'test:unit' },
  { title: 'Faults', script: 'test:faults' },
  { title: 'Package', script: 'package' },
  { title: "Host tests in VS Code's extension host", script: 'test:host' },
  { title: "UI tests in VS Code's workbench", script: 'test:ui' },
];

exitOnSignals();
const durations: string[] = [];
const totals = { passed: 0, failed: 0 };
for (const { title, script } of steps) {
  console.log(`\n=== ${title} (npm run ${script})\n`);
  const started = Date.now();
  const { code, output } = await runScript(script);
  durations.push(`${script} ${Math.round((Date.now() - started) / 1000)} s`);
  const { passed, failed } = count(output);
  totals.passed += passed;
  totals.failed += failed;
  if (code !== 0) {
    console.error(`\n${title}: failed with exit code ${code}.`);
    process.exitCode = code;
    break;
  }
}
console.log(`\n${durations.join(', ')}`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);

/** Runs a script of the manifest, passes its output on and keeps it. */
async function runScript(script: string): Promise<{ code: number; output: string }> {
  const child = spawn('npm', ['run', '--silent', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  const end = (): void => {
    child.kill();
  };
  process.once('exit', end);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  child.stderr.pipe(process.stderr, { end: false });
  const [code] = (await once(child, 'close')) as [number | null];
  process.off('exit', end);
  return { code: code ?? 1, output };
}

/** Reads the totals that Node's test runner, our host tests and Playwright print, each in its way. */
function count(output: string): { passed: number; failed: number } {
  const sum = (...patterns: RegExp[]): number =>
    patterns.flatMap((pattern) => [...output.matchAll(pattern)]).reduce((total, match) => total + Number(match[1]), 0);
  return {
    passed: sum(/^(?:ℹ|#) pass (\d+)$/gm, /^(\d+) passed, \d+ failed$/gm, /^ {2}(\d+) passed\b/gm),
    failed: sum(/^(?:ℹ|#) fail (\d+)$/gm, /^\d+ passed, (\d+) failed$/gm, /^ {2}(\d+) failed\b/gm),
  };
}
