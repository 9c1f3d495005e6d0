import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { certificateCodes } from '../../../src/service/certificateCodes.ts';
import {
  ClaimsRequiredError,
  ConnectionError,
  ServiceError,
  SignInFailedError,
  SignInRequiredError,
  UnexpectedAnswerError,
} from '../../../src/service/errors.ts';
import { Patience, type PatienceOptions, type Wait } from '../../../src/service/patience.ts';
import { manualClock, type ManualClock } from '../../support/manualClock.ts';
import { contoso, settled } from '../../support/transport.ts';

const exchange = { hostname: contoso.hostname, operation: 'POST /query', traceparent: `00-${'1'.repeat(32)}-01` };

function service(status: number, retryAfterInMs?: number): ServiceError {
  return new ServiceError(exchange, { status, error: {}, retryAfterInMs });
}

function connection(code: string, message = code): ConnectionError {
  return new ConnectionError(exchange, code, new Error(message));
}

interface Setup {
  readonly clock: ManualClock;
  readonly patience: Patience;
  readonly stop: AbortController;
  readonly waits: Wait[];
  /** When attempts were made, in milliseconds, and whether each was told that it may be a repetition. */
  readonly attempts: number[];
  readonly repetitions: boolean[];
  /** Fails with these, one after the other, and with the last again and again; `done` is success. */
  readonly keepAt: (...outcomes: (Error | 'done')[]) => Promise<string>;
}

function setUp(options: Partial<PatienceOptions> = {}): Setup {
  const clock = manualClock(0);
  const stop = new AbortController();
  const waits: Wait[] = [];
  const attempts: number[] = [];
  const repetitions: boolean[] = [];
  const patience = new Patience({ clock, signal: stop.signal, onWait: (wait) => waits.push(wait), ...options });
  const keepAt = (...outcomes: (Error | 'done')[]): Promise<string> => {
    let made = 0;
    return patience.keepAt((mayBeRepetition) => {
      attempts.push(clock.now());
      repetitions.push(mayBeRepetition);
      const outcome = outcomes[Math.min(made++, outcomes.length - 1)];
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome ?? 'done');
    });
  };
  return { clock, patience, stop, waits, attempts, repetitions, keepAt };
}

const minute = 60_000;

