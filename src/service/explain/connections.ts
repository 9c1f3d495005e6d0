import { certificateErrors, otherCertificateError } from './certificates.ts';
import type { Entry } from './entry.ts';

/** A connection that failed, in words. The code of the failure is put behind both texts. */
export interface ConnectionEntry extends Entry {
  /** A few words for a row. */
  readonly short: string;
}

const network = 'Check your network connection and try again.';
const networkAndProxy = 'Check your network connection and proxy settings, then try again.';

/** By code; one code a key, several codes of one meaning share an entry. */
const byCode: readonly (readonly [readonly string[], ConnectionEntry])[] = [
  [
    ['ENOTFOUND', 'EAI_NONAME', 'EAI_NODATA'],
    {
      short: 'Host not found',
      happened: "The name {host} can't be resolved",
      advice: 'Check the host name and your network connection.',
      remedy: 'refresh',
    },
  ],
  [
    ['EAI_AGAIN', 'EAI_FAIL'],
    {
      short: 'Host not found',
      happened: 'No name server could be asked for {host}',
      advice: 'Check the host name and your network connection, a VPN for one, then try again.',
      remedy: 'refresh',
    },
  ],
  [
    ['ECONNREFUSED'],
    {
      short: 'Not reached',
      happened: "{host} can't be reached: the connection was refused",
      advice: networkAndProxy,
      remedy: 'refresh',
    },
  ],
  [
    ['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL'],
    {
      short: 'Not reached',
      happened: "{host} can't be reached: no way leads there from this network",
      advice: networkAndProxy,
      remedy: 'refresh',
    },
  ],
  [
    ['ECONNRESET', 'ECONNABORTED', 'UND_ERR_SOCKET'],
    {
      short: 'Connection broken',
      happened: 'The connection to {host} broke before an answer came',
      advice: network,
      remedy: 'refresh',
    },
  ],
  [
    ['EPIPE'],
    {
      short: 'Connection broken',
      happened: 'The connection to {host} was closed while the request was being sent',
      advice: network,
      remedy: 'refresh',
    },
  ],
  [
    ['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'],
    { short: 'No answer in time', happened: '{host} gave no answer in time', advice: network, remedy: 'refresh' },
  ],
  [
    ['UND_ERR_CONNECT_TIMEOUT', 'ERR_TLS_HANDSHAKE_TIMEOUT'],
    {
      short: 'No connection in time',
      happened: 'No connection to {host} came about in time',
      advice: networkAndProxy,
      remedy: 'refresh',
    },
  ],
  [
    ['EPROTO'],
    {
      short: 'No secure connection',
      happened: 'No secure connection to {host} came about',
      advice: 'Check the host name and port, and whether a proxy here supports TLS 1.2 or newer.',
      remedy: 'showLog',
    },
  ],
  [
    ['ERR_PROXY_TUNNEL', 'ERR_PROXY_INVALID_CONFIG'],
    {
      short: 'Refused by the proxy',
      happened: 'Your proxy does not let requests through to {host}',
      advice:
        'Sign in to the proxy, or check the settings http.proxy and http.proxyAuthorization. It must allow the host name.',
      remedy: 'showLog',
    },
  ],
  [
    ['PARSE_ERROR', 'Z_DATA_ERROR', 'Z_BUF_ERROR'],
    {
      short: 'Answer not readable',
      happened: 'The answer of {host} could not be read',
      advice: 'Try again. If it stays so, a proxy may be changing answers on their way.',
      remedy: 'refresh',
    },
  ],
];

const connections = new Map(byCode.flatMap(([codes, entry]) => codes.map((code) => [code, entry] as const)));

/** What a code of Node means. */
export function connectionEntry(code: string): ConnectionEntry {
  return { ...entryOf(code), help: 'proxy-and-certificates' };
}

function entryOf(code: string): ConnectionEntry {
  const certificate = certificateErrors.get(code);
  const known = connections.get(code) ?? connections.get(familyOf(code));
  if (certificate === undefined && known !== undefined) {
    return known;
  }
  if (certificate !== undefined || /CERT|SIGNATURE|TLS/.test(code)) {
    const { happened, advice } = certificate ?? otherCertificateError;
    return { short: 'Certificate not trusted', happened: happened.replace(/\.$/, ''), advice, remedy: 'showLog' };
  }
  return {
    short: 'Not reached',
    happened: "{host} can't be reached",
    advice: networkAndProxy,
    remedy: 'refresh',
  };
}

/** The code that stands for a family of codes. */
function familyOf(code: string): string {
  if (code.startsWith('ERR_SSL_')) {
    return 'EPROTO';
  }
  return code.startsWith('HPE_') ? 'PARSE_ERROR' : code;
}
