import type { CredentialKind } from './credentialKind.ts';

/** A Microsoft account that VS Code knows. */
export interface Account {
  readonly id: string;
  /** What people know it by: mostly an e-mail address. */
  readonly label: string;
}

/** Who asks an instance or Azure Resource Manager. */
export interface Identity {
  readonly credential: CredentialKind;
  /** One of VS Code's accounts; undefined for the one that VS Code prefers, and with every other credential. */
  readonly account?: Account | undefined;
  /** Id or domain of the tenant that the token is to be of; undefined for the account's own. */
  readonly tenantId?: string | undefined;
}
