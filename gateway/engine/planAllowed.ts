import type { PlanNode, SubscriptionNode } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import type { Access } from '../access/Access.js';
import type { Guard } from '../access/Guard.js';
import type { Denial } from '../access/denialError.js';
import type { OperationPlanner } from './OperationPlanner.js';
import { closedInputs } from './closedInputs.js';
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
 * Plans an operation without what the caller may not see, and without what could only be fetched by means of it.
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
  const inSupergraph = access.over(planner.supergraphSchema);
  const parts = operationParts(document, operationName);
  const closedPaths = new Map<string, readonly Guard[]>();
  const allowed: OperationAccess = { access, closedPaths };
  for (;;) {
    const part = withoutDenied(planner.apiSchema, allowed, parts);
    const node = part.document && planner.plan(part.document, operationName, labels);
    const rest = node?.kind === 'Subscription' ? node.rest : node;
    const found = [...closedInputs(planner.supergraphSchema, rest, inSupergraph)];
    if (found.length === 0) return { node, denials: part.denials, allowed };
    const news = found.filter(([path]) => !closedPaths.has(path));
    for (const [path, guards] of news) closedPaths.set(path, guards);
    if (news.length === 0) throw new Error('a subgraph would be told what the caller may not see, and not for what');
  }
}