describe('A request that is kept at', () => {
  it('is made once where it succeeds', async () => {
    const set = setUp();
    assert.equal(await set.keepAt('done'), 'done');
    assert.deepEqual(set.attempts, [0]);
    assert.deepEqual(set.waits, []);
  });

  for (const status of [429, 503]) {
    it(`waits exactly as long as ${status} asks`, async () => {
      const set = setUp();
      const error = service(status, 7000);
      assert.equal(
        await settled(set.clock, set.keepAt(error, service(status, 90_000), service(status, 1500), 'done')),
        'done',
      );
      assert.deepEqual(set.attempts, [0, 7000, 97_000, 98_500]);
      assert.deepEqual(set.waits[0], { reason: 'busy', error, milliseconds: 7000 });
    });
  }

  it('waits a second where it is to wait none', async () => {
    const set = setUp();
    await settled(set.clock, set.keepAt(service(429, 0), 'done'));
    assert.deepEqual(set.attempts, [0, 1000]);
  });

  it('waits twice as long each time where the service does not say how long, up to a minute', async () => {
    const set = setUp();
    await settled(set.clock, set.keepAt(...Array.from({ length: 8 }, () => service(429)), 'done'));
    assert.deepEqual(
      set.waits.map(({ milliseconds }) => milliseconds),
      [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000],
    );
    assert.equal(set.attempts.at(-1), 183_000);
  });

  for (const [what, failure, reason] of [
    ['429', service(429), 'busy'],
    ['503', service(503), 'busy'],
    ['408', service(408), 'trouble'],
    ['500', service(500), 'trouble'],
    ['502', service(502), 'trouble'],
    ['504', service(504), 'trouble'],
    ['a broken connection', connection('ECONNRESET'), 'trouble'],
    ['a name that is not found', connection('ENOTFOUND'), 'trouble'],
    ['no answer in time', connection('ETIMEDOUT'), 'trouble'],
    ['a sign-in that failed', new SignInFailedError(new Error('No token came.')), 'trouble'],
  ] as const) {
    it(`outlasts ${what}`, async () => {
      const set = setUp();
      assert.equal(await settled(set.clock, set.keepAt(failure, failure, 'done')), 'done');
      assert.deepEqual(set.waits, [
        { reason, error: failure, milliseconds: 1000 },
        { reason, error: failure, milliseconds: 2000 },
      ]);
    });
  }

  for (const [limit, statuses] of [
    [35, [429, 503]],
    [10, [500, 502, 504, 408]],
  ] as const) {
    for (const status of statuses) {
      it(`is given up when ${status} has gone on for ${limit} minutes`, async () => {
        const set = setUp();
        const errors = Array.from({ length: 100 }, () => service(status));
        const failure = await settled(
          set.clock,
          set.keepAt(...errors).then(
            () => undefined,
            (error: unknown) => error,
          ),
        );
        const last = set.attempts.at(-1) ?? 0;
        assert.equal(failure, errors[set.attempts.length - 1], 'the error of the last attempt');
        assert.ok(last >= limit * minute && last < (limit + 1) * minute, `after ${last} ms`);
      });
    }
  }

  it('is given up when nothing is reached for ten minutes', async () => {
    const set = setUp();
    await assert.rejects(settled(set.clock, set.keepAt(connection('ENOTFOUND'))), ConnectionError);
    const last = set.attempts.at(-1) ?? 0;
    assert.ok(last >= 10 * minute && last < 11 * minute, `after ${last} ms`);
  });

  it('counts the waits of both kinds apart', async () => {
    const set = setUp();
    const busy = Array.from({ length: 8 }, () => service(429, 4 * minute));
    const trouble = Array.from({ length: 9 }, () => service(500, minute));
    assert.equal(await settled(set.clock, set.keepAt(...busy, ...trouble, 'done')), 'done');
    assert.equal(set.attempts.at(-1), 41 * minute);
  });

  for (const code of certificateCodes) {
    it(`is not made again when the certificate is not accepted: ${code}`, async () => {
      const set = setUp();
      await assert.rejects(set.keepAt(connection(code), 'done'), { code });
      assert.deepEqual(set.attempts, [0]);
      assert.deepEqual(set.waits, []);
    });
  }

  for (const status of [400, 403, 404, 405, 409, 412, 413, 422, 501]) {
    it(`is not made again after ${status}`, async () => {
      const set = setUp();
      await assert.rejects(set.keepAt(service(status, 5000), 'done'), { status });
      assert.deepEqual(set.attempts, [0]);
    });
  }

  for (const error of [new UnexpectedAnswerError(exchange, 'no page'), new TypeError('a defect')]) {
    it(`is not made again after what no repetition changes: ${error.message}`, async () => {
      const set = setUp();
      await assert.rejects(set.keepAt(error, 'done'), error);
      assert.deepEqual(set.attempts, [0]);
    });
  }

  it('is made twice again after 401, for a token may just have expired', async () => {
    const set = setUp();
    assert.equal(await settled(set.clock, set.keepAt(service(401), service(401), 'done')), 'done');
    assert.deepEqual(set.attempts, [0, 1000, 2000]);
    assert.deepEqual(set.waits, [], 'nothing that a person must know');
  });

  it('is given up after the third 401', async () => {
    const set = setUp();
    await assert.rejects(settled(set.clock, set.keepAt(service(401))), { status: 401 });
    assert.deepEqual(set.attempts, [0, 1000, 2000]);
  });
});

describe('Each attempt', () => {
  it('waits for its turn', async () => {
    const events: string[] = [];
    const set: Setup = setUp({
      turn: async () => {
        events.push(`asked ${set.clock.now()}`);
        await set.clock.delay(100);
        events.push(`turn ${set.clock.now()}`);
      },
    });
    const made = set.patience.keepAt(() => {
      events.push(`attempt ${set.clock.now()}`);
      return events.length < 6 ? Promise.reject(service(429, 3000)) : Promise.resolve('done');
    });
    assert.equal(await settled(set.clock, made), 'done');
    assert.deepEqual(events, ['asked 0', 'turn 100', 'attempt 100', 'asked 3100', 'turn 3200', 'attempt 3200']);
  });

  it('is not made when its turn does not come', async () => {
    const set = setUp({ turn: () => Promise.reject(new Error('over')) });
    await assert.rejects(set.keepAt('done'), { message: 'over' });
    assert.deepEqual(set.attempts, []);
  });

  for (const [what, failures, isRepetition] of [
    ['a broken connection', [connection('ECONNRESET')], true],
    ['no answer in time', [connection('ETIMEDOUT')], true],
    ['500', [service(500)], true],
    ['504', [service(504)], true],
    ['one of these and then 429', [connection('ECONNRESET'), service(429)], true],
    ['one of these and then 401', [service(502), service(401)], true],
    ['429', [service(429)], false],
    ['401', [service(401)], false],
    ['408', [service(408)], false],
    ['a connection that was never made', [connection('ECONNREFUSED')], false],
    ['a name that was not found', [connection('ENOTFOUND'), connection('EAI_AGAIN')], false],
    [
      'a connection that broke before it was secure',
      [connection('ECONNRESET', 'Client network socket disconnected before secure TLS connection was established')],
      false,
    ],
    ['a sign-in that failed', [new SignInFailedError(new Error('down'))], false],
  ] as const) {
    it(`is told after ${what} that it ${isRepetition ? 'may be' : 'is not'} a repetition`, async () => {
      const set = setUp();
      await settled(set.clock, set.keepAt(...failures, 'done'));
      assert.equal(set.repetitions[0], false);
      assert.equal(set.repetitions.at(-1), isRepetition);
    });
  }
});

