import { isIP } from 'node:net';
import { generate } from 'selfsigned';

/** A server's certificate and its key, PEM. */
export interface ServerCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

const dayMs = 24 * 60 * 60 * 1000;

/** When a certificate is valid. */
export interface Validity {
  /** An hour ago when absent, for clocks that are not in step. */
  readonly from?: Date;
  /** In 90 days when absent. */
  readonly to?: Date;
}

/**
 * Makes a self-signed certificate for these host names and addresses. It is no CA: trusting it trusts this server alone.
 */
export async function makeCertificate(
  hostNames: readonly string[],
  { from = new Date(Date.now() - 60 * 60 * 1000), to = new Date(Date.now() + 90 * dayMs) }: Validity = {},
): Promise<ServerCertificate> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: hostNames[0] ?? 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: from,
    notAfterDate: to,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: hostNames.map((name) => (isIP(name) > 0 ? { type: 7, ip: name } : { type: 2, value: name })),
      },
    ],
  });
  return { certificatePem: cert, keyPem: key };
}
