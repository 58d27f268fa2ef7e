import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { type JsonObject, isObject, mergeData, setOwn } from './mergeData.js';
import { typeMatcher } from './typeMatcher.js';

/** Picks from an object what a subgraph needs to know it by. */
export interface Representer {
  /** What a subgraph gets; null when something is missing, or the object is of another type. */
  build(object: JsonObject): JsonObject | null;
  /**
   * A text that is equal for objects with equal representations, and cheaper than building them; null when the
   * representation has to be built to know.
   */
  keyOf(object: JsonObject): string | null;
  /** The same for an object that has nothing beside what is in its representation; null for any other. */
  bareKeyOf(object: JsonObject): string | null;
}

type Build = Representer['build'];

/**
 * Compiles the builder of the representations of a fetch.
 *
 * @param requires the planner's `requires`: a fragment for each type
 */
export function compileRepresentation(schema: GraphQLSchema, requires: readonly QueryPlanSelectionNode[]): Representer {
  const buildAny = compileSelections(schema, requires);
  const namesOf = simpleNames(schema, requires);
  return {
    build(object) {
      const representation = buildAny(object);
      if (!representation || typeof representation['__typename'] !== 'string') return null;
      return saysSomething(representation) ? representation : null;
    },
    keyOf(object) {
      const typename = object['__typename'];
      const simple = typeof typename === 'string' ? namesOf(typename) : null;
      return simple && keyBy(object, simple);
    },
    bareKeyOf(object) {
      const typename = object['__typename'];
      const simple = typeof typename === 'string' ? namesOf(typename) : null;
      return simple && Object.keys(object).length === simple.names.length ? keyBy(object, simple) : null;
    },
  };
}

/** The fields of the representations of one type, where all of them are leaves. */
interface SimpleNames {
  readonly names: readonly string[];
  /** Tells representations with other fields apart. */
  readonly prefix: string;
}

function simpleNames(
  schema: GraphQLSchema,
  requires: readonly QueryPlanSelectionNode[],
): (typename: string) => SimpleNames | null {
  const known = new Map<string, SimpleNames | null>();
  const find = (typename: string): SimpleNames | null => {
    const names = new Set<string>();
    for (const selection of requires) {
      if (selection.kind === 'Field') return null;
      if (selection.typeCondition !== undefined && !typeMatcher(schema, selection.typeCondition)(typename)) continue;
      for (const field of selection.selections) {
        if (field.kind !== 'Field' || field.selections) return null;
        names.add(field.alias ?? field.name);
      }
    }
    if (!names.has('__typename')) return null;
    return { names: [...names], prefix: `${[...names].join()}\n` };
  };
  return (typename) => {
    let simple = known.get(typename);
    if (simple === undefined) known.set(typename, (simple = find(typename)));
    return simple;
  };
}

/** Null unless each value is a text, a number or a boolean. */
function keyBy(object: JsonObject, { names, prefix }: SimpleNames): string | null {
  let key = prefix;
  for (const name of names) {
    const value = object[name];
    if (typeof value === 'string') key += `${value.length}:${value}`;
    else if (typeof value === 'number' || typeof value === 'boolean') key += `${value};`;
    else return null;
  }
  return key;
}

/** An object all of whose keys are null is nobody. */
function saysSomething(representation: JsonObject): boolean {
  let keys = 0;
  for (const key of Object.keys(representation)) {
    if (key === '__typename') continue;
    if (representation[key] !== null) return true;
    keys++;
  }
  return keys === 0;
}

function compileSelections(schema: GraphQLSchema, selections: readonly QueryPlanSelectionNode[]): Build {
  const parts = selections.map((selection) => compilePart(schema, selection));
  return (object) => {
    const result: JsonObject = {};
    for (const part of parts) if (!part(object, result)) return null;
    return result;
  };
}

/** Adds one selection to a representation; false when the object does not have it. */
type Part = (object: JsonObject, result: JsonObject) => boolean;

function compilePart(schema: GraphQLSchema, selection: QueryPlanSelectionNode): Part {
  if (selection.kind === 'InlineFragment') {
    const build = compileSelections(schema, selection.selections);
    const matches = selection.typeCondition === undefined ? undefined : typeMatcher(schema, selection.typeCondition);
    return (object, result) => {
      if (matches && !matches(object['__typename'])) return true;
      const part = build(object);
      if (part) mergeData(result, part);
      return true;
    };
  }
  const key = selection.alias ?? selection.name;
  const build = selection.selections ? compileSelections(schema, selection.selections) : undefined;
  return (object, result) => {
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    if (value === undefined) return false;
    setOwn(result, key, build ? pick(value, build) : value);
    return true;
  };
}

function pick(value: unknown, build: Build): unknown {
  if (Array.isArray(value)) return value.map((element) => pick(element, build));
  return isObject(value) ? build(value) : null;
}