describe('A person who is needed', () => {
  const required = new SignInRequiredError();

  interface Asked extends Setup {
    readonly asked: SignInRequiredError[];
    readonly answer: (goOn: boolean) => void;
  }

  function setUpAsking(): Asked {
    const asked: SignInRequiredError[] = [];
    let answer: ((goOn: boolean) => void) | undefined;
    const set = setUp({
      signIn: (error) => {
        asked.push(error);
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    return {
      ...set,
      asked,
      answer: (goOn) => {
        assert.ok(answer, 'nobody was asked');
        answer(goOn);
      },
    };
  }

  it('is asked once for all requests, which then go on', async () => {
    const set = setUpAsking();
    const all = Array.from({ length: 64 }, () => set.keepAt(required, 'done'));
    await set.clock.pass(60 * minute);
    assert.deepEqual(set.asked, [required]);
    assert.equal(set.attempts.length, 64, 'nothing is sent meanwhile');
    set.answer(true);
    assert.deepEqual(await Promise.all(all), Array<string>(64).fill('done'));
    assert.equal(set.asked.length, 1);
  });

  it('stops all of them by declining', async () => {
    const set = setUpAsking();
    const all = Array.from({ length: 64 }, () => set.keepAt(required, 'done'));
    const results = Promise.allSettled(all);
    await set.clock.pass(minute);
    set.answer(false);
    for (const result of await results) {
      assert.equal(result.status === 'rejected' && result.reason, required);
    }
    assert.equal(set.asked.length, 1);
    assert.equal(set.attempts.length, 64);
  });

  it('is asked anew where that is needed anew, and for claims as well', async () => {
    const set = setUpAsking();
    const claims = new ClaimsRequiredError('{}');
    const made = set.keepAt(required, claims, 'done');
    await set.clock.pass(1);
    set.answer(true);
    await set.clock.pass(1);
    assert.deepEqual(set.asked, [required, claims]);
    set.answer(true);
    assert.equal(await made, 'done');
  });

  it('who is not to be asked lets the request fail', async () => {
    const set = setUp();
    await assert.rejects(set.keepAt(required, 'done'), required);
    assert.deepEqual(set.attempts, [0]);
  });

  it('who can not be asked lets the request fail with the reason', async () => {
    const set = setUp({ signIn: () => Promise.reject(new Error('no window')) });
    await assert.rejects(set.keepAt(required, 'done'), { message: 'no window' });
  });

  it('keeps no request that has been ended', async () => {
    const set = setUpAsking();
    const reason = new Error('cancelled');
    let outcome: unknown;
    set.keepAt(required, 'done').catch((error: unknown) => {
      outcome = error;
    });
    await set.clock.pass(1);
    set.stop.abort(reason);
    await set.clock.pass(1);
    assert.equal(outcome, reason);
  });
});

describe('An abort', () => {
  const reason = new Error('cancelled');

  it('ends a wait at once, with the reason of the signal', async () => {
    for (const failure of [service(429, 30 * minute), service(401), connection('ECONNRESET')]) {
      const set = setUp();
      const made = assert.rejects(set.keepAt(failure, 'done'), reason);
      await set.clock.pass(500);
      set.stop.abort(reason);
      await made;
      assert.equal(set.clock.now(), 500);
      assert.deepEqual(set.attempts, [0]);
      assert.equal(set.clock.waiting(), 0);
    }
  });

  it('is the reason of an attempt that it ends', async () => {
    const set = setUp();
    const made = set.patience.keepAt(() => {
      set.stop.abort(reason);
      return Promise.reject(new Error('The operation was aborted.'));
    });
    await assert.rejects(made, reason);
  });

  it('lets no attempt begin', async () => {
    const set = setUp();
    set.stop.abort(reason);
    await assert.rejects(set.keepAt('done'), reason);
    assert.deepEqual(set.attempts, []);
  });

  it('lets no attempt follow on a sign-in', async () => {
    const set: Setup = setUp({
      signIn: () => {
        set.stop.abort(reason);
        return Promise.resolve(true);
      },
    });
    await assert.rejects(set.keepAt(new SignInRequiredError(), 'done'), reason);
    assert.deepEqual(set.attempts, [0]);
  });
});
