import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { generate } from 'selfsigned';
import { bundleOptions } from '../../../scripts/bundleOptions.ts';
import { clouds } from '../../../src/service/cloud.ts';
import { makeCertificate } from '../../simulator/certificate.ts';
import { temporaryFolder } from '../../support/jobSetup.ts';
import { secretToken, standInAz } from '../../support/standIns.ts';

const { authority: publicAuthority, dataPlaneScope: scope } = clouds.AzurePublic;

/** The credentials as they are shipped, and a program beside them that prints what one of them gives. */
async function bundle(test: TestContext): Promise<string> {
  const folder = await temporaryFolder(test);
  await build({
    ...bundleOptions,
    absWorkingDir: resolve(import.meta.dirname, '../../..'),
    entryPoints: { azureIdentity: 'src/authentication/azureIdentity.ts' },
    outdir: folder,
    minify: true,
  });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const program = `
    const [kind, authority] = process.argv.slice(2);
    const log = { trace() {}, info() {}, warn: console.error, error: console.error };
    const { azureIdentityCredential } = await import('./azureIdentity.js');
    const { token } = await azureIdentityCredential(kind, { authority, log }).getToken(${JSON.stringify(scope)});
    process.stdout.write(token);`;
  await writeFile(join(folder, 'program.js'), program);
  return folder;
}

async function tokenOf(folder: string, kind: string, authority: string, env: Record<string, string>): Promise<string> {
  const args = [join(folder, 'program.js'), kind, authority];
  return (await promisify(execFile)(process.execPath, args, { env })).stdout;
}

/** A Microsoft Entra that gives a token for any client assertion, and keeps the assertions. */
async function startEntra(test: TestContext) {
  const { certificatePem, keyPem } = await makeCertificate(['localhost']);
  const assertions: string[] = [];
  const server = createServer({ cert: certificatePem, key: keyPem }, (request, response) => {
    const origin = `https://${request.headers.host ?? ''}/tenant`;
    void text(request).then((body) => {
      assertions.push(...new URLSearchParams(body).getAll('client_assertion'));
      const answer = request.url?.includes('openid-configuration')
        ? {
            issuer: origin,
            authorization_endpoint: `${origin}/authorize`,
            token_endpoint: `${origin}/token`,
            jwks_uri: `${origin}/keys`,
          }
        : { token_type: 'Bearer', expires_in: 3600, access_token: secretToken };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  test.after(() => server.close());
  return { authority: `https://localhost:${(server.address() as AddressInfo).port}`, certificatePem, assertions };
}

describe('The bundled credentials', () => {
  it('get a token from the Azure CLI', async (test) => {
    const az = await standInAz(test, `print({ accessToken: '${secretToken}', expires_on: 1800000000 });`);
    const folder = await bundle(test);
    assert.equal(await tokenOf(folder, 'azureCli', publicAuthority, { PATH: az.folder }), secretToken);
  });

  it('get a token from Microsoft Entra for a certificate, which they sign with', async (test) => {
    const folder = await bundle(test);
    const entra = await startEntra(test);
    await writeFile(join(folder, 'entra.pem'), entra.certificatePem);
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'app' }], {
      keySize: 2048,
      algorithm: 'sha256',
    });
    await writeFile(join(folder, 'app.pem'), `${key}\n${cert}`);
    const token = await tokenOf(folder, 'environment', entra.authority, {
      NODE_EXTRA_CA_CERTS: join(folder, 'entra.pem'),
      AZURE_TENANT_ID: 'tenant',
      AZURE_CLIENT_ID: 'app',
      AZURE_CLIENT_CERTIFICATE_PATH: join(folder, 'app.pem'),
    });
    assert.equal(token, secretToken);
    const [header, payload] = (entra.assertions[0] ?? '')
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString());
    assert.match(header ?? '', /"alg":"PS256"/);
    assert.match(payload ?? '', /"iss":"app"/);
  });

  it('have nothing in them that opens a browser', async (test) => {
    const folder = await bundle(test);
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.js'));
    const code = (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('\n');
    assert.doesNotMatch(code, /xdg-open|powershell-utils|rundll32/);
  });
});
