import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, it, type TestContext } from 'node:test';
import { X509Certificate } from 'node:crypto';
import { makeCertificate } from '../../simulator/certificate.ts';

const cli = fileURLToPath(new URL('../../simulator/cli.ts', import.meta.url));

async function run(...flags: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const outcome = await promisify(execFile)(process.execPath, [cli, ...flags]).catch((error: unknown) => error);
  const { code = 0, stdout, stderr } = outcome as { code?: unknown; stdout: string; stderr: string };
  return { code, stdout, stderr };
}

/** Starts the simulator as a process and resolves with its first lines. */
async function launch(
  context: TestContext,
  lineCount: number,
  ...flags: string[]
): Promise<{ process: ChildProcess; lines: string[] }> {
  const child = spawn(process.execPath, [cli, '--port', '0', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === lineCount) {
      break;
    }
  }
  return { process: child, lines };
}

async function control(origin: string, line: string, body?: unknown): Promise<Record<string, unknown>> {
  const [method = '', path = ''] = line.split(' ');
  const response = await fetch(`${origin}${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const content = (await response.json()) as Record<string, unknown>;
  assert.equal(response.status, 200, JSON.stringify(content));
  return content;
}

describe('npm run simulator', () => {
  it('explains itself', async () => {
    const { code, stdout } = await run('--help');
    assert.equal(code, 0);
    for (const flag of [
      '--port',
      '--host-names',
      '--certificate',
      '--key',
      '--twins',
      '--deletion-seconds',
      '--outcome',
    ]) {
      assert.ok(stdout.includes(flag), flag);
    }
  });

  for (const [flags, says] of [
    [['--port', '70000'], /--port must be a port/],
    [['--twins', 'many'], /--twins must be a number/],
    [['--twins', '1.5'], /--twins must be a whole number/],
    [['--outcome', 'maybe'], /--outcome must be succeeded, failed or timeout/],
    [['--key', 'a.pem'], /--certificate and --key go together/],
    [['--host-names', 'a b'], /--host-names must be names/],
    [['--jobs-rate', '0'], /--jobs-rate must be more than 0/],
    [['--creates-rate', '0'], /--creates-rate must be more than 0/],
    [['--unknown'], /--unknown/],
    [['--certificate', '/nonexistent/a', '--key', '/nonexistent/b'], /ENOENT/],
  ] as const) {
    it(`refuses ${flags.join(' ')} plainly`, async () => {
      const { code, stdout, stderr } = await run(...flags);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n {4}at /, 'no stack');
    });
  }

  it('prints its address and certificate when ready, and closes on SIGTERM', async (t) => {
    const { process: child, lines } = await launch(t, 2, '--host-names', 'localhost,adt.example');
    assert.match(lines[0] ?? '', /^Simulated instance ready: https:\/\/localhost:\d+$/);
    const file = /^Certificate: (.+)$/.exec(lines[1] ?? '')?.[1] ?? '';
    assert.equal(new X509Certificate(await readFile(file)).subjectAltName, 'DNS:localhost, DNS:adt.example');
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    assert.deepEqual(await exit, [0, null]);
    assert.equal(existsSync(file), false);
  });

  it('uses a given certificate, and is scripted from outside', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'simulator-test-'));
    t.after(() => rm(folder, { recursive: true }));
    const [file, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
    const { certificatePem, keyPem } = await makeCertificate(['localhost']);
    await writeFile(file, certificatePem);
    await writeFile(key, keyPem);
    const flags = [
      '--certificate',
      file,
      '--key',
      key,
      '--control-port',
      '0',
      '--twins',
      '10',
      '--creates-rate',
      '500',
    ];
    const { lines } = await launch(t, 3, ...flags);
    assert.equal(lines[1], `Certificate: ${file}`);
    const origin = /^Control: (http:\/\/127\.0\.0\.1:\d+)$/.exec(lines[2] ?? '')?.[1] ?? '';

    await control(origin, 'POST /jobs/deletions', { id: 'old', status: 'running' });
    await control(origin, 'POST /jobs/deletions', { count: 2 });
    await control(origin, 'POST /jobs/imports', { id: 'import' });
    const route = { id: 'route', endpointName: 'endpoint', filter: 'true' };
    assert.deepEqual(await control(origin, 'POST /eventroutes', route), route);
    await control(origin, 'POST /faults', { path: '/models', action: { kind: 'dropAfter' }, times: 'always' });
    assert.deepEqual(await control(origin, 'GET /faults'), {
      value: [{ path: '/models', action: { kind: 'dropAfter' }, times: 'always' }],
    });
    await control(origin, 'DELETE /faults');
    await control(origin, 'POST /faults', { action: { kind: 'truncate', bytes: 7 } });
    assert.deepEqual(await control(origin, 'GET /faults'), {
      value: [{ action: { kind: 'truncate', bytes: 7 }, times: 1 }],
    });
    await control(origin, 'DELETE /faults');
    assert.equal((await control(origin, 'GET /state'))['createsPerSecond'], 500);
    const none = await control(origin, 'PATCH /settings', { createsPerSecond: null, queryItemsInTime: null });
    assert.deepEqual([none['createsPerSecond'], none['queryItemsInTime']], [null, null]);
    await control(origin, 'PATCH /settings', {
      queryLagMs: 0,
      jobsRequestsPerSecond: 1,
      createsPerSecond: 50,
      queryItemsInTime: 250,
      emptyFirstPages: true,
      access: { role: 'none', tenantId: 'a' },
      deletion: { outcome: 'failed' },
    });
    const state = await control(origin, 'GET /state');
    assert.deepEqual(state['counts'], { models: 9, twins: 10, relationships: 10 });
    assert.deepEqual(state['access'], { role: 'none', tenantId: 'a' });
    assert.deepEqual(
      (state['deletionJobs'] as Record<string, unknown>[]).map(({ id }) => id),
      ['old', 'planted-1', 'planted-2'],
    );
    assert.deepEqual(state['importJobs'], [{ id: 'import', status: 'running' }]);
    assert.deepEqual(state['eventRoutes'], [route]);
    assert.deepEqual([state['createsPerSecond'], state['queryItemsInTime']], [50, 250]);
    assert.deepEqual([state['queryLagMs'], state['jobsRequestsPerSecond'], state['emptyFirstPages']], [0, 1, true]);
    const before = Number(state['now']);
    const { now } = await control(origin, 'POST /clock', { advanceMs: 3_600_000 });
    assert.ok(Number(now) >= before + 3_600_000);
    assert.equal(typeof (await control(origin, 'POST /token', {}))['token'], 'string');
    assert.deepEqual(await control(origin, 'GET /requests'), { value: [] });

    const fromPage = await fetch(`${origin}/state`, { headers: { origin: 'https://page.example' } });
    assert.equal(fromPage.status, 403);
    for (const settings of [{ deletion: { outcome: 'maybe' } }, { queryLagMs: -1 }, { queryItemsInTime: 'few' }]) {
      const body = JSON.stringify(settings);
      assert.equal((await fetch(`${origin}/settings`, { method: 'PATCH', body })).status, 400);
    }
    assert.equal((await fetch(`${origin}/faults`, { method: 'POST', body: '{' })).status, 400);
    assert.equal((await fetch(`${origin}/eventroutes`, { method: 'POST', body: '{"id":"a"}' })).status, 400);
    assert.equal((await fetch(`${origin}/nowhere`)).status, 404);
  });
});
