import type { FoundInstance } from '../instances/instanceFinder.ts';
import type { InstanceDetails } from '../jobs/instanceDetails.ts';
import type { Instance } from '../jobs/jobStore.ts';
import { askAccountOf } from '../prompts/accountStep.ts';
import { askInstance } from '../prompts/instanceStep.ts';
import type { ChosenInstance } from '../prompts/instanceRows.ts';
import type { StepPosition, StepResult } from '../prompts/steps.ts';
import { reportFailure } from '../views/failureMessage.ts';
import type { Parts } from './parts.ts';

/** What {@link chooseInstance} works with. */
export type ChoosingParts = Pick<Parts, 'finder' | 'parseHost' | 'credentials' | 'cloud' | 'identity' | 'log'>;

/** Asks for an instance: one of these, one of those that are found, or a host name. */
export function chooseInstance(
  parts: ChoosingParts,
  title: string,
  known: readonly Instance[],
  position: StepPosition,
): Promise<StepResult<ChosenInstance>> {
  const { finder, parseHost, credentials, cloud, identity, log } = parts;
  const report = (error: unknown): void => {
    reportFailure(log, error);
  };
  return askInstance({
    ...{ title, known, position, finder, parseHost },
    signIn: async (asked) => {
      const reason = 'To find your Azure Digital Twins instances.';
      const options = { reason, choose: asked ? ('once' as const) : ('anew' as const) };
      try {
        if (await credentials.signInToResourceManager(cloud(), asked ?? identity(), options)) {
          await finder.refresh();
        }
      } catch (error) {
        report(error);
      }
    },
    explain: report,
  });
}

/**
 * What is to be remembered of an instance that was chosen. Where several accounts see it, the person is asked which is
 * to be used.
 *
 * @returns undefined when the person backed out; no details where nothing was found of it
 */
export async function detailsOfChosen(
  title: string,
  found: FoundInstance | undefined,
): Promise<InstanceDetails | undefined> {
  if (!found) {
    return {};
  }
  const identity = found.foundBy.length > 1 ? await askAccountOf(title, found.foundBy) : found.foundBy[0];
  if (!identity) {
    return undefined;
  }
  const { resourceId, subscriptionId, subscriptionName, tenantId, region } = found;
  const { account } = identity;
  return {
    resource: {
      id: resourceId,
      subscriptionId,
      tenantId,
      region,
      ...(subscriptionName !== undefined && { subscriptionName }),
    },
    access: { tenantId, ...(account && { account }) },
  };
}
