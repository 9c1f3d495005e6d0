import { errorCodes } from './deleteJob.ts';
import {
  ConnectionError,
  IdentityChangedError,
  InstanceBusyError,
  InstanceProtectedError,
  InvalidInputError,
  LocalFileError,
  ServiceError,
  SignInFailedError,
  SignInRequiredError,
  UnexpectedAnswerError,
} from './errors.ts';
import { errorWords, sentence } from './errorText.ts';
import { connectionEntry } from './explain/connections.ts';
import type { Entry, Explanation } from './explain/entry.ts';
import { explainFile } from './explain/files.ts';
import {
  otherResourceManagerStatus,
  resourceManagerMeaning,
  resourceManagerStatuses,
} from './explain/resourceManager.ts';
import { serviceCodes } from './explain/serviceCodes.ts';
import { explainSignIn } from './explain/signIn.ts';
import { otherStatus, otherTenant, reasons, statuses } from './explain/statuses.ts';
import { printable } from './printable.ts';
import { provesNothingStarted } from './startOutcome.ts';

export type { Explanation, HelpTopic, Remedy } from './explain/entry.ts';

/** Characters of an explanation in all: more is not read in a notification. */
const longest = 600;

/**
 * Puts a failure into words: what happened, what it means for the data and what to do. This is the one catalogue of
 * failures; its tables are in `explain/`.
 */
export function explain(error: unknown): Explanation {
  const explanation = explainAny(error);
  const { happened, meaning, advice } = explanation;
  // What others said stands at the end of what happened: of that the rest is in the log.
  const room = longest - meaning.length - advice.length - 2;
  return happened.length <= room
    ? explanation
    : { ...explanation, happened: `${happened.slice(0, room - 2).trimEnd()}….` };
}

function explainAny(error: unknown): Explanation {
  if (error instanceof ServiceError) {
    return explainServiceError(error);
  }
  if (error instanceof ConnectionError) {
    return explainConnectionError(error);
  }
  if (error instanceof UnexpectedAnswerError) {
    return explainUnexpectedAnswer(error);
  }
  return explainBeforeSending(error) ?? explainDefect(error);
}

/** What stopped a request before, or instead of, an answer of the data plane. */
function explainBeforeSending(error: unknown): Explanation | undefined {
  if (error instanceof SignInRequiredError || error instanceof SignInFailedError) {
    return explainSignIn(error);
  }
  if (error instanceof InstanceProtectedError) {
    const { host, rule, isLost } = error;
    return {
      short: 'Protected',
      happened: isLost
        ? `Whether ${nameOf(host)} is protected from deletion jobs is not known: the stored protections can't be read.`
        : rule === undefined
          ? `${nameOf(host)} is protected from deletion jobs.`
          : `${nameOf(host)} is protected from deletion jobs by "${printable(rule, 100)}" in the setting digitalTwins.protectedHosts.`,
      meaning: 'Nothing was sent and nothing was deleted.',
      advice:
        rule === undefined
          ? 'To lift that, use "Remove Protection" on the instance in the view Deletion Jobs.'
          : 'To lift that, change the setting.',
      remedy: rule === undefined ? 'removeProtection' : 'openSettings',
    };
  }
  if (error instanceof InstanceBusyError) {
    return {
      short: error.isStart ? 'Another start is under way' : 'In use',
      happened: sentence(printable(error.what, 200)),
      meaning: error.isStart ? 'This attempt deleted nothing.' : 'Nothing was sent and nothing was deleted.',
      advice: error.isStart
        ? 'Refresh to see what became of the other start, which may be from another window.'
        : 'Wait until that has ended. It may be going on in another window.',
      remedy: error.isStart ? 'refresh' : undefined,
    };
  }
  if (error instanceof IdentityChangedError) {
    return {
      short: 'Account or tenant changed',
      happened: `The account, tenant or credential for ${nameOf(error.host)} was changed while this was being confirmed.`,
      meaning: 'Nothing was sent and nothing was deleted.',
      advice: 'Start again: the instance is looked at anew, as who is set now.',
      remedy: undefined,
    };
  }
  if (error instanceof InvalidInputError) {
    return {
      short: 'Invalid input',
      happened: error.message,
      meaning: 'Nothing was sent.',
      advice: 'Correct it and try again.',
      remedy: undefined,
    };
  }
  if (error instanceof LocalFileError) {
    return explainFile(error);
  }
  return isSystemError(error) ? explainStorage(error) : undefined;
}

