import { clouds, type Cloud } from './cloud.ts';
import { InvalidInputError } from './errors.ts';

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const hostName = new RegExp(`^(?:${label}\\.)*${label}$`);
const ipv4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/**
 * The host of an instance that may be spoken to: a name that passed {@link InstanceHost.parse}, and therefore the only
 * thing that a request is built for and a token is sent to. There is no other way to make one.
 */
export class InstanceHost {
  /** Host name in lower case, followed by `:port` where it is not 443. */
  readonly hostname: string;
  /** The cloud that it is in: tokens for it are tokens of that cloud. */
  readonly cloud: Cloud;

  private constructor(hostname: string, cloud: Cloud) {
    this.hostname = hostname;
    this.cloud = cloud;
  }

  /** The instance's name: the first label of its host name (all of it for an IPv4 address). */
  get name(): string {
    const bare = this.hostname.replace(/:\d+$/, '');
    return ipv4.test(bare) ? bare : (bare.split('.', 1)[0] ?? bare);
  }

  /** What follows the instance's name: region and domain, or a port. Empty for a bare `localhost`. */
  get domain(): string {
    return this.hostname.slice(this.name.length).replace(/^\./, '');
  }

  /** `https://` and the host name, without a slash at the end. */
  get origin(): string {
    return `https://${this.hostname}`;
  }

  /**
   * Reads a host name as a person types or pastes it: spaces around it, upper case and an `https://…/` around it are
   * accepted.
   *
   * @param input what was typed
   * @param additionalHosts hosts accepted besides those of the cloud's domain, with port where it is not 443
   *   (the setting `digitalTwins.additionalHosts`); an entry that is no host name accepts nothing
   * @param cloud the cloud that is worked with (the setting `digitalTwins.cloud`)
   * @throws InvalidInputError for everything else, saying what is allowed
   */
  static parse(input: string, additionalHosts: readonly string[] = [], cloud = clouds.AzurePublic): InstanceHost {
    const example = `contoso.api.wcus.${cloud.instanceDomain}`;
    const typed = input.trim();
    if (typed === '') {
      throw new InvalidInputError('Enter the host name of an instance.');
    }
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(typed) && !/^https:\/\//i.test(typed)) {
      throw new InvalidInputError(`Only https is allowed: https://${example}.`);
    }
    const host = canonical(typed.replace(/^https:\/\//i, '').replace(/\/$/, ''));
    if (host === undefined) {
      throw new InvalidInputError(`Enter the host name alone, such as ${example}.`);
    }
    if (
      isInDomain(host, cloud.instanceDomain) ||
      additionalHosts.some((allowed) => canonical(allowed.trim()) === host)
    ) {
      return new InstanceHost(host, cloud);
    }
    if (!host.includes('.') && !host.includes(':')) {
      throw new InvalidInputError(`Enter the whole host name, such as ${example}.`);
    }
    const other = Object.values(clouds).find(({ instanceDomain }) => isInDomain(host, instanceDomain));
    throw new InvalidInputError(
      other
        ? `This host is in another cloud. To work with it, set digitalTwins.cloud to ${other.name}.`
        : `Only *.${cloud.instanceDomain} and hosts in the setting digitalTwins.additionalHosts are allowed.`,
    );
  }
}

/** Whether a canonical host name is one below a domain. */
function isInDomain(host: string, domain: string): boolean {
  return host.endsWith(`.${domain}`) && hostName.test(host);
}

/** Lower-cases `name[:port]` and drops a port of 443; undefined when it is no plain DNS name or IPv4 address. */
function canonical(text: string): string | undefined {
  const match = /^([^:]+)(?::(\d{1,5}))?$/.exec(text.toLowerCase());
  const name = match?.[1];
  if (name === undefined || name.length > 253 || !hostName.test(name)) {
    return undefined;
  }
  // A last label of digits makes URL parsers read the whole as a number ("127.1", "2130706433"): only the plain form.
  if (/(?:^|\.)(?:0x[0-9a-f]*|\d+)$/.test(name) && !isPlainIpv4(name)) {
    return undefined;
  }
  const port = match?.[2] === undefined ? 443 : Number(match[2]);
  if (port < 1 || port > 65535) {
    return undefined;
  }
  return port === 443 ? name : `${name}:${port}`;
}

function isPlainIpv4(name: string): boolean {
  return ipv4.test(name) && name.split('.').every((part) => Number(part) <= 255 && String(Number(part)) === part);
}
