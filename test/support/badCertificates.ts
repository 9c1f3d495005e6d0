import { makeCertificate } from '../simulator/certificate.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator/simulator.ts';

const loopback = ['localhost', '127.0.0.1', '::1'];
const dayMs = 24 * 60 * 60 * 1000;

/** How to start a simulated instance whose certificate is given. */
export type BadCertificateOptions = Omit<SimulatorOptions, 'certificate' | 'hostNames'>;

/**
 * A simulated instance whose certificate expired yesterday: a client gets CERT_HAS_EXPIRED, whether it trusts
 * `certificatePem` or not.
 */
export async function startExpired(options: BadCertificateOptions = {}): Promise<Simulator> {
  const validity = { from: new Date(Date.now() - 10 * dayMs), to: new Date(Date.now() - dayMs) };
  return startSimulator({ ...options, certificate: await makeCertificate(loopback, validity) });
}

/**
 * A simulated instance with a certificate of its own that nobody has been told to trust: a client that is not given
 * `certificatePem` gets DEPTH_ZERO_SELF_SIGNED_CERT. Any simulated instance is one; here the test says what it means.
 */
export async function startUntrusted(options: BadCertificateOptions = {}): Promise<Simulator> {
  return startSimulator({ ...options, certificate: await makeCertificate(loopback) });
}

/**
 * A simulated instance on `localhost` with a certificate for another host: a client that trusts `certificatePem` gets
 * ERR_TLS_CERT_ALTNAME_INVALID.
 */
export async function startMisnamed(
  options: BadCertificateOptions & { readonly hostNames?: readonly string[] } = {},
): Promise<Simulator> {
  const { hostNames = ['other.example'], ...others } = options;
  return startSimulator({ ...others, certificate: await makeCertificate(hostNames) });
}
