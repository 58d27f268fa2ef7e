import type { FetchNode } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { CompiledOperation, CompiledSubscription, EngineAnswer, EngineRequest } from './CompiledOperation.js';
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
import { settleConditions } from './settleConditions.js';
import { upstreamError } from './upstreamFailures.js';

type Variables = Readonly<Record<string, unknown>>;

/** What compiling needs to know about the graph. */
export interface Graph {
  readonly planner: OperationPlanner;
  readonly labels: OverrideLabels;
  readonly upstream: Upstream;
}

/** Writers by the values of the variables in `@skip` and `@include`: so many are kept for one operation. */
const MAX_WRITERS = 32;

/** Plans by these values, and by the labels of `@override` that apply. */
const MAX_PLANS = 32;

interface Planned extends CompiledPlan {
  /** Of a subscription. */
  readonly primary: FetchNode | undefined;
  readonly writeData: (variables: Variables) => Write;
}

/**
 * Compiles one operation. One with `@skip` or `@include` by variables is planned when it is first run with their values.
 *
 * @throws GraphQLError when the document holds no such operation
 * @throws when the planner cannot plan it
 */
export function compileOperation(
  graph: Graph,
  asked: DocumentNode,
  operationName: string | undefined,
): CompiledOperation | CompiledSubscription {
  const document = graph.planner.names.mark(asked);
  const parts = operationParts(document, operationName);
  const kind = parts.operation.operation;
  const compile = (on: ReadonlySet<string> | undefined, labels: ReadonlyMap<string, boolean>): Planned => {
    const settled = settleConditions(document, (name) => on?.has(name));
    return compileParts(graph, settled, operationName, parts, new Map(labels));
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
      const run = startRun(graph.upstream, {}, variables, request);
      await plan.run(run);
      return finishRun(run, plan.writeData(variables), run.data);
    },
  };
}

function compileParts(
  { planner, upstream }: Graph,
  document: DocumentNode,
  operationName: string | undefined,
  { operation, fragments, conditionVariables }: OperationParts,
  labels: Map<string, boolean>,
): Planned {
  const node = planner.plan(document, operationName, labels);
  const primary = node?.kind === 'Subscription' ? node.primary : undefined;
  const given = primary && writtenPaths('', fetchOperation(primary).selectionSet, primary).all;
  const plan = compilePlan(planner.supergraphSchema, node?.kind === 'Subscription' ? node.rest : node, upstream, given);

  const schema = planner.apiSchema;
  const rootType = schema.getRootType(operation.operation);
  if (!rootType) throw new Error(`the schema has no ${operation.operation}`);
  const introspect = introspection(schema, fragments, operation.variableDefinitions ?? []);
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
      });
      writers.set(key, write);
    }
    return write;
  };
  return { ...plan, primary, writeData };
}

function compileSubscription({ planner, upstream }: Graph, plan: Planned): CompiledSubscription {
  const { primary } = plan;
  if (!primary) throw new Error('the planner found no subgraph that emits the events');
  const rewriteOutput = compileRewrites(planner.supergraphSchema, primary.outputRewrites);
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
      const run = startRun(upstream, event.data ?? {}, variables, request);
      for (const error of event.errors ?? []) run.failures.push(eventError(primary.serviceName, error));
      if (!event.data) return createAnswer('null', run.failures, request.requestId);
      rewriteOutput?.(run.data);
      await plan.run(run);
      return finishRun(run, plan.writeData(variables), run.data);
    },
  };
}

function eventError(service: string, error: GraphQLFormattedError): ReturnType<typeof upstreamError> {
  return upstreamError(service, error, error.path);
}

function startRun({ deadlineMs }: Upstream, data: JsonObject, variables: Variables, request: EngineRequest): EngineRun {
  const endsAt = performance.now() + deadlineMs;
  return { data, variables, request, endsAt, failures: [], places: new Map(), entities: new Map() };
}

function finishRun({ variables, failures, request }: EngineRun, write: Write, data: JsonObject): EngineAnswer {
  const completion: Completion = { errors: [], variables, written: new Map() };
  const text = write(data, completion) ?? 'null';
  const all =
    completion.errors.length > 0 ? [...failures, ...completionFailures(completion.errors, failures)] : failures;
  return createAnswer(text, all, request.requestId);
}
