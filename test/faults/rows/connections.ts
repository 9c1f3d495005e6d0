import { startExpired, startMisnamed, startUntrusted } from '../../support/badCertificates.ts';
import type { Row } from '../row.ts';
import type { StageOptions } from '../stage.ts';
import { notStarted, group } from './expected.ts';

/** No connection is ever made, from the look on: the person is told what is wrong, and confirms all the same. */
function unreachable(
  fault: string,
  stage: StageOptions,
  short: string,
  { happened, advice, buttons }: { happened: RegExp; advice: RegExp; buttons: readonly string[] },
): Row {
  const escaped = short.replace(/[()]/g, '\\$&');
  return {
    fault,
    stage,
    confirmation: new RegExp(
      `could not be counted: ${escaped}\\. Whether another job is active is not certain: deletion jobs could not all be ` +
        `listed \\(${escaped}\\); import jobs could not all be listed \\(${escaped}\\)\\.`,
    ),
    told: [notStarted(happened, advice, buttons)],
    tree: [`jobs not listed: ${short}`],
    received: 'nothing',
    jobs: [],
  };
}

/** Rows about connections that do not come about. */
export const connections = group('No connection comes about', [
  unreachable(
    'No name server knows the host (ENOTFOUND)',
    { hostname: 'contoso.invalid' },
    'Host not found (ENOTFOUND)',
    {
      happened: /The name contoso\.invalid can't be resolved \(ENOTFOUND\)\./,
      advice: /Check the host name and your network connection\.$/,
      buttons: ['Refresh', 'Show Log', 'Learn More'],
    },
  ),
  // A port that nothing listens on: none of a server that has just been stopped, which another could get.
  unreachable('Nothing listens on the port (ECONNREFUSED)', { hostname: 'localhost:1' }, 'Not reached (ECONNREFUSED)', {
    happened: /localhost:1 can't be reached: the connection was refused \(ECONNREFUSED\)\./,
    advice: /Check your network connection and proxy settings, then try again\.$/,
    buttons: ['Refresh', 'Show Log', 'Learn More'],
  }),
  unreachable(
    'The certificate has expired',
    { startSimulator: startExpired },
    'Certificate not trusted (CERT_HAS_EXPIRED)',
    {
      happened: /The certificate of localhost:\d+ has expired \(CERT_HAS_EXPIRED\)\./,
      advice: /Check this machine's date and time first\./,
      buttons: ['Show Log', 'Learn More'],
    },
  ),
  unreachable(
    'The certificate is signed by nobody but itself',
    { startSimulator: startUntrusted, isTrusted: false },
    'Certificate not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)',
    {
      happened: /is not trusted: it is signed by nobody but itself \(DEPTH_ZERO_SELF_SIGNED_CERT\)\./,
      advice: /An instance in Azure never has such a certificate: check the host name and your proxy\./,
      buttons: ['Show Log', 'Learn More'],
    },
  ),
  unreachable(
    'The certificate is for another host',
    { startSimulator: startMisnamed },
    'Certificate not trusted (ERR_TLS_CERT_ALTNAME_INVALID)',
    {
      happened: /The certificate that localhost:\d+ has shown is for another host \(ERR_TLS_CERT_ALTNAME_INVALID\)\./,
      advice: /Something else may be answering in its place\./,
      buttons: ['Show Log', 'Learn More'],
    },
  ),
]);
