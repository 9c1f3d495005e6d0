import type { Contents } from './contents.ts';
import { ServiceError } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';
import { pageSize, readToken, writeToken } from './paging.ts';

/** What can be changed about the answers to queries while the instance runs. */
export interface QuerySettings {
  /** Whether a query's first page is empty and has a continuation token, which the service may do. */
  emptyFirstPages: boolean;
  /** How many items a page may have for the query to be done in time; undefined for any number. */
  queryItemsInTime: number | undefined;
}

/** The form that the service's queries have here: everything of one collection, or how much it is. */
interface Query {
  readonly counts: boolean;
  readonly from: 'twins' | 'relationships';
}

const form = /^\s*SELECT\s+(?<what>\*|COUNT\s*\(\s*\))\s+FROM\s+(?<from>DIGITALTWINS|RELATIONSHIPS)\s*;?\s*$/i;

function parseQuery(text: string): Query {
  const { what, from } = form.exec(text)?.groups ?? {};
  if (what === undefined || from === undefined) {
    throw new ServiceError(
      400,
      'SqlQueryError',
      'The simulated instance knows SELECT * and SELECT COUNT() FROM DIGITALTWINS or RELATIONSHIPS, and no conditions.',
    );
  }
  return { counts: what !== '*', from: from.toUpperCase() === 'DIGITALTWINS' ? 'twins' : 'relationships' };
}

/** The answer to a query and its cost in query units. */
export interface QueryReply {
  readonly body: JsonObject;
  readonly charge: number;
}

/**
 * Answers `POST /query`.
 * @throws ServiceError `SqlQueryError`, `BadRequest` for a bad continuation token, or `TimeoutError`.
 */
export function answerQuery(
  contents: Contents,
  specification: unknown,
  maxItemsPerPage: string | undefined,
  { emptyFirstPages, queryItemsInTime }: QuerySettings,
): QueryReply {
  if (!isObject(specification)) {
    throw new ServiceError(400, 'InvalidArgument', 'The body must be a query specification.');
  }
  const limit = pageSize(maxItemsPerPage, { default: 100, maximum: 1000 });
  const { query, continuationToken: token } = specification;
  if (token !== undefined && token !== null) {
    if (typeof token !== 'string') {
      throw new ServiceError(400, 'BadRequest', 'The continuation token is invalid.');
    }
    const { scope, cursor } = readToken(token);
    if (scope !== 'twins' && scope !== 'relationships') {
      throw new ServiceError(400, 'BadRequest', 'The continuation token is invalid.');
    }
    checkTime(limit, queryItemsInTime);
    return select(contents, scope, limit, cursor);
  }
  if (typeof query !== 'string') {
    throw new ServiceError(400, 'InvalidArgument', 'The body must have a query or a continuationToken.');
  }
  const { counts, from } = parseQuery(query);
  if (counts) {
    return { body: { value: [{ COUNT: contents.counts[from] }] }, charge: 2.5 };
  }
  checkTime(limit, queryItemsInTime);
  if (emptyFirstPages) {
    return { body: { value: [], continuationToken: writeToken(from, { index: 0, write: 0 }) }, charge: 1 };
  }
  return select(contents, from, limit, { index: 0, write: 0 });
}

/** The service takes its 60 seconds to say so; tests have no use for them. */
function checkTime(limit: number, itemsInTime: number | undefined): void {
  if (itemsInTime !== undefined && limit > itemsInTime) {
    throw new ServiceError(
      400,
      'TimeoutError',
      'The query execution timed out after 60 seconds. Try simplifying the query or adding conditions to reduce the result size.',
    );
  }
}

function select(
  contents: Contents,
  from: Query['from'],
  limit: number,
  cursor: { readonly index: number; readonly write: number },
): QueryReply {
  const { items, next } = contents[from].page(limit, cursor);
  return {
    body: { value: items, ...(next !== undefined && { continuationToken: writeToken(from, next) }) },
    charge: Math.round((1 + items.length * 0.05) * 100) / 100,
  };
}
