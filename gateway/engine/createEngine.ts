import type { DocumentNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Caller } from '../../schema/contract.js';
import { Access } from '../access/Access.js';
import type { DeniedFields } from '../access/DeniedFields.js';
import { type Guard, meets } from '../access/Guard.js';
import { visibleSchema } from '../access/visibleSchema.js';
import type { CompiledOperation, CompiledSubscription, RefusedSubscription } from './CompiledOperation.js';
import type { SubgraphConnection } from './SubgraphConnection.js';
import { type Graph, compileOperation } from './compileOperation.js';
import { documentGuards } from './documentGuards.js';
import { MadeOnce } from './plan/MadeOnce.js';
import { PlannedGraph, type Planner } from './plan/PlannedGraph.js';
import { shareRuns } from './shareRuns.js';

export interface EngineOptions {
  /** Of the supergraph. Whoever made it closes it, when the engine is not used any more. */
  readonly planner: Planner;
  /** By the name that the supergraph gives them. */
  readonly subgraphs: ReadonlyMap<string, SubgraphConnection>;
  /** Told of each subgraph that gave no answer; nothing is logged without it. */
  readonly logger?: Logger;
  /** How long an operation may take with all its fetches, in milliseconds; 30,000 by default. */
  readonly deadlineMs?: number;
  /** Lets identical queries of one caller that are in flight at once have one run; off by default. */
  readonly shareIdenticalQueries?: boolean;
  /** What becomes of fields that the caller may not see; `error` by default. */
  readonly deniedFields?: DeniedFields;
  /** Whether introspection tells callers only of what they may see; off by default. */
  readonly introspectionHidesDenied?: boolean;
  /** How long it is remembered that an operation cannot be planned, in milliseconds; a minute by default. */
  readonly rememberMs?: number;
  /** Told whenever an operation is asked for, and whether it was compiled already. */
  readonly onLookup?: ((found: boolean) => void) | undefined;
  /** Told how many bytes more of memory what is compiled of a document takes, about. */
  readonly onGrowth?: ((document: DocumentNode, bytes: number) => void) | undefined;
}

/** Runs the operations of one supergraph. A new supergraph is a new engine; what runs on the old one ends there. */
export interface Engine {
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  /** Whether the supergraph guards anything with `@authenticated` or `@requiresScopes`. */
  readonly isGuarded: boolean;
  /**
   * Compiles an operation, or finds it compiled: it is kept as long as the document is. Callers who may see the same of it have it in common.
   *
   * @param document valid by `apiSchema`; holds one operation
   * @param plannedFor see `callerKey`; undefined for the gateway itself
   * @returns what is compiled at once where it was so already
   * @throws PlanFailed, or OperationRefused: see `Planner.plan`
   */
  compile(document: DocumentNode, caller: Caller, plannedFor?: string): Compiled | Promise<Compiled>;
}

type Compiled = CompiledOperation | CompiledSubscription | RefusedSubscription;

/** A document that was asked for, with what was compiled of it. */
interface Known {
  /** Those that make a difference to it. */
  readonly guards: readonly Guard[];
  /** By the guards that the caller does not meet. */
  readonly compiled: MadeOnce<Compiled>;
}

const DEFAULT_DEADLINE_MS = 30_000;
const DEFAULT_REMEMBER_MS = 60_000;

/** Schemas as introspection tells them. */
const MAX_SHOWN = 20;

/** Makes the engine of a supergraph. */
export function createEngine(options: EngineOptions): Engine {
  const { introspectionHidesDenied = false, rememberMs = DEFAULT_REMEMBER_MS } = options;
  const planned = new PlannedGraph(options.planner);
  const { apiSchema, rules } = planned;
  const graph: Graph = {
    planned,
    upstream: {
      subgraphs: options.subgraphs,
      logger: options.logger,
      deadlineMs: options.deadlineMs ?? DEFAULT_DEADLINE_MS,
    },
    deniedFields: options.deniedFields ?? 'error',
    shownSchema: (access) => (introspectionHidesDenied && access ? shownTo(access) : apiSchema),
    rememberMs,
  };
  const shown = new LRUCache<string, GraphQLSchema>({ max: MAX_SHOWN });
  const shownTo = (access: Access): GraphQLSchema => {
    let schema = shown.get(access.key);
    if (!schema) shown.set(access.key, (schema = visibleSchema(apiSchema, access)));
    return schema;
  };
  const byDocument = new WeakMap<DocumentNode, Known>();

  async function compileFor(
    document: DocumentNode,
    guards: readonly Guard[],
    unmet: readonly Guard[],
    caller: string | undefined,
  ): Promise<Compiled> {
    const met = new Set(guards.filter((guard) => !unmet.includes(guard)));
    const operation = await compileOperation(graph, document, {
      access: unmet.length === 0 ? undefined : new Access(apiSchema, rules, met),
      caller,
      onGrowth: (bytes) => options.onGrowth?.(document, bytes),
    });
    return options.shareIdenticalQueries && operation.kind === 'query' ? shareRuns(operation) : operation;
  }

  function look(document: DocumentNode): Known {
    const known: Known = {
      guards: documentGuards(apiSchema, rules, document, introspectionHidesDenied),
      compiled: new MadeOnce(rememberMs),
    };
    byDocument.set(document, known);
    return known;
  }

  return {
    apiSchema,
    isGuarded: rules.guards.length > 0,
    compile(document, caller, plannedFor) {
      const { guards, compiled } = byDocument.get(document) ?? look(document);
      const unmet = guards.filter((guard) => !meets(guard, caller));
      const found = compiled.get(unmet.map(({ id }) => id).join(), () =>
        compileFor(document, guards, unmet, plannedFor),
      );
      options.onLookup?.(!(found instanceof Promise));
      return found;
    },
  };
}
