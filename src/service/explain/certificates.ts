import type { CertificateCode } from '../certificateCodes.ts';

/** Why a certificate was not accepted, and what to do. */
export interface CertificateError {
  /** What is wrong: a sentence in which `{host}` stands for the host name. */
  readonly happened: string;
  /** What to do: a sentence or two. */
  readonly advice: string;
}

const proxyRoot =
  "If a proxy here inspects traffic, install its root certificate in the system's store, leave the setting " +
  'http.systemCertificates on and reload the window.';
const clock =
  "Check this machine's date and time first. If they are right, a proxy here may use a certificate of its own.";
const someoneElse =
  'Something else may be answering in its place. Check the host name and your proxy, and do not go on before you know.';
const issuer = 'A proxy here that issues certificates seems to be set up wrongly. Tell whoever runs your network.';
const damaged = 'Try again. If it stays so, a proxy here may be damaging certificates: tell whoever runs your network.';
const revocation =
  "VS Code asks for no revocation lists by itself: check the options of Node in this machine's environment.";

const byCode: Readonly<Record<CertificateCode, CertificateError>> = {
  // Time
  CERT_HAS_EXPIRED: { happened: 'The certificate of {host} has expired.', advice: clock },
  CERT_NOT_YET_VALID: { happened: 'The certificate of {host} is not valid yet.', advice: clock },

  // Trust
  SELF_SIGNED_CERT_IN_CHAIN: {
    happened: 'The certificate of {host} is not trusted: its root certificate is unknown on this machine.',
    advice: proxyRoot,
  },
  UNABLE_TO_GET_ISSUER_CERT: {
    happened: 'The certificate of {host} is not trusted: the certificate of an issuer in its chain is missing.',
    advice: proxyRoot,
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    happened: 'The certificate of {host} is not trusted: its issuer is unknown on this machine.',
    advice: proxyRoot,
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    happened: 'The certificate of {host} is not trusted: it came without those of its issuers.',
    advice: proxyRoot,
  },
  CERT_UNTRUSTED: {
    happened: 'The certificate of {host} is not trusted: its root is not marked as trusted for this use.',
    advice: proxyRoot,
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    happened: 'The certificate of {host} is not trusted: it is signed by nobody but itself.',
    advice:
      'An instance in Azure never has such a certificate: check the host name and your proxy. For a simulated one, ' +
      'name its certificate file in NODE_EXTRA_CA_CERTS and start VS Code again.',
  },
  CERT_REJECTED: {
    happened: 'The certificate of {host} is not trusted: its root is marked as rejected for this use.',
    advice: someoneElse,
  },
  CERT_REVOKED: { happened: 'The certificate of {host} has been revoked by its issuer.', advice: someoneElse },
  UNSPECIFIED: {
    happened: 'The certificate of {host} is not trusted, for a reason that has no name.',
    advice: proxyRoot,
  },

  // Name
  ERR_TLS_CERT_ALTNAME_INVALID: {
    happened: 'The certificate that {host} has shown is for another host.',
    advice: someoneElse,
  },
  ERR_TLS_CERT_ALTNAME_FORMAT: {
    happened: 'The certificate of {host} names its hosts in a form that is not valid.',
    advice: someoneElse,
  },
  HOSTNAME_MISMATCH: {
    happened: 'The name in the certificate of {host} is not that of the host.',
    advice: someoneElse,
  },

  // Chain
  CERT_CHAIN_TOO_LONG: { happened: 'The certificate of {host} has too many issuers above it.', advice: issuer },
  INVALID_CA: { happened: 'An issuer above the certificate of {host} may not issue any.', advice: issuer },
  PATH_LENGTH_EXCEEDED: {
    happened: 'An issuer above the certificate of {host} has more issuers below it than it allows.',
    advice: issuer,
  },
  INVALID_PURPOSE: { happened: 'The certificate of {host} is not made for servers.', advice: issuer },

  // Content
  CERT_SIGNATURE_FAILURE: { happened: 'The signature of the certificate of {host} is wrong.', advice: damaged },
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: {
    happened: "The signature of the certificate of {host} can't be decrypted.",
    advice: damaged,
  },
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: {
    happened: "The key of an issuer above the certificate of {host} can't be read.",
    advice: damaged,
  },
  ERROR_IN_CERT_NOT_BEFORE_FIELD: {
    happened: 'The certificate of {host} does not say in a valid form from when it is valid.',
    advice: damaged,
  },
  ERROR_IN_CERT_NOT_AFTER_FIELD: {
    happened: 'The certificate of {host} does not say in a valid form until when it is valid.',
    advice: damaged,
  },

  // Revocation lists
  UNABLE_TO_GET_CRL: {
    happened: 'Whether the certificate of {host} has been revoked is unknown: there is no revocation list.',
    advice: revocation,
  },
  CRL_HAS_EXPIRED: {
    happened: 'The revocation list for the certificate of {host} has expired.',
    advice: `Check this machine's date and time. ${revocation}`,
  },
  CRL_NOT_YET_VALID: {
    happened: 'The revocation list for the certificate of {host} is not valid yet.',
    advice: `Check this machine's date and time. ${revocation}`,
  },
  CRL_SIGNATURE_FAILURE: {
    happened: 'The signature of the revocation list for the certificate of {host} is wrong.',
    advice: revocation,
  },
  UNABLE_TO_DECRYPT_CRL_SIGNATURE: {
    happened: "The signature of the revocation list for the certificate of {host} can't be decrypted.",
    advice: revocation,
  },
  ERROR_IN_CRL_LAST_UPDATE_FIELD: {
    happened: 'The revocation list for the certificate of {host} does not say in a valid form when it was made.',
    advice: revocation,
  },
  ERROR_IN_CRL_NEXT_UPDATE_FIELD: {
    happened: 'The revocation list for the certificate of {host} does not say in a valid form when the next is due.',
    advice: revocation,
  },

  OUT_OF_MEM: {
    happened: 'There was not enough memory to check the certificate of {host}.',
    advice: 'Close what you do not need, reload the window and try again.',
  },
};

/** What a certificate's code means, for a person. */
export const certificateErrors: ReadonlyMap<string, CertificateError> = new Map(Object.entries(byCode));

/** For a code that names a certificate and is not in the table: Node may learn new ones. */
export const otherCertificateError: CertificateError = {
  happened: 'The certificate of {host} is not trusted.',
  advice: proxyRoot,
};
