/** Which requests a fault is for. What is absent matches everything. */
export interface FaultMatcher {
  readonly method?: string;
  /** The path without the query; a string matches as a whole, `*` in it stands for anything. */
  readonly path?: string | RegExp;
  /** The tenant of the request's token. */
  readonly tenantId?: string;
}

/** What goes wrong. */
export type FaultAction =
  /** The connection breaks before the request takes effect. */
  | { readonly kind: 'dropBefore' }
  /** The request takes effect, then the connection breaks without an answer. */
  | { readonly kind: 'dropAfter' }
  /** The request, or with `of: 'answer'` the answer, is held back for so many milliseconds. */
  | { readonly kind: 'delay'; readonly ms: number; readonly of?: 'request' | 'answer' }
  /**
   * The request takes effect and its answer begins: status, headers with the length of the whole body, and so many bytes
   * of that, or half of them. Then the connection closes. An answer without a body comes whole.
   */
  | { readonly kind: 'truncate'; readonly bytes?: number }
  /** This answer, and no effect unless `takesEffect`. A body that is no string is sent as JSON. */
  | {
      readonly kind: 'respond';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
      readonly takesEffect?: boolean;
    };

/** A scripted fault. */
export interface Fault {
  readonly matcher: FaultMatcher;
  readonly action: FaultAction;
  /** How many more requests it hits; Infinity for all. */
  readonly remaining: number;
}

/** The faults that wait for their request. Each request meets at most one: the first that matches. */
export class Faults {
  #pending: { readonly matcher: FaultMatcher; readonly action: FaultAction; remaining: number }[] = [];

  get pending(): readonly Fault[] {
    return this.#pending;
  }

  /** Scripts a fault for the next `times` requests that match. */
  next(matcher: FaultMatcher, action: FaultAction, times = 1): void {
    this.#pending.push({ matcher, action, remaining: times });
  }

  /** Forgets all faults. */
  clear(): void {
    this.#pending = [];
  }

  /** Takes the fault for a request, if there is one. */
  take(method: string, path: string, tenantId?: string): FaultAction | undefined {
    const fault = this.#pending.find(({ matcher }) => matches(matcher, method, path, tenantId));
    if (fault === undefined) {
      return undefined;
    }
    fault.remaining -= 1;
    if (fault.remaining <= 0) {
      this.#pending = this.#pending.filter((other) => other !== fault);
    }
    return fault.action;
  }
}

function matches(matcher: FaultMatcher, method: string, path: string, tenantId: string | undefined): boolean {
  if (matcher.tenantId !== undefined && matcher.tenantId !== tenantId) {
    return false;
  }
  if (matcher.method !== undefined && matcher.method.toUpperCase() !== method) {
    return false;
  }
  if (matcher.path === undefined) {
    return true;
  }
  if (matcher.path instanceof RegExp) {
    return path.search(matcher.path) >= 0;
  }
  const pattern = matcher.path
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(path);
}
