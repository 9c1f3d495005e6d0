import type { InstanceAccess } from '../jobs/instanceDetails.ts';
import { askAccount, type ChosenAccount } from '../prompts/accountStep.ts';
import { askSteps, type Step } from '../prompts/steps.ts';
import { askTenant, type ChosenTenant } from '../prompts/tenantStep.ts';
import { explained } from '../service/explained.ts';
import type { Identity } from '../service/identity.ts';
import type { ServiceError } from '../service/errors.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { logFailure } from '../service/logFailure.ts';
import type { Parts } from './parts.ts';

interface Answers {
  /** Who asks, in the tenant in which tenants are listed. */
  readonly identity?: Identity;
  readonly tenant?: ChosenTenant;
}

/** What {@link chooseAccess} works with. */
export type AccessParts = Pick<Parts, 'instances' | 'credentials' | 'sessions' | 'finder' | 'identity' | 'log'>;

/**
 * Asks who is to ask an instance, signs in if need be, and settles it. When the person backs out or signing in fails,
 * the instance is asked by whom it was before.
 *
 * @param refusal why, where the instance has refused who asked: one that is of another tenant leads to the choice of the
 *   tenant, from which Back leads to the account; the tenant that it named is suggested
 * @returns whether it was settled
 * @throws SignInFailedError
 */
export async function chooseAccess(parts: AccessParts, host: InstanceHost, refusal?: ServiceError): Promise<boolean> {
  const { instances, credentials, sessions, finder } = parts;
  const { cloud } = host;
  const current = instances.identityOf(host);
  const standard = parts.identity().tenantId;
  const reason = `To work with ${host.hostname}.`;
  const title = (what: string): string => `Account and Tenant for ${host.name}: ${what}`;

  const account: Step<Answers> = async (_, position) => {
    const accounts = await sessions.accounts(cloud).catch(async (error: unknown) => {
      logFailure(parts.log, error);
      return (await explained(error)).short;
    });
    const chosen = await askAccount(title('Account'), accounts, current, position);
    if (chosen.kind !== 'value') {
      return chosen;
    }
    const identity = await signedIn(chosen.value);
    return identity ? { kind: 'value', value: { identity } } : { kind: 'cancel' };
  };
  /** Its tenants can be listed only once this extension may use the account. */
  const signedIn = async (chosen: ChosenAccount): Promise<Identity | undefined> => {
    if (chosen.kind === 'credential') {
      return { credential: chosen.credential, tenantId: standard };
    }
    const known = chosen.kind === 'account' ? chosen.account : undefined;
    const asked: Identity = { credential: 'vscode', account: known, tenantId: standard };
    const options = { reason, choose: known ? ('once' as const) : ('anew' as const) };
    try {
      const result = await credentials.signInToResourceManager(cloud, asked, options);
      return result && { ...asked, account: result.account };
    } catch (error) {
      // Rules may keep an account from Azure Resource Manager and not from the instance: its tenant can be typed.
      logFailure(parts.log, error);
    }
    const result = known ? { account: known } : await credentials.signIn(cloud, asked, options);
    return result && { ...asked, account: result.account };
  };
  const tenant: Step<Answers> = async ({ identity = current }, position) => {
    const chosen = await askTenant({
      ...{ title: title('Tenant'), position, explained, standard },
      why: refusal?.isOfOtherTenant === true ? `${host.name} is not in the tenant that was asked in` : undefined,
      tenants: finder.tenantsOf({ ...identity, tenantId: standard }),
      named: refusal?.tenantId ?? finder.byHost(host)?.tenantId ?? instances.detailsOf(host).resource?.tenantId,
      current: current.tenantId,
    });
    return chosen.kind === 'value' ? { kind: 'value', value: { tenant: chosen.value } } : chosen;
  };

  const isTenantWrong = refusal !== undefined && (refusal.isOfOtherTenant || refusal.tenantId !== undefined);
  const answers = await askSteps<Answers>([account, tenant], {}, isTenantWrong ? 1 : 0);
  if (!answers) {
    return false;
  }
  const identity = { ...(answers.identity ?? current), tenantId: answers.tenant?.tenantId };
  if (!(await credentials.signInTo(host, { reason }, { ...identity, tenantId: identity.tenantId ?? standard }))) {
    return false;
  }
  await instances.setAccess(host, asAccess(identity));
  return true;
}

function asAccess({ credential, account, tenantId }: Identity): InstanceAccess {
  return { credential, ...(account && { account }), ...(tenantId !== undefined && { tenantId }) };
}
