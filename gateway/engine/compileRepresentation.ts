import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { type JsonObject, isObject, mergeData, setOwn } from './mergeData.js';
import { typeMatcher } from './typeMatcher.js';

/** Picks from an object what a subgraph needs to know it by; null when something is missing. */
export type Represent = (object: JsonObject) => JsonObject | null;

/**
 * Compiles the builder of the representations of a fetch.
 *
 * @param requires the planner's `requires`: a fragment for each type
 * @returns a function that gives null for an object that cannot be asked about: of another type, or without a key
 */
export function compileRepresentation(schema: GraphQLSchema, requires: readonly QueryPlanSelectionNode[]): Represent {
  const build = compileSelections(schema, requires);
  return (object) => {
    const representation = build(object);
    if (!representation || typeof representation['__typename'] !== 'string') return null;
    return saysSomething(representation) ? representation : null;
  };
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

function compileSelections(schema: GraphQLSchema, selections: readonly QueryPlanSelectionNode[]): Represent {
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

function pick(value: unknown, build: Represent): unknown {
  if (Array.isArray(value)) return value.map((element) => pick(element, build));
  return isObject(value) ? build(value) : null;
}
