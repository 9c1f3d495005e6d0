import { ServiceError } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';

/** The tables that a query may name, by their names in lower case. */
export type Tables = Readonly<Record<string, readonly JsonObject[]>>;

/** What a query found. */
export interface QueryResult {
  readonly rows: readonly JsonObject[];
  /** Whether the service makes pages of it; not where the query itself takes a part. */
  readonly isPaged: boolean;
}

/**
 * Runs a query in a small part of the Kusto Query Language: `where` (comparisons and `isnotempty`, joined by `and`),
 * `project`, `extend`, `order by`, `take`, and `join kind=leftouter (…) on column`.
 *
 * @throws ServiceError 400 for all else, as the service does for what it can't read.
 */
export function runQuery(query: string, tables: Tables): QueryResult {
  const [table = '', ...stages] = splitOutside(query.replace(/(^|\s)\/\/.*$/gm, ''), '|').map((text) => text.trim());
  const rows = Object.hasOwn(tables, table.toLowerCase()) ? tables[table.toLowerCase()] : undefined;
  if (rows === undefined) {
    throw invalid(`There is no table '${table}'.`);
  }
  return {
    rows: stages.reduce<readonly JsonObject[]>((found, stage) => run(stage, found, tables), rows),
    isPaged: !stages.some((stage) => /^(take|limit)\b/i.test(stage)),
  };
}

function run(stage: string, rows: readonly JsonObject[], tables: Tables): readonly JsonObject[] {
  const [, operator = '', rest = ''] = /^(\w+)\s*([\s\S]*)$/.exec(stage) ?? [];
  switch (operator) {
    case 'where': {
      const conditions = rest.split(/\s+and\s+/).map(readCondition);
      return rows.filter((row) => conditions.every((holds) => holds(row)));
    }
    case 'project': {
      const columns = readColumns(rest);
      return rows.map((row) => Object.fromEntries(columns.map(([name, value]) => [name, value(row)])));
    }
    case 'extend': {
      const columns = readColumns(rest);
      return rows.map((row) => ({ ...row, ...Object.fromEntries(columns.map(([name, value]) => [name, value(row)])) }));
    }
    case 'order':
    case 'sort':
      return sort(rows, rest);
    case 'take':
    case 'limit':
      return rows.slice(0, Number(rest));
    case 'join':
      return join(rows, rest, tables);
    default:
      throw invalid(`'${operator}' is not among the operators that are simulated.`);
  }
}

type Value = (row: JsonObject) => unknown;

function readCondition(text: string): (row: JsonObject) => boolean {
  const [, negation, tested] = /^is(not)?empty\((.+)\)$/.exec(text.trim()) ?? [];
  if (tested !== undefined) {
    const value = readValue(tested);
    return (row) => [null, undefined, ''].includes(value(row) as null) === (negation === undefined);
  }
  const comparison = /^(\S+)\s*(=~|!~|==|!=)\s*(?:'([^']*)'|"([^"]*)")$/.exec(text.trim()) ?? [];
  const [, left = '', operator, single, double] = comparison;
  if (operator === undefined) {
    throw invalid(`'${text}' is not among the conditions that are simulated.`);
  }
  const value = readValue(left);
  const literal = single ?? double ?? '';
  const fold = (side: string): string => (operator.endsWith('~') ? side.toLowerCase() : side);
  return (row) => (fold(String(value(row))) === fold(literal)) !== operator.startsWith('!');
}

/** `a, b = c.d, e = tostring(f.g)`, each with the name of its column. */
function readColumns(text: string): readonly (readonly [string, Value])[] {
  return splitOutside(text, ',').map((part) => {
    const [, alias, expression = ''] = /^(?:(\w+)\s*=\s*)?([\s\S]+)$/.exec(part.trim()) ?? [];
    return [alias ?? expression.replaceAll('.', '_'), readValue(expression)];
  });
}

function readValue(text: string): Value {
  const [, call, inner] = /^(tostring|tolower)\((.*)\)$/.exec(text.trim()) ?? [];
  if (call !== undefined && inner !== undefined) {
    const value = readValue(inner);
    const convert = (row: JsonObject): string => {
      const given = value(row);
      return typeof given === 'string' ? given : given == null ? '' : JSON.stringify(given);
    };
    return (row) => (call === 'tolower' ? convert(row).toLowerCase() : convert(row));
  }
  if (!/^\w+(\.\w+)*$/.test(text.trim())) {
    throw invalid(`'${text}' is not among the expressions that are simulated.`);
  }
  const [column = '', ...fields] = text.trim().split('.');
  return (row) => {
    if (!Object.hasOwn(row, column)) {
      throw invalid(`Failed to resolve scalar expression named '${column}'.`);
    }
    return fields.reduce((value, field) => (isObject(value) ? (value[field] ?? null) : null), row[column]);
  };
}

function sort(rows: readonly JsonObject[], text: string): readonly JsonObject[] {
  const orders = splitOutside(text.replace(/^by\s+/, ''), ',').map((part) => {
    const [, expression = '', direction] = /^(\S+)(?:\s+(asc|desc))?$/.exec(part.trim()) ?? [];
    // Without a word about it, Kusto sorts in descending order.
    return { value: readValue(expression), sign: direction === 'asc' ? 1 : -1 };
  });
  return rows.toSorted((one, other) => {
    for (const { value, sign } of orders) {
      const [left, right] = [String(value(one)), String(value(other))];
      if (left !== right) {
        return left < right ? -sign : sign;
      }
    }
    return 0;
  });
}

function join(rows: readonly JsonObject[], text: string, tables: Tables): readonly JsonObject[] {
  const [, query, column] = /^kind\s*=\s*leftouter\s*\(([\s\S]*)\)\s*on\s+(\w+)$/.exec(text.trim()) ?? [];
  if (query === undefined || column === undefined) {
    throw invalid(`'join ${text}' is not among the joins that are simulated.`);
  }
  const right = new Map(runQuery(query, tables).rows.map((row) => [row[column], row]));
  const columns = Object.keys(right.values().next().value ?? {});
  return rows.map((row) => {
    const match = right.get(row[column]) ?? {};
    const added = columns.map((name) => [Object.hasOwn(row, name) ? `${name}1` : name, match[name] ?? null] as const);
    return { ...row, ...Object.fromEntries(added) };
  });
}

/** Splits at a separator that is neither in quotes nor in parentheses. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let part = '';
  let quote = '';
  let depth = 0;
  for (const character of text) {
    if (quote === '' && depth === 0 && character === separator) {
      parts.push(part);
      part = '';
      continue;
    }
    if (quote !== '') {
      quote = character === quote ? '' : quote;
    } else if (character === "'" || character === '"') {
      quote = character;
    } else if (character === '(' || character === ')') {
      depth += character === '(' ? 1 : -1;
    }
    part += character;
  }
  return [...parts, part];
}

function invalid(message: string): ServiceError {
  const general = 'Query is invalid. Please refer to the documentation for the Azure Resource Graph service.';
  return new ServiceError(400, 'BadRequest', 'Please provide below info when asking for support.', {}, [
    { code: 'InvalidQuery', message: general },
    { code: 'ParserFailure', message },
  ]);
}
