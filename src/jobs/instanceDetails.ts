import * as v from 'valibot';
import { credentialTitles, type CredentialKind } from '../service/credentialKind.ts';
import type { Identity } from '../service/identity.ts';
import { readTenant } from '../service/tenant.ts';

/** It becomes part of a scope and of a command line. */
const tenant = v.pipe(
  v.string(),
  v.check((text) => readTenant(text) === text),
);

const storedResource = v.object({
  /** The id in Azure Resource Manager: `/subscriptions/…/digitalTwinsInstances/…`. */
  id: v.string(),
  subscriptionId: v.string(),
  subscriptionName: v.optional(v.string()),
  tenantId: tenant,
  /** Azure's name of it, such as `westeurope`. */
  region: v.string(),
});

const storedAccess = v.object({
  credential: v.optional(v.picklist(Object.keys(credentialTitles) as CredentialKind[])),
  account: v.optional(v.object({ id: v.string(), label: v.string() })),
  tenantId: v.optional(tenant),
});

/** An instance's details as they are stored. */
export const storedDetails = v.object({
  hostname: v.string(),
  resource: v.optional(storedResource),
  access: v.optional(storedAccess),
});

/** What Azure Resource Manager says of an instance. */
export type InstanceResource = v.InferOutput<typeof storedResource>;

/** Who asks an instance, where a person or the first answer has settled that. */
export type InstanceAccess = v.InferOutput<typeof storedAccess>;

/** What is known of an instance besides its host name. */
export interface InstanceDetails {
  readonly resource?: InstanceResource | undefined;
  readonly access?: InstanceAccess | undefined;
}

/** Who asks an instance: what is settled for it, and for the rest what the settings say. */
export function identityFor(access: InstanceAccess | undefined, settings: Identity): Identity {
  const credential = access?.credential ?? settings.credential;
  return {
    credential,
    account: credential === 'vscode' ? access?.account : undefined,
    tenantId: access?.tenantId ?? settings.tenantId,
  };
}
