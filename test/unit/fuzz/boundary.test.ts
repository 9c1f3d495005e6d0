import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { deletionJob, elapsed, isActive } from '../../../src/jobs/deletionJob.ts';
import { describeJob } from '../../../src/jobs/jobText.ts';
import { RecordFile, understandRecords } from '../../../src/jobs/recordFile.ts';
import { errorCodes, readDeleteJob, readDeleteJobPage, readError } from '../../../src/service/deleteJob.ts';
import { InvalidInputError, ServiceError } from '../../../src/service/errors.ts';
import { errorLine } from '../../../src/service/errorText.ts';
import { explain } from '../../../src/service/explain.ts';
import { InstanceHost } from '../../../src/service/instanceHost.ts';
import { printable } from '../../../src/service/printable.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { CollectedLog } from '../../support/collectedLog.ts';
import { manualClock } from '../../support/manualClock.ts';
import { MemoryLocks } from '../../support/memoryLocks.ts';
import { contoso } from '../../support/transport.ts';

// What comes from outside may be anything: nothing of it throws past the boundary or slips through it.

const runs = { numRuns: 10_000 };

/** Runs `read`, for which refusing by an InvalidInputError is an answer and any other error a defect. */
function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof InvalidInputError, String(error));
    return undefined;
  }
}

/** Text made of pieces that matter to whoever reads it, and of anything. */
function textOf(...pieces: string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { arbitrary: fc.constantFrom(...pieces), weight: 4 },
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  return fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''));
}

/** JSON with the field names of the contract, in any nesting and of any type. */
const answers = fc
  .letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      fc.oneof(
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.boolean(),
        fc.constantFrom('running', 'failed', 'succeeded'),
      ),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          'id',
          'status',
          'error',
          'code',
          'message',
          'details',
          'innererror',
          'value',
          'nextLink',
          '__proto__',
          'createdDateTime',
          'finishedDateTime',
        ),
        tie('value'),
        { maxKeys: 6 },
      ),
    ),
  }))
  .value.map((value) => JSON.stringify(value));