/** A failure of the operating system. Those of connections are ConnectionErrors by the time they come here. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}

function explainStorage({ code, path }: NodeJS.ErrnoException & { code: string }): Explanation {
  const folder = path === undefined ? 'its own folders' : printable(path, 200);
  return {
    short: `Storage not usable (${codeOf(code)})`,
    happened: `What this extension has to remember can't be read or written on this machine (${codeOf(code)}).`,
    meaning: 'A deletion job that is running goes on at the service.',
    advice: `Check that the disk has room and that VS Code may write to ${folder}.`,
    remedy: 'showLog',
  };
}

function explainDefect(error: unknown): Explanation {
  return {
    short: 'Unexpected error',
    happened: sentence(
      `Something unexpected went wrong: ${printable(error instanceof Error ? error.message : String(error), 300)}`,
    ),
    meaning: 'A deletion job that is running goes on at the service.',
    advice: 'The log has the details.',
    remedy: 'showLog',
  };
}

function explainServiceError(error: ServiceError): Explanation {
  const [code] = errorCodes(error.error);
  const first = code === undefined ? (reasons.get(error.status) ?? '') : codeOf(code);
  return fill(serviceEntry(error), error, {
    short: error.isOfOtherTenant ? '404 Sub-Domain not found' : `${error.status} ${first}`.trim(),
    said: saidByService(error),
    after: after(error.retryAfterInMs),
  });
}

function serviceEntry(error: ServiceError): Entry {
  const { status, exchange, isOfOtherTenant } = error;
  if (exchange.isResourceManager) {
    return resourceManagerStatuses.get(status) ?? otherResourceManagerStatus;
  }
  if (isOfOtherTenant) {
    return otherTenant;
  }
  const code = errorCodes(error.error).find((each) => serviceCodes.has(each));
  return (
    (code === undefined ? undefined : serviceCodes.get(code)) ?? statuses.get(String(status)) ?? otherStatus(status)
  );
}

function explainConnectionError(error: ConnectionError): Explanation {
  const code = codeOf(error.code);
  const { short, happened, ...entry } = connectionEntry(error.code);
  return fill({ ...entry, happened: `${happened} (${code}).` }, error, {
    short: short.endsWith('in time') ? short : `${short} (${code})`,
  });
}

function explainUnexpectedAnswer(error: UnexpectedAnswerError): Explanation {
  const entry = unexpectedAnswers[error.kind];
  return fill({ ...entry, happened: '{host} gave an answer that Azure Digital Twins does not give.' }, error, {
    short: entry.short,
    said: sentence(printable(error.message, 300)),
  });
}

const unexpectedAnswers: Readonly<
  Record<UnexpectedAnswerError['kind'], Omit<Entry, 'happened'> & { readonly short: string }>
> = {
  redirect: {
    short: 'Redirected',
    advice:
      'A sign-in page of your network or a proxy may answer in its place. Open a web page to see, then try again.',
    remedy: 'refresh',
    help: 'proxy-and-certificates',
  },
  page: {
    short: 'Web page instead of an answer',
    advice: 'Check the host name, and whether a proxy or a sign-in page of your network answers in its place.',
    remedy: 'showLog',
    help: 'proxy-and-certificates',
  },
  empty: {
    short: 'Empty answer',
    advice: 'Try again. If it stays so, check whether a proxy answers in its place.',
    remedy: 'refresh',
  },
  content: {
    short: 'Unexpected answer',
    advice: 'Check the host name, and whether a proxy answers in its place.',
    remedy: 'showLog',
  },
};

/** The one request that changes anything; all others leave the data as it is. */
const startOperation = 'POST /jobs/deletions';

/** Puts an entry of a table together with what is known of the exchange. */
function fill(
  { happened, advice, remedy, help }: Entry,
  error: ServiceError | ConnectionError | UnexpectedAnswerError,
  { short, said = '', after = '' }: { short: string; said?: string; after?: string },
): Explanation {
  const words = (text: string): string =>
    text.replaceAll('{host}', () => nameOf(error.exchange)).replaceAll('{after}', () => after);
  const told = { short, happened: `${words(happened)} ${said}`.trim() };
  if (error.exchange.isResourceManager) {
    return { ...told, meaning: resourceManagerMeaning, advice: words(advice), remedy, help };
  }
  if (error.exchange.operation !== startOperation) {
    const meaning = 'Nothing was changed; a job that is running goes on at the service.';
    return { ...told, meaning, advice: words(advice), remedy, help };
  }
  if (provesNothingStarted(error)) {
    return { ...told, meaning: 'This attempt deleted nothing.', advice: words(advice), remedy, help };
  }
  return {
    ...told,
    meaning: 'It is not known whether the deletion job was started.',
    // Whatever the cause: to try again at once is the one thing not to do.
    advice: 'The request was sent once and is not repeated. Look at the jobs of the instance before you start again.',
    remedy: 'refresh',
  };
}

function nameOf({ hostname }: { readonly hostname: string }): string {
  return printable(hostname, 120);
}

/** A code for a person, bounded also where its characters had to be written as several. */
function codeOf(code: string): string {
  return printable(code, 60).slice(0, 61);
}

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
