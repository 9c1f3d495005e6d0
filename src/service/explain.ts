import { errorCodes } from './deleteJob.ts';
import {
  ConnectionError,
  InvalidInputError,
  ServiceError,
  SignInFailedError,
  SignInRequiredError,
  UnexpectedAnswerError,
} from './errors.ts';
import { errorWords, sentence } from './errorText.ts';
import { printable } from './printable.ts';

/** What a person can press to get further. */
export type Remedy = 'signIn' | 'refresh' | 'showLog';

/** A failure in words for a person. */
export interface Explanation {
  /** A few words for a row, for example `403 Forbidden`. */
  readonly short: string;
  /** What happened: one sentence. */
  readonly happened: string;
  /** What to do, and why where that helps: a sentence or two. */
  readonly advice: string;
  /** Undefined where there is nothing to press. */
  readonly remedy: Remedy | undefined;
}

/**
 * Puts a failure into words: what happened and what to do. What it means for the data depends on what was being done
 * and is said by whoever was doing it.
 */
export function explain(error: unknown): Explanation {
  if (error instanceof SignInRequiredError) {
    return {
      short: 'Not signed in',
      happened: error.message,
      advice: 'Sign in with an account that has the role "Azure Digital Twins Data Owner" on the instance.',
      remedy: 'signIn',
    };
  }
  if (error instanceof SignInFailedError) {
    return {
      short: 'Sign-in failed',
      happened: sentence(`Signing in failed: ${printable(error.message, 300)}`),
      advice: /timed out waiting for authentication provider/i.test(error.message)
        ? 'Reload the window and try again.'
        : 'Try again. The log "Microsoft Authentication" in the Output panel has the details.',
      remedy: 'signIn',
    };
  }
  if (error instanceof InvalidInputError) {
    return { short: 'Invalid input', happened: error.message, advice: 'Nothing was sent.', remedy: undefined };
  }
  if (error instanceof ServiceError) {
    return explainServiceError(error);
  }
  if (error instanceof ConnectionError) {
    return explainConnectionError(error);
  }
  if (error instanceof UnexpectedAnswerError) {
    return {
      short: 'Unexpected answer',
      happened: sentence(
        `${error.exchange.hostname} gave an answer that Azure Digital Twins does not give. ${error.message}`,
      ),
      advice: 'Check the host name, and whether a proxy answers in its place.',
      remedy: 'showLog',
    };
  }
  return {
    short: 'Unexpected error',
    happened: sentence(
      `Something unexpected went wrong: ${printable(error instanceof Error ? error.message : String(error), 300)}`,
    ),
    advice: 'The log has the details.',
    remedy: 'showLog',
  };
}