describe('Of 10,000 inputs', () => {
  it('none becomes a host that is not an instance or listed', () => {
    const around = textOf(
      'contoso',
      '.',
      'api.wcus',
      '.digitaltwins.azure.net',
      'digitaltwins.azure.net',
      '.evil.com',
      'https://',
      'http://',
      '/',
      '\\',
      '#',
      '?',
      '@',
      ':',
      ':443',
      ':8443',
      'user:pw@',
      '[::1]',
      'localhost',
      '127.0.0.1',
      '%2e',
      '%00',
      '。',
      'xn--',
      'а',
      ' ',
      '\t',
      '\n',
      '-',
      '..',
      '0x7f.1',
      'ß',
      'ﬀ',
    );
    // What is nearly a host is tried most: a good one with something before or behind it.
    const good = fc.constantFrom('contoso.api.wcus.digitaltwins.azure.net', 'localhost:8443');
    const nearly = fc.constantFrom(
      '',
      '.evil.com',
      '.',
      'x.',
      '-',
      '@',
      '#',
      '/',
      'evil.com/',
      'evil.com#',
      ':443',
      ':8443',
      '%00',
    );
    const input = fc.oneof(
      fc.tuple(nearly, good, nearly).map((parts) => parts.join('')),
      fc.tuple(around, good, around).map((parts) => parts.join('')),
      around,
    );
    fc.assert(
      fc.property(input, (typed) => {
        const host = unlessRefused(() => InstanceHost.parse(typed, ['localhost:8443']));
        if (host) {
          assert.match(
            host.hostname,
            /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+digitaltwins\.azure\.net$|^localhost:8443$/,
          );
          const url = new URL('/jobs/deletions', host.origin);
          assert.equal(url.host, host.hostname);
          assert.equal(url.protocol, 'https:');
          assert.equal(url.username + url.password, '');
        }
      }),
      runs,
    );
  });

  it('none becomes a trace context that could not be a header', () => {
    const hex = fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdefF')), minLength: 14, maxLength: 34 });
    const traceparent = fc
      .tuple(fc.constantFrom('00', 'ff', '01'), hex, hex, fc.constantFrom('00', '01', '1'))
      .map((parts) => parts.join('-'));
    const tracestate = textOf('a', 'b', '=', ',', '1', '@', ' ', '\t', '\r\n', 'vendor=value', 'é', '"');
    fc.assert(
      fc.property(fc.oneof(traceparent, fc.string()), tracestate, (parent, state) => {
        const trace =
          unlessRefused(() => TraceContext.parse(parent, state)) ??
          unlessRefused(() => TraceContext.begin(() => 'ab', state));
        if (trace?.tracestate !== undefined) {
          assert.match(trace.tracestate, /^[\x20-\x7e]+$/);
          assert.ok(trace.tracestate.split(',').length <= 32);
        }
      }),
      runs,
    );
  });

  it('none as the body of a job throws, or makes a job that can not be shown', () => {
    const trace = TraceContext.begin(() => 'ab'.repeat(16).slice(0, 16));
    fc.assert(
      fc.property(fc.oneof(answers, fc.string()), (body) => {
        readDeleteJobPage(body);
        const answer = readDeleteJob(body);
        if (answer) {
          const job = deletionJob(contoso, { ...answer, id: answer.id ?? '' }, { trace, start: undefined }, 0);
          assert.equal(typeof isActive(job), 'boolean');
          assert.ok((elapsed(job, 0) ?? 0) >= 0);
          assert.doesNotMatch(describeJob(job, 0), /[\r\n]/);
        }
      }),
      runs,
    );
  });

  it('none as the body of an error throws, or breaks a line or a message', () => {
    const exchange = { hostname: contoso.hostname, operation: 'GET /jobs/deletions', traceparent: '00-1-2-01' };
    fc.assert(
      fc.property(fc.oneof(answers, fc.string()), fc.integer({ min: 100, max: 599 }), (body, status) => {
        const error = readError(body) ?? {};
        assert.ok(Array.isArray(errorCodes(error)));
        assert.doesNotMatch(errorLine(error), /[\r\n]/);
        const { happened, advice, short } = explain(new ServiceError(exchange, { status, error }));
        assert.ok(`${happened} ${advice} ${short}`.length < 2000);
      }),
      runs,
    );
  });

  it('none keeps a character that hides, reorders or links', () => {
    const text = textOf('[a](', '](', 'command:x', ')', '\u202e', '\u200b', '\r\n', '\u2028', '\u0000', '\u0085', ']');
    fc.assert(
      fc.property(text, (said) => {
        assert.doesNotMatch(printable(said), /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069]|\]\(/u);
      }),
      runs,
    );
  });

  /** Text that is nearly the stored records: good and bad entries, side by side. */
  const storedRecords = (() => {
    const start = fc.record({
      hostname: fc.string(),
      id: fc.string(),
      startedAt: fc.double({ noNaN: true, noDefaultInfinity: true }),
      traceparent: fc.string(),
    });
    const none = fc.record(
      { hostname: fc.string(), id: fc.oneof(fc.string(), fc.integer()), startedAt: fc.constantFrom('0', null) },
      { requiredKeys: [] },
    );
    const list = (good: fc.Arbitrary<unknown>, bad: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
      fc.oneof(
        { arbitrary: fc.array(fc.oneof({ arbitrary: good, weight: 3 }, bad), { maxLength: 6 }), weight: 6 },
        fc.constantFrom(null, 'contoso', 7, { length: 2 }),
      );
    const file = fc.record(
      {
        version: fc.oneof({ arbitrary: fc.constant(1), weight: 6 }, fc.constantFrom(2, '1', null)),
        instances: list(fc.string(), fc.constantFrom(7, null, [])),
        starts: list(start, fc.oneof(none, fc.constant(null))),
      },
      { requiredKeys: ['version'] },
    );
    return fc.oneof(
      { arbitrary: file.map((records) => JSON.stringify(records)), weight: 6 },
      answers,
      fc.constantFrom(
        '{"version":1,"instances":[],"starts":[{"hostname":"","id":"","traceparent":"","startedAt":1e999}]}',
      ),
      fc.string(),
    );
  })();

  it('none as the stored records throws, loses a good entry, or keeps one that is none', () => {
    fc.assert(
      fc.property(storedRecords, (content) => {
        const json = unlessMalformed(content);
        const understood = understandRecords(json);
        if (!understood) {
          return;
        }
        const { value, isWhole } = understood;
        const { instances, starts } = json as { instances?: unknown; starts?: unknown };
        const names = Array.isArray(instances) ? instances.filter((name) => typeof name === 'string') : [];
        assert.deepEqual(value.instances, names);
        const ids = (Array.isArray(starts) ? (starts as unknown[]) : []).flatMap((start) => goodId(start) ?? []);
        assert.deepEqual(
          value.starts.map(({ id }) => id),
          ids,
        );
        assert.equal(
          isWhole,
          [instances, starts].every((list) => Array.isArray(list)) &&
            names.length === (instances as unknown[]).length &&
            ids.length === (starts as unknown[]).length,
        );
        // What is kept is understood when it is read again.
        assert.deepEqual(understandRecords(JSON.parse(JSON.stringify(value))), {
          value: JSON.parse(JSON.stringify(value)) as unknown,
          isWhole: true,
        });
      }),
      runs,
    );
  });

  it('none as the file of records is overwritten before there is a copy of what was not understood', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'digital-twins-'));
    const clock = manualClock();
    try {
      // A file each, and few of the runs: a disk is slower than all the rest.
      let count = 0;
      await fc.assert(
        fc.asyncProperty(storedRecords, async (content) => {
          const file = path.join(folder, `${count++}.json`);
          await writeFile(file, content);
          const asides: string[] = [];
          const records = new RecordFile(file, {
            locks: new MemoryLocks(clock),
            clock,
            log: new CollectedLog(),
            setAside: (aside) => asides.push(aside),
          });
          await records.change((before) => ({ ...before, instances: [...before.instances, 'new'] }));
          const { instances } = await records.read();
          assert.equal(instances.at(-1), 'new');
          const isWhole = understandRecords(unlessMalformed(content))?.isWhole === true;
          assert.equal(asides.length, isWhole ? 0 : 1);
          for (const aside of asides) {
            assert.equal(await readFile(aside, 'utf8'), content);
          }
        }),
        { numRuns: 500 },
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

function unlessMalformed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The id of what is a start, told apart in another way than the code does. */
function goodId(start: unknown): string | undefined {
  const { hostname, id, startedAt, traceparent } = (start ?? {}) as Record<string, unknown>;
  const isGood = typeof hostname === 'string' && typeof traceparent === 'string' && isTime(startedAt);
  return isGood && typeof id === 'string' ? id : undefined;
}

/** What a Date can hold. */
function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 8.64e15;
}
