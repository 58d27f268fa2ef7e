import { type DocumentNode, GraphQLError, Kind, parse, type ValueNode, visit } from 'graphql';
import { badUserInput } from '../graph/errors.js';
import { isStorable, storableText } from '../sql/storableText.js';

/** A GraphQL request as it came, unchecked. */
export interface UncheckedRequest {
  readonly query?: unknown;
  readonly variables?: unknown;
}

/** How a literal may say U+0000 or half of a surrogate pair. */
const SUSPICIOUS_ESCAPE = /\\u(0000|\{0+\}|\{?0*d[89a-f])/i;
const LONE_ESCAPE =
  /\\u(?:d[89ab][\da-f]{2}(?!\\ud[c-f])|\{0*d[89a-f][\da-f]{2}\})|(?<!\\ud[89ab][\da-f]{2})\\ud[c-f][\da-f]{2}/gi;
/** Stands for what the grammar of GraphQL has no literal of, as in `storableText`. */
const MARK = '\uFFFD';

/**
 * Refuses a request that gives text which Postgres cannot hold, wherever in an argument it is, as a variable or as a literal. To be called before anything is
 * done, so that no resolver has to look for it.
 * @throws BAD_USER_INPUT that names the argument: `input.note`, `representations.0.id`
 */
export function refuseUnstorableText({ query, variables }: UncheckedRequest): void {
  if (typeof query !== 'string') return;
  const isClean = !SUSPICIOUS_ESCAPE.test(query) && isStorable(query) && unstorableIn(variables, '') === undefined;
  if (isClean) return;
  const parsed = parseLeniently(query);
  if (parsed === undefined) return;
  const { document, isMarked } = parsed;
  const given = new Map(Object.entries(variables ?? {}));
  const defaults = new Map<string, ValueNode>();
  visit(document, {
    VariableDefinition({ variable, defaultValue }) {
      if (defaultValue) defaults.set(variable.name.value, defaultValue);
    },
  });
  const find = (value: ValueNode, path: string): string | undefined => {
    switch (value.kind) {
      case Kind.VARIABLE: {
        const name = value.name.value;
        const byDefault = given.has(name) ? undefined : defaults.get(name);
        return byDefault ? find(byDefault, path) : unstorableIn(given.get(name), path);
      }
      case Kind.STRING:
        return isStorable(value.value) && !(isMarked && value.value.includes(MARK)) ? undefined : path;
      case Kind.LIST:
        return first(value.values, (item, index) => find(item, `${path}.${index}`));
      case Kind.OBJECT:
        return first(value.fields, (field) => find(field.value, `${path}.${field.name.value}`));
      default:
        return undefined;
    }
  };
  visit(document, {
    Argument({ name, value }) {
      const path = find(value, name.value);
      if (path === undefined) return;
      throw badUserInput(`${path} must not contain the character U+0000 or half of a surrogate pair`, path);
    },
  });
}

function first<T>(items: readonly T[], find: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The document; where its only fault is such text, with a mark in its place.
 * @returns undefined when it has other faults, which are told where it is parsed to be executed
 */
function parseLeniently(query: string): { document: DocumentNode; isMarked: boolean } | undefined {
  const document = parseOrNull(query);
  if (document) return { document, isMarked: false };
  const marked = parseOrNull(storableText(query.replaceAll(LONE_ESCAPE, MARK)));
  return marked ? { document: marked, isMarked: true } : undefined;
}

function parseOrNull(query: string): DocumentNode | null {
  try {
    return parse(query, { noLocation: true });
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}

/** Where in a value of JSON the first such text is, in its keys too. Not by recursion: nobody has looked yet at how deep it is. */
function unstorableIn(value: unknown, path: string): string | undefined {
  const stack: [path: string, value: unknown][] = [[path, value]];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [at, one] = next;
    if (typeof one === 'string') {
      if (!isStorable(one)) return at;
    } else if (typeof one === 'object' && one !== null) {
      const entries = Object.entries(one);
      if (entries.some(([key]) => !isStorable(key))) return at;
      for (const [key, inner] of entries.toReversed()) {
        if (typeof inner === 'string' || typeof inner === 'object') stack.push([`${at}.${key}`, inner]);
      }
    }
  }
  return undefined;
}
