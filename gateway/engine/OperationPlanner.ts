import {
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  type Schema,
  Supergraph,
  operationFromDocument,
} from '@apollo/federation-internals';
import { type PlanNode, QueryPlanner, type SubscriptionNode } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { type AccessRules, accessRules } from '../access/accessRules.js';
import { ClientNames } from './ClientNames.js';
import { anchorObjects } from './anchorObjects.js';

/**
 * Plans operations over one supergraph. It is built from the true text, also where `ApolloGateway` was given a copy of it
 * without the features that it refuses.
 */
export class OperationPlanner {
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  /** What the subgraphs share: it knows the types that clients do not see. */
  readonly supergraphSchema: GraphQLSchema;
  /** Marks the names that clients chose and that the planner might take for its own. */
  readonly names: ClientNames;
  /** What callers need to see what. */
  readonly rules: AccessRules;
  readonly #api: Schema;
  readonly #planner: QueryPlanner;

  /** @throws when the text is no valid supergraph */
  constructor(supergraphSdl: string) {
    const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
    this.#api = supergraph.apiSchema();
    this.apiSchema = this.#api.toGraphQLJSSchema();
    this.supergraphSchema = supergraph.schema.toGraphQLJSSchema();
    this.rules = accessRules(supergraph.schema);
    this.names = new ClientNames(this.supergraphSchema, supergraphSdl);
    this.#planner = new QueryPlanner(supergraph, {
      // Requests of one subgraph are put together, and fragments of two of them could have one name for two things.
      reuseQueryFragments: false,
      // Else fields under one path whose arguments differ by the parent's type overwrite each other.
      typeConditionedFetching: true,
    });
  }

  /**
   * @param document with its ambiguous names marked
   * @param overrides which labels of progressive `@override` apply; a label that is missing does not
   * @returns undefined when no subgraph has to be asked
   * @throws when the document does not fit the schema
   */
  plan(
    document: DocumentNode,
    operationName: string | undefined,
    overrides: Map<string, boolean>,
  ): PlanNode | SubscriptionNode | undefined {
    const operation = operationFromDocument(
      this.#api,
      anchorObjects(document),
      operationName === undefined ? {} : { operationName },
    );
    return this.#planner.buildQueryPlan(operation, { overrideConditions: overrides }).node;
  }
}
