import type { PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { type GraphQLCompositeType, type GraphQLSchema, getNamedType, isCompositeType } from 'graphql';
import type { Access } from '../access/Access.js';
import type { Guard } from '../access/Guard.js';
import { readPaths } from './fetchPaths.js';
import { findFetches } from './listSteps.js';

/**
 * What a plan could only fetch by telling a subgraph something that the caller may not see: a closed key. (What a field requires closes the field
 * itself.) What hangs on that in turn is found as well.
 *
 * @param schema the supergraph's
 * @param access over the same schema
 * @returns the guards by path: keys of the response joined by dots, the client's and those that the planner added
 */
export function closedInputs(
  schema: GraphQLSchema,
  plan: PlanNode | undefined,
  access: Access,
): Map<string, readonly Guard[]> {
  const closed = new Map<string, readonly Guard[]>();
  for (const { fetch, path, at, written } of plan ? findFetches(schema, plan) : []) {
    if (!fetch.requires) continue;
    const read = [...readPaths(path, fetch.requires)].flatMap((one) => closed.get(one) ?? []);
    const guards = [...new Set([...closing(schema, fetch.requires, undefined, access), ...read])];
    if (guards.length === 0) continue;
    for (const one of written.all) {
      if (one !== `${at}.__typename`) closed.set(one, [...new Set([...guards, ...(closed.get(one) ?? [])])]);
    }
  }
  return closed;
}

function closing(
  schema: GraphQLSchema,
  selections: readonly QueryPlanSelectionNode[],
  parent: GraphQLCompositeType | undefined,
  access: Access,
): Guard[] {
  return selections.flatMap((selection) => {
    if (selection.kind === 'InlineFragment') {
      const type = selection.typeCondition === undefined ? parent : schema.getType(selection.typeCondition);
      return closing(schema, selection.selections, isCompositeType(type) ? type : undefined, access);
    }
    if (!parent || selection.name === '__typename') return [];
    const field = 'getFields' in parent ? parent.getFields()[selection.name] : undefined;
    const type = field && getNamedType(field.type);
    const below = closing(schema, selection.selections ?? [], isCompositeType(type) ? type : undefined, access);
    return [...access.closing(parent, selection.name), ...below];
  });
}
