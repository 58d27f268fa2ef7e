import type { PlanNode, SubscriptionNode } from '@apollo/query-planner';
import { type GraphQLSchema, buildASTSchema, parse } from 'graphql';
import { type AccessRules, accessRules } from '../../access/accessRules.js';
import { ClientNames } from '../ClientNames.js';
import { type OverrideLabels, overrideLabels } from '../overrideLabels.js';
import type { GraphFacts } from './GraphFacts.js';

/** The plan of an operation; undefined when no subgraph has to be asked. */
export type Plan = PlanNode | SubscriptionNode | undefined;

/** For whom something is planned: what takes long is counted for each. */
export interface PlanOptions {
  /** Which labels of progressive `@override` apply; a label that is missing does not. */
  readonly overrides: ReadonlyMap<string, boolean>;
  /** See `callerKey`; undefined for the gateway itself. */
  readonly caller: string | undefined;
}

/** Whoever makes plans for a supergraph. */
export interface Planner {
  readonly facts: GraphFacts;
  /**
   * @param operation the text of a document that holds one operation, with its ambiguous names marked
   * @throws PlanFailed when it cannot be planned, OperationRefused when its caller has had others planned too much
   */
  plan(operation: string, options: PlanOptions): Promise<Plan>;
}

/** A supergraph as the engine works with it. */
export class PlannedGraph {
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  /** What the subgraphs share: it knows the types that clients do not see. */
  readonly supergraphSchema: GraphQLSchema;
  /** Marks the names that clients chose and that the planner might take for its own. */
  readonly names: ClientNames;
  /** What callers need to see what. */
  readonly rules: AccessRules;

  /** Which overrides apply. */
  readonly labels: OverrideLabels;

  constructor(private readonly planner: Planner) {
    const { apiSdl, supergraphSdl, access, requiredWithArguments, overridePercents } = planner.facts;
    this.apiSchema = schemaOf(apiSdl);
    this.supergraphSchema = schemaOf(supergraphSdl);
    this.rules = accessRules(access);
    this.names = new ClientNames(this.supergraphSchema, requiredWithArguments);
    this.labels = overrideLabels(overridePercents);
  }

  /** See `Planner.plan`. */
  plan(operation: string, options: PlanOptions): Promise<Plan> {
    return this.planner.plan(operation, options);
  }
}

/** The planner has checked it. */
function schemaOf(sdl: string): GraphQLSchema {
  return buildASTSchema(parse(sdl, { noLocation: true }), { assumeValid: true, assumeValidSDL: true });
}
