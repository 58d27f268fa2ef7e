import type { FetchNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql';
import type { Caller } from '../../schema/contract.js';
import { LRUCache } from 'lru-cache';
import type { Access } from '../access/Access.js';
import type { DeniedFields } from '../access/DeniedFields.js';
import { type Denial, denialError } from '../access/denialError.js';
import type {
  CompiledOperation,
  CompiledSubscription,
  EngineAnswer,
  EngineRequest,
  RefusedSubscription,
} from './CompiledOperation.js';
import type { EngineRun } from './EngineRun.js';
import type { OperationPlanner } from './OperationPlanner.js';
import { type CompiledPlan, compilePlan } from './compilePlan.js';
import { type Completion, type Write, compileResponse } from './compileResponse.js';
import { completionFailures } from './completionFailures.js';
import { createAnswer } from './createAnswer.js';
import { compileRewrites } from './dataRewrites.js';
import { fetchOperation } from './fetchOperation.js';
import { writtenPaths } from './fetchPaths.js';
import { introspection } from './introspection.js';
import type { JsonObject } from './mergeData.js';
import { type OperationParts, operationParts } from './operationParts.js';
import type { OverrideLabels } from './overrideLabels.js';
import type { Upstream } from './runBatch.js';
import { planAllowed } from './planAllowed.js';
import { settleConditions } from './settleConditions.js';
import { upstreamError } from './upstreamFailures.js';

type Variables = Readonly<Record<string, unknown>>;

/** What compiling needs to know about the graph. */
export interface Graph {
  readonly planner: OperationPlanner;
  readonly labels: OverrideLabels;
  readonly upstream: Upstream;
  readonly deniedFields: DeniedFields;
  /** What introspection tells who may see so much; undefined stands for all. */
  readonly shownSchema: (access: Access | undefined) => GraphQLSchema;
}

/** Writers by the values of the variables in `@skip` and `@include`: so many are kept for one operation. */
const MAX_WRITERS = 32;

/** Plans by these values, and by the labels of `@override` that apply. */
const MAX_PLANS = 32;

interface Planned extends CompiledPlan {
  /** Of a subscription. */
  readonly primary: FetchNode | undefined;
  readonly writeData: (variables: Variables) => Write;
  /** What was taken out of the operation. */
  readonly denials: readonly Denial[];
}

/**
 * Compiles one operation for all callers who may see the same of it. One with `@skip` or `@include` by variables is planned when it is first run with their values.
 *
 * @throws GraphQLError when the document holds no such operation
 * @throws when the planner cannot plan it
 */
export function compileOperation(
  graph: Graph,
  asked: DocumentNode,
  operationName: string | undefined,
  access: Access | undefined,
): CompiledOperation | CompiledSubscription | RefusedSubscription {
  const document = graph.planner.names.mark(asked);
  const parts = operationParts(document, operationName);
  const kind = parts.operation.operation;
  const compile = (on: ReadonlySet<string> | undefined, labels: ReadonlyMap<string, boolean>): Planned => {
    const settled = settleConditions(document, (name) => on?.has(name));
    return compileParts(graph, settled, operationName, parts, new Map(labels), access);
  };
  // What the emitting subgraph is asked is one text for all variables.
  if (kind === OperationTypeNode.SUBSCRIPTION)
    return compileSubscription(graph, compile(undefined, graph.labels.draw()));

  const plans = new LRUCache<string, Planned>({ max: MAX_PLANS });
  const planned = (variables: Variables): Planned => {
    const labels = graph.labels.draw();
    const on = new Set(parts.conditionVariables.filter((name) => variables[name] === true));
    const key = JSON.stringify([...labels.values(), ...on]);
    let plan = plans.get(key);
    if (!plan) plans.set(key, (plan = compile(on, labels)));
    return plan;
  };
  if (parts.conditionVariables.length === 0) planned({});
  return {
    kind: kind === OperationTypeNode.MUTATION ? 'mutation' : 'query',
    async run(variables, request) {
      const plan = planned(variables);
      if (graph.deniedFields === 'refuse' && plan.denials.length > 0) {
        return createAnswer('null', errorsOf(plan.denials, request.caller), request.requestId);
      }
      const run = startRun(graph.upstream, {}, variables, request);
      await plan.run(run);
      return finishRun(graph, run, plan.writeData(variables));
    },
  };
}

function compileParts(
  { planner, upstream, shownSchema }: Graph,
  document: DocumentNode,
  operationName: string | undefined,
  { operation, fragments, conditionVariables }: OperationParts,
  labels: Map<string, boolean>,
  access: Access | undefined,
): Planned {
  const { node, denials, allowed } = planAllowed(planner, document, operationName, labels, access);
  const primary = node?.kind === 'Subscription' ? node.primary : undefined;
  const given = primary && writtenPaths('', fetchOperation(primary).selectionSet, primary).all;
  const plan = compilePlan(planner.supergraphSchema, node?.kind === 'Subscription' ? node.rest : node, upstream, given);

  const schema = planner.apiSchema;
  const rootType = schema.getRootType(operation.operation);
  if (!rootType) throw new Error(`the schema has no ${operation.operation}`);
  const introspect = introspection(shownSchema(access), fragments, operation.variableDefinitions ?? []);
  const writers = new LRUCache<string, Write>({ max: MAX_WRITERS });
  const writeData = (variables: Variables): Write => {
    const on = new Set(conditionVariables.filter((name) => variables[name] === true));
    const key = [...on].join();
    let write = writers.get(key);
    if (!write) {
      write = compileResponse({
        schema,
        fragments,
        rootType,
        selectionSet: operation.selectionSet,
        condition: (name) => on.has(name),
        sharedPaths: plan.sharedPaths,
        introspect,
        allowed,
      });
      writers.set(key, write);
    }
    return write;
  };
  return { ...plan, primary, writeData, denials };
}

function compileSubscription(graph: Graph, plan: Planned): CompiledSubscription | RefusedSubscription {
  const { primary, denials } = plan;
  const refusal = (caller: Caller): readonly GraphQLError[] => errorsOf(denials, caller);
  if (denials.length > 0 && (!primary || graph.deniedFields === 'refuse')) return { kind: 'refused', refusal };
  if (!primary) throw new Error('the planner found no subgraph that emits the events');
  const rewriteOutput = compileRewrites(graph.planner.supergraphSchema, primary.outputRewrites);
  const usages = primary.variableUsages ?? [];
  return {
    kind: 'subscription',
    service: primary.serviceName,
    query: primary.operation,
    operationName: primary.operationName,
    upstreamVariables: (variables) =>
      Object.fromEntries(
        usages.filter((name) => Object.hasOwn(variables, name)).map((name) => [name, variables[name]]),
      ),
    async complete(event, variables, request) {
      const run = startRun(graph.upstream, event.data ?? {}, variables, request);
      for (const error of event.errors ?? []) run.failures.push(eventError(primary.serviceName, error));
      if (!event.data) return createAnswer('null', run.failures, request.requestId);
      rewriteOutput?.(run.data);
      await plan.run(run);
      return finishRun(graph, run, plan.writeData(variables));
    },
  };
}

function errorsOf(denials: Iterable<Denial>, caller: Caller): GraphQLError[] {
  return [...denials].map((denial) => denialError(denial, caller));
}

function eventError(service: string, error: GraphQLFormattedError): ReturnType<typeof upstreamError> {
  return upstreamError(service, error, error.path);
}

function startRun({ deadlineMs }: Upstream, data: JsonObject, variables: Variables, request: EngineRequest): EngineRun {
  const endsAt = performance.now() + deadlineMs;
  return { data, variables, request, endsAt, failures: [], places: new Map(), entities: new Map() };
}

function finishRun(
  { deniedFields }: Graph,
  { data, variables, failures, request }: EngineRun,
  write: Write,
): EngineAnswer {
  const completion: Completion = { errors: [], variables, written: new Map(), denied: new Map() };
  const text = write(data, completion) ?? 'null';
  const all = [...failures];
  if (completion.errors.length > 0) all.push(...completionFailures(completion.errors, failures));
  if (deniedFields !== 'silent') all.push(...errorsOf(completion.denied.values(), request.caller));
  return createAnswer(text, all, request.requestId);
}
