import type { Preflight } from '../jobs/preflight.ts';
import { showChecking } from '../prompts/checkStep.ts';
import type { StepPosition, StepResult } from '../prompts/steps.ts';
import { needsOtherIdentity, SignInRequiredError } from '../service/errors.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { chooseAccess } from './chooseAccess.ts';
import { chooseInstance, detailsOfChosen } from './chooseInstance.ts';
import type { Parts } from './parts.ts';

/** What a command is to do with an instance, as far as the steps before it have to know. */
export interface Purpose {
  /** Why a person is asked to sign in: a sentence. */
  readonly reason: (instance: string) => string;
  /** The failure to report when a step fails: nothing was sent that changes anything. */
  readonly failed: (host: InstanceHost, cause: unknown) => Error;
  /** Throws where it must not be done to an instance. */
  readonly check?: (host: InstanceHost) => Promise<void>;
}

/**
 * Does something with an instance that is given or chosen on the way; what was noted of a chosen one is forgotten at the
 * end, unless it has become a known one.
 *
 * @param use is given what to tell each instance that the person chooses
 */
export async function withChosen<T>(
  { instances }: Parts,
  given: InstanceHost | undefined,
  use: (onChosen: (host: InstanceHost) => void) => Promise<T>,
): Promise<T> {
  let chosen = given;
  const forget = (): void => {
    if (chosen) {
      instances.forgetChoice(chosen);
    }
  };
  try {
    return await use((host) => {
      forget();
      chosen = host;
    });
  } finally {
    forget();
  }
}

/** Signs in before an instance is chosen, unless that may be one for which nobody needs to. */
export async function signIn(
  { credentials, store, instances, cloud, identity }: Parts,
  { reason }: Purpose,
): Promise<boolean> {
  const isOther = [identity(), ...store.instances.map(({ host }) => instances.identityOf(host))].some(
    ({ credential }) => credential !== 'vscode',
  );
  const options = { reason: reason('an Azure Digital Twins instance') };
  return isOther || (await credentials.signIn(cloud(), identity(), options)) !== undefined;
}

/** Makes sure that there is a token for the instance; whether there is. */
export async function signInTo(
  { credentials }: Parts,
  host: InstanceHost,
  { reason, failed }: Purpose,
): Promise<boolean> {
  try {
    return (await credentials.signInTo(host, { reason: reason(host.hostname) })) !== undefined;
  } catch (error) {
    throw failed(host, error);
  }
}

/**
 * The step that asks for an instance, and for a sign-in to it. What is known of the chosen one is noted until
 * `forgetChoice`.
 *
 * @param onChosen is told which one it is before anything is noted of it
 */
export async function askInstanceStep(
  parts: Parts,
  purpose: Purpose,
  title: string,
  position: StepPosition,
  onChosen: (host: InstanceHost) => void,
): Promise<StepResult<InstanceHost>> {
  const chosen = await chooseInstance(parts, title, parts.store.instances, position);
  if (chosen.kind !== 'value') {
    return chosen;
  }
  const { host, found } = chosen.value;
  await purpose.check?.(host);
  const details = await detailsOfChosen(title, found);
  if (!details) {
    return { kind: 'cancel' };
  }
  onChosen(host);
  parts.instances.choose(host, details);
  return (await signInTo(parts, host, purpose)) ? { kind: 'value', value: host } : { kind: 'cancel' };
}

/**
 * Looks at the instance. Where that needs a new sign-in or another tenant, the person is asked for it and it is looked
 * at again: once.
 */
export async function lookAt(
  parts: Parts,
  host: InstanceHost,
  purpose: Purpose,
  title: string,
  position: StepPosition,
): Promise<StepResult<Preflight>> {
  const look = async (): Promise<StepResult<Preflight>> => {
    const looked = await showChecking(title, position, parts.preflight.look(host));
    await keepAccount(parts, host);
    return looked;
  };
  try {
    return await look();
  } catch (error) {
    const isMended =
      error instanceof SignInRequiredError
        ? await signInTo(parts, host, purpose)
        : needsOtherIdentity(error) && (await chooseAccess(parts, host, error));
    if (!isMended) {
      throw purpose.failed(host, error);
    }
    return look().catch((again: unknown) => {
      throw purpose.failed(host, again);
    });
  }
}

/** The account that was asked with is the one that all else is sent with, whichever VS Code prefers by then. */
async function keepAccount({ credentials, instances }: Parts, host: InstanceHost): Promise<void> {
  const { credential, account } = instances.identityOf(host);
  const used = credentials.accountUsedFor(host);
  if (credential === 'vscode' && !account && used) {
    await instances.setAccess(host, { ...instances.detailsOf(host).access, account: used });
  }
}
