import type { TokenCredential } from '@azure/core-auth';
import type { Clock } from '../service/clock.ts';
import type { Cloud } from '../service/cloud.ts';
import type { Identity } from '../service/identity.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import { Credentials } from './credentials.ts';
import { MicrosoftSessions, type Authentication } from './microsoftSessions.ts';

/** What signing in is built on. */
export interface SignInGround {
  readonly authentication: Authentication;
  /** Who asks an instance. */
  readonly identityOf: (host: InstanceHost) => Identity;
  readonly settings: {
    readonly cloud: () => Cloud;
    /** Who asks where nothing else is settled. */
    readonly identity: () => Identity;
    readonly clientId: () => string | undefined;
  };
  readonly clock: Clock;
  readonly log: Log;
}

/** All that has to do with signing in, connected. */
export interface SignIn {
  readonly sessions: MicrosoftSessions;
  readonly credentials: Credentials;
  readonly credentialOf: (host: InstanceHost) => TokenCredential;
  readonly credentialFor: (cloud: Cloud, identity: Identity) => TokenCredential;
  /** All who can be asked for instances: the accounts that VS Code knows, or the credential that is set. */
  readonly identities: () => Promise<readonly Identity[]>;
}

/** Builds what signing in takes. Asks nothing of VS Code. */
export function composeSignIn({ authentication, identityOf, settings, clock, log }: SignInGround): SignIn {
  const sessions = new MicrosoftSessions(authentication, settings.clientId, clock);
  const credentials = new Credentials(sessions, identityOf, clock, log);
  return {
    sessions,
    credentials,
    credentialOf: (host) => credentials.forInstance(host),
    credentialFor: (cloud, identity) => credentials.forResourceManager(cloud, identity),
    identities: async () => {
      const { credential, tenantId } = settings.identity();
      return credential === 'vscode'
        ? (await sessions.accounts(settings.cloud())).map((account) => ({ credential, account, tenantId }))
        : [{ credential, tenantId }];
    },
  };
}
