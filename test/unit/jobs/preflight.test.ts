import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { needsOtherIdentity, SignInRequiredError } from '../../../src/service/errors.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { jobSetup, type JobSetup } from '../../support/jobSetup.ts';
import type { Scripted } from '../../support/scriptedHttp.ts';
import { contoso, settled } from '../../support/transport.ts';

/** Answers the list of deletions, then that of imports. */
function lists(deletions: Scripted, imports: Scripted): Scripted[] {
  const answer: Scripted = (request) => {
    const chosen = request.url.includes('/jobs/imports') ? imports : deletions;
    if (typeof chosen === 'function') {
      return chosen(request);
    }
    if (chosen instanceof Error) {
      return Promise.reject(chosen);
    }
    const bodyAsText = JSON.stringify(chosen.body ?? {});
    return Promise.resolve({ request, status: chosen.status, headers: request.headers, bodyAsText });
  };
  return Array.from({ length: 20 }, () => answer);
}

const jobs = (...value: object[]): Scripted => ({ status: 200, body: { value } });
const createdDateTime = '2026-01-02T03:00:05.0000000+00:00';

function look({ preflight, transport }: JobSetup): ReturnType<JobSetup['preflight']['look']> {
  return settled(transport.clock, preflight.look(contoso));
}

describe('A look at an instance before a deletion', () => {
  it('counts what is there, and finds nothing in the way', async (test) => {
    const ended = { id: 'old', status: 'succeeded', createdDateTime };
    const setup = await jobSetup(test, { answers: lists(jobs(ended), jobs({ id: 'import', status: 'cancelled' })) });
    setup.transport.httpClient.held = { models: 12, twins: 1200, relationships: 2500 };
    const { contents, active, unknown } = await look(setup);
    assert.deepEqual([contents.models, contents.twins, contents.relationships], [12, 1200, 2500]);
    assert.equal(contents.missing, undefined);
    assert.equal(active, undefined);
    assert.deepEqual(unknown, []);
    assert.equal(setup.transport.httpClient.sent.filter(({ method }) => method === 'POST').length, 0);
  });

  for (const [what, deletions, imports, kind, id] of [
    ['a running deletion', jobs({ id: 'd1', status: 'running', createdDateTime }), jobs(), 'deletion', 'd1'],
    ['a deletion that is not started yet', jobs({ id: 'd2', status: 'notstarted' }), jobs(), 'deletion', 'd2'],
    ['a running import', jobs(), jobs({ id: 'i1', status: 'Running', createdDateTime }), 'import', 'i1'],
    ['an import that is being cancelled', jobs(), jobs({ id: 'i2', status: 'cancelling' }), 'import', 'i2'],
  ] as const) {
    it(`finds ${what}`, async (test) => {
      const setup = await jobSetup(test, { answers: lists(deletions, imports) });
      const { active } = await look(setup);
      assert.deepEqual([active?.kind, active?.id], [kind, id]);
    });
  }

  it('takes no job of an unknown status for active that has finished', async (test) => {
    const odd = { id: 'odd', status: 'partlysucceeded', finishedDateTime: createdDateTime };
    const setup = await jobSetup(test, { answers: lists(jobs(odd), jobs(odd)) });
    assert.equal((await look(setup)).active, undefined);
  });

  it('finds a start of ours that is not confirmed', async (test) => {
    const setup = await jobSetup(test, { answers: lists(jobs(), jobs()) });
    const { store, instances, started, list, transport } = setup;
    await settled(transport.clock, instances.add(contoso));
    const trace = TraceContext.begin(transport.randomHex);
    const startedAt = transport.clock.now();
    const start = { startedAt, timeoutInMinutes: undefined, isEndTold: false, before: undefined };
    await settled(transport.clock, started.remember(contoso, 'lost', { trace, start }));
    await settled(transport.clock, list.refresh(contoso));
    assert.equal(store.job(contoso, 'lost')?.state.status, 'unconfirmed');
    assert.deepEqual((await look(setup)).active, {
      kind: 'deletion',
      id: 'lost',
      createdAt: startedAt,
      isUnconfirmed: true,
    });
  });

  it('says that imports could not be listed, and goes on', async (test) => {
    const setup = await jobSetup(test, { answers: lists(jobs(), { status: 403 }) });
    const { active, unknown } = await look(setup);
    assert.equal(active, undefined);
    assert.deepEqual(unknown, ['import jobs could not all be listed (403 Forbidden)']);
  });

  it('says why there are no counts, and goes on', async (test) => {
    const setup = await jobSetup(test, { answers: lists(jobs(), jobs()) });
    setup.transport.httpClient.held = { status: 403 };
    const { contents } = await look(setup);
    assert.deepEqual([contents.models, contents.twins, contents.missing], [undefined, undefined, '403 Forbidden']);
  });

  it('waits 20 s for each answer and no longer', async (test) => {
    const never: Scripted = () => new Promise(() => undefined);
    const setup = await jobSetup(test, { answers: lists(never, jobs()) });
    setup.transport.httpClient.held = never;
    const begun = setup.transport.clock.now();
    const { contents, unknown } = await look(setup);
    assert.ok(setup.transport.clock.now() - begun <= 21_000);
    assert.equal(contents.missing, 'not within 20 s');
    assert.deepEqual(unknown, ['deletion jobs could not all be listed (not within 20 s)']);
  });

  for (const [name, answer, tenantId] of [
    [
      'a tenant that the instance names',
      {
        status: 404,
        body: { error: { message: 'Sub-Domain not found.' } },
        headers: { 'www-authenticate': 'Bearer authorization_uri="https://login.microsoftonline.com/fabrikam.com"' },
      },
      'fabrikam.com',
    ],
    ['another account', { status: 401 }, undefined],
  ] as const) {
    it(`asks for ${name} instead of a confirmation`, async (test) => {
      const setup = await jobSetup(test, { answers: [answer, answer] });
      setup.transport.httpClient.held = answer;
      await assert.rejects(look(setup), (error) => {
        assert.ok(needsOtherIdentity(error));
        assert.equal(error.tenantId, tenantId);
        return true;
      });
    });
  }

  it('asks for a sign-in when there is none', async (test) => {
    const setup = await jobSetup(test);
    setup.transport.credential.getToken = () => Promise.reject(new SignInRequiredError());
    await assert.rejects(look(setup), SignInRequiredError);
  });
});
