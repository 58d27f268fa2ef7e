import type { PlanNode, SubscriptionNode } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import type { Access } from '../access/Access.js';
import type { Denial } from '../access/denialError.js';
import type { OperationPlanner } from './OperationPlanner.js';
import { operationParts } from './operationParts.js';
import { type OperationAccess, withoutDenied } from './withoutDenied.js';

/** The plan for what a caller may see of an operation. */
export interface AllowedPlan {
  /** Undefined when no subgraph has to be asked. */
  readonly node: PlanNode | SubscriptionNode | undefined;
  /** What was taken out. */
  readonly denials: readonly Denial[];
  /** Undefined when the caller may see everything. */
  readonly allowed: OperationAccess | undefined;
}

/**
 * Plans an operation without what the caller may not see.
 *
 * @param document with its ambiguous names marked and its conditions settled, as far as they can be
 * @param access undefined when the caller may see everything
 * @throws when the planner cannot plan it
 */
export function planAllowed(
  planner: OperationPlanner,
  document: DocumentNode,
  operationName: string | undefined,
  labels: Map<string, boolean>,
  access: Access | undefined,
): AllowedPlan {
  if (!access) return { node: planner.plan(document, operationName, labels), denials: [], allowed: undefined };
  const allowed: OperationAccess = { access, closedPaths: new Map() };
  const part = withoutDenied(planner.apiSchema, allowed, operationParts(document, operationName));
  const node = part.document && planner.plan(part.document, operationName, labels);
  return { node, denials: part.denials, allowed };
}
