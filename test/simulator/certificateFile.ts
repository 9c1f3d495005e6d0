import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a certificate is or goes. */
export interface CertificatePlace {
  /** It is in this file already. */
  readonly present?: string | undefined;
  /** It is to be written there; a temporary file when absent. */
  readonly wanted?: string | undefined;
}

/** Puts a certificate where clients can find it. `remove` takes away what was made for it. */
export async function writeCertificate(
  certificatePem: string,
  { present, wanted }: CertificatePlace,
): Promise<{ certificateFile: string; remove: () => Promise<void> }> {
  if (present !== undefined) {
    return { certificateFile: present, remove: () => Promise.resolve() };
  }
  if (wanted !== undefined) {
    await writeFile(wanted, certificatePem);
    return { certificateFile: wanted, remove: () => Promise.resolve() };
  }
  const folder = await mkdtemp(join(tmpdir(), 'simulated-instance-'));
  const certificateFile = join(folder, 'certificate.pem');
  await writeFile(certificateFile, certificatePem);
  return { certificateFile, remove: () => rm(folder, { recursive: true, force: true }) };
}