function explainServiceError(error: ServiceError): Explanation {
  const { hostname } = error.exchange;
  const codes = errorCodes(error.error);
  const said = saidByService(error);
  const row =
    `${error.status} ${codes[0] === undefined ? (reasons[error.status] ?? '') : printable(codes[0], 60)}`.trim();

  if (codes.includes('JobLimitReached')) {
    return {
      short: row,
      happened: `Another bulk job is active on ${hostname}, a deletion or an import. ${said}`,
      advice: 'An instance runs one deletion or import job at a time. Wait until that job has ended, then start again.',
      remedy: 'refresh',
    };
  }
  if (codes.includes('DeleteJobNotFound')) {
    return {
      short: row,
      happened: `${hostname} does not know this deletion job. ${said}`,
      advice: 'The service forgets a job about 30 days after it ended.',
      remedy: 'refresh',
    };
  }
  switch (error.status) {
    case 400:
      return {
        short: row,
        happened: `${hostname} refused the request. ${said}`,
        advice: 'The log has all codes and details.',
        remedy: 'showLog',
      };
    case 401:
      return {
        short: row,
        happened: `${hostname} did not accept the sign-in. ${said}`,
        advice: "Sign in again, with an account of the instance's tenant.",
        remedy: 'signIn',
      };
    case 403:
      return {
        short: row,
        happened: `The signed-in account may not do this on ${hostname}. ${said}`,
        advice:
          'It needs the role "Azure Digital Twins Data Owner" on the instance; being Owner of the subscription is not ' +
          'enough. A new role assignment takes some minutes to apply.',
        remedy: 'refresh',
      };
    case 404:
      if (/sub-?domain not found/i.test(error.error.message ?? '')) {
        return {
          short: '404 Sub-Domain not found',
          happened: `${hostname} is not in the tenant of the signed-in account. ${said}`,
          advice: "Sign in with an account of the instance's tenant; a role in another tenant does not help.",
          remedy: 'signIn',
        };
      }
      return {
        short: row,
        happened: `${hostname} has nothing under this address. ${said}`,
        advice: 'Check the host name of the instance.',
        remedy: 'refresh',
      };
    case 429:
      return {
        short: row,
        happened: `${hostname} has had too many requests. ${said}`,
        advice: `Try again ${after(error.retryAfterInMs)}. The limit of one request a second counts for all who use the instance.`,
        remedy: 'refresh',
      };
    default:
      return {
        short: row,
        happened:
          error.status < 300
            ? `${hostname} answered with status ${error.status}, which is not the one that the service documents.`
            : `${hostname} answered with status ${error.status}. ${said}`,
        advice:
          error.status >= 500
            ? `The service has trouble of its own. Try again ${after(error.retryAfterInMs)}.`
            : 'The log has all codes and details.',
        remedy: error.status >= 500 ? 'refresh' : 'showLog',
      };
  }
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** The service's own words, as a sentence. */
function saidByService({ error, status }: ServiceError): string {
  const words = errorWords(error);
  return words === '' ? `The answer (status ${status}) says no more.` : sentence(`The service says: ${words}`);
}

function after(milliseconds: number | undefined): string {
  if (milliseconds === undefined) {
    return 'in a few minutes';
  }
  return milliseconds > 90_000
    ? `in ${Math.ceil(milliseconds / 60_000)} min`
    : `in ${Math.max(1, Math.ceil(milliseconds / 1000))} s`;
}

function explainConnectionError(error: ConnectionError): Explanation {
  const { hostname } = error.exchange;
  const code = printable(error.code, 60);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      short: `Host not found (${code})`,
      happened: `The name ${hostname} can't be resolved (${code}).`,
      advice: 'Check the host name and your network connection.',
      remedy: 'refresh',
    };
  }
  if (code === 'ETIMEDOUT') {
    return {
      short: 'No answer in time',
      happened: `${hostname} gave no answer in time.`,
      advice: 'Check your network connection and try again.',
      remedy: 'refresh',
    };
  }
  if (/CERT|SIGNATURE|SSL|TLS/.test(code)) {
    return {
      short: `Certificate not trusted (${code})`,
      happened: `The certificate of ${hostname} is not trusted (${code}).`,
      advice: "Behind an inspecting proxy, install its certificate in the system's store and reload the window.",
      remedy: 'showLog',
    };
  }
  if (code === 'PARSE_ERROR' || code.startsWith('HPE_')) {
    return {
      short: `Answer not readable (${code})`,
      happened: `The answer of ${hostname} could not be read (${code}).`,
      advice: 'Try again. If it stays so, a proxy may be changing answers on their way.',
      remedy: 'refresh',
    };
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return {
      short: `Connection broken (${code})`,
      happened: `The connection to ${hostname} broke before an answer came (${code}).`,
      advice: 'Check your network connection and try again.',
      remedy: 'refresh',
    };
  }
  return {
    short: `Not reached (${code})`,
    happened: `${hostname} can't be reached (${code}).`,
    advice: 'Check your network connection and proxy settings, then try again.',
    remedy: 'refresh',
  };
}
