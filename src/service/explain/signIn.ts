import { readEntraError } from '../entraError.ts';
import { credentialTitles } from '../credentialKind.ts';
import { ClaimsRequiredError, SignInFailedError, type SignInRequiredError } from '../errors.ts';
import { sentence } from '../errorText.ts';
import { printable } from '../printable.ts';
import { credentialEntry } from './credentials.ts';
import type { Entry, Explanation } from './entry.ts';
import { signInCodes } from './signInCodes.ts';
import { signInTexts } from './signInTexts.ts';

/** Puts into words why there is no token to send a request with. */
export function explainSignIn(error: SignInRequiredError | SignInFailedError): Explanation {
  if (error instanceof SignInFailedError) {
    return explainFailedSignIn(error);
  }
  if (error instanceof ClaimsRequiredError) {
    return {
      short: 'New sign-in required',
      happened: 'The instance asks for a new sign-in, with a second factor for one.',
      meaning: 'Nothing was changed.',
      advice: 'Sign in: VS Code asks for what is missing. Rules of your organization can require it at any time.',
      remedy: 'signIn',
      help: 'conditional-access',
    };
  }
  return {
    short: 'Not signed in',
    happened: printable(error.message, 300),
    meaning: 'Nothing was sent.',
    advice: 'Sign in with an account that has the role "Azure Digital Twins Data Owner" on the instance.',
    remedy: 'signIn',
  };
}

function explainFailedSignIn(error: SignInFailedError): Explanation {
  const { code } = readEntraError(error.message);
  const byCode = codeEntry(error);
  const byCredential = credentialEntry(error.credential, error.message);
  // What happened is known best by the code, and what to do by the credential: the very command to run.
  const entry =
    byCode && byCredential
      ? { ...byCode, advice: byCredential.advice, remedy: byCredential.remedy, help: byCredential.help ?? byCode.help }
      : (byCredential ?? byCode ?? textEntry(error) ?? otherEntry(error));
  return {
    meaning: 'Nothing was sent.',
    ...whereTokensComeFrom(entry, error),
    short: code === undefined ? (byCredential?.short ?? 'Sign-in failed') : `Sign-in failed (${code})`,
  };
}

/** By the code of Microsoft Entra. Of a code that is known its own words are in the log only. */
function codeEntry({ message }: SignInFailedError): Entry | undefined {
  const { code, words } = readEntraError(message);
  if (code === undefined) {
    return undefined;
  }
  const known = signInCodes.get(code);
  return known
    ? { ...known, happened: `${known.happened} (${code}).` }
    : {
        happened: sentence(`Microsoft Entra refused the sign-in (${code}): ${printable(words, 200) || 'no words'}`),
        advice:
          'Look the code up at login.microsoftonline.com/error, or send it to an administrator with the ids in the log.',
        remedy: 'showLog',
      };
}

/** By what the message says, where there is no code. */
function textEntry({ message, credential }: SignInFailedError): Entry | undefined {
  return signInTexts.find(
    ({ text, of }) => (of === 'anything' || credential === 'vscode') && text.test(message.slice(0, 10_000)),
  )?.entry;
}

function otherEntry({ message, credential }: SignInFailedError): Entry {
  return {
    happened: sentence(`Signing in failed: ${printable(message, 300)}`),
    advice:
      credential === 'vscode'
        ? 'Try again. The log "Microsoft Authentication" in the Output panel has the details.'
        : 'Try again. The log has the details.',
    remedy: 'signIn',
  };
}

/** Signing in to VS Code is of no use where tokens come from elsewhere. */
function whereTokensComeFrom(entry: Entry, { credential }: SignInFailedError): Entry {
  return credential === 'vscode' || entry.remedy !== 'signIn'
    ? entry
    : {
        ...entry,
        advice: `${entry.advice} Tokens come from the credential "${credentialTitles[credential]}": that is where to do it.`,
        remedy: 'showLog',
        help: entry.help ?? 'other-credentials',
      };
}
