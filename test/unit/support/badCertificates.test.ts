import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:https';
import { describe, it, type TestContext } from 'node:test';
import type { Simulator } from '../../simulator/simulator.ts';
import { startExpired, startMisnamed, startUntrusted } from '../../support/badCertificates.ts';

describe('An instance with a certificate that is not good', () => {
  it('is refused when the certificate has expired', async (t) => {
    const simulator = await running(t, startExpired());
    await assert.rejects(get(simulator, simulator.certificatePem), { code: 'CERT_HAS_EXPIRED' });
    await assert.rejects(get(simulator), { code: 'CERT_HAS_EXPIRED' });
    assert.equal(simulator.requests.length, 0);
  });

  it('is refused when nobody has said to trust it', async (t) => {
    const simulator = await running(t, startUntrusted());
    await assert.rejects(get(simulator), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    assert.equal(simulator.requests.length, 0);
    // The certificate is good otherwise: without a token the answer is 401.
    assert.equal(await get(simulator, simulator.certificatePem), 401);
  });

  it('is refused when the certificate is for another host', async (t) => {
    const simulator = await running(t, startMisnamed());
    await assert.rejects(get(simulator, simulator.certificatePem), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    assert.equal(simulator.requests.length, 0);
  });
});

async function running(test: TestContext, starting: Promise<Simulator>): Promise<Simulator> {
  const simulator = await starting;
  test.after(() => simulator.close());
  return simulator;
}

/** Sends a request as any Node client does, trusting the certificate that is given besides the usual ones. */
async function get({ origin }: Simulator, ca?: string): Promise<number | undefined> {
  const sent = request(`${origin}/models?api-version=2023-10-31`, { agent: false, ...(ca !== undefined && { ca }) });
  sent.end();
  const [response] = (await once(sent, 'response')) as [{ statusCode?: number; resume(): void }];
  response.resume();
  return response.statusCode;
}
