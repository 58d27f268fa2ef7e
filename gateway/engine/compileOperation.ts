import type { FetchNode } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLError, type GraphQLSchema, OperationTypeNode, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Caller } from '../../schema/contract.js';
import type { Access } from '../access/Access.js';
import type { DeniedFields } from '../access/DeniedFields.js';
import { type Denial, denialError } from '../access/denialError.js';
import type {
  CompiledOperation,
  CompiledSubscription,
  EngineAnswer,
  EngineRequest,
  PreparedOperation,
  RefusedSubscription,
} from './CompiledOperation.js';
import type { EngineRun } from './EngineRun.js';
import { Failures } from './Failures.js';
import { type CompiledPlan, compilePlan } from './compilePlan.js';
import { type Completion, type Write, compileResponse } from './compileResponse.js';
import { addCompletionFailures } from './completionFailures.js';
import { createAnswer } from './createAnswer.js';
import { compileRewrites } from './dataRewrites.js';
import { fetchOperation } from './fetchOperation.js';
import { writtenPaths } from './fetchPaths.js';
import { introspection } from './introspection.js';
import type { JsonObject } from './mergeData.js';
import { type OperationParts, operationParts } from './operationParts.js';
import { MadeOnce } from './plan/MadeOnce.js';
import type { PlanOptions, PlannedGraph } from './plan/PlannedGraph.js';
import { planAllowed } from './planAllowed.js';
import type { Upstream } from './runBatch.js';
import { settleConditions } from './settleConditions.js';
import { upstreamError } from './upstreamFailures.js';

type Variables = Readonly<Record<string, unknown>>;

/** What compiling needs to know about the graph. */
export interface Graph {
  readonly planned: PlannedGraph;
  readonly upstream: Upstream;
  readonly deniedFields: DeniedFields;
  /** What introspection tells who may see so much; undefined stands for all. */
  readonly shownSchema: (access: Access | undefined) => GraphQLSchema;
  /** How long it is remembered that something cannot be planned, in milliseconds. */
  readonly rememberMs: number;
}

/** For whom an operation is compiled. */
export interface CompileOptions {
  /** What they may see; undefined when that is everything. */
  readonly access: Access | undefined;
  /** See `callerKey`; undefined for the gateway itself. */
  readonly caller: string | undefined;
  /** Told how many bytes more of memory it takes, about, each time that it grows. */
  readonly onGrowth: (bytes: number) => void;
}

/** Writers of a subscription, by the values of the variables in `@skip` and `@include`: so many are kept. */
const MAX_WRITERS = 32;

/** About what a plan takes compiled, for each character of its fetches' texts, and for each character of the operation's. */
const BYTES_A_FETCH_CHARACTER = 150;
const BYTES_A_CHARACTER = 80;

interface Planned extends CompiledPlan {
  /** Of a subscription. */
  readonly primary: FetchNode | undefined;
  /** The writer of the answer, where these variables of `@skip` and `@include` are true. */
  readonly writeFor: (on: ReadonlySet<string>) => Write;
  /** What was taken out of the operation. */
  readonly denials: readonly Denial[];
}

/**
 * Compiles one operation for all callers who may see the same of it. One with `@skip` or `@include` by variables is planned when it is first run
 * with their values.
 *
 * @param asked holds this one operation
 * @throws PlanFailed, or OperationRefused: see `Planner.plan`
 */
export async function compileOperation(
  graph: Graph,
  asked: DocumentNode,
  { access, caller, onGrowth }: CompileOptions,
): Promise<CompiledOperation | CompiledSubscription | RefusedSubscription> {
  const document = graph.planned.names.mark(asked);
  const parts = operationParts(document, undefined);
  const { conditionVariables, operation } = parts;
  const { length } = print(asked);
  /** @param on undefined leaves the conditions as they are: what the emitting subgraph is asked is one text for all variables */
  const plan = async (on: ReadonlySet<string> | undefined, options: PlanOptions): Promise<Planned> => {
    const settled = settleConditions(document, (name) => on?.has(name));
    const planned = await compileParts(graph, settled, parts, options, access);
    onGrowth(planned.characters * BYTES_A_FETCH_CHARACTER + length * BYTES_A_CHARACTER);
    return planned;
  };
  const valuesOf = (variables: Variables): ReadonlySet<string> =>
    new Set(conditionVariables.filter((name) => variables[name] === true));

  if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
    return compileSubscription(
      graph,
      await plan(undefined, { overrides: graph.planned.labels.draw(), caller }),
      valuesOf,
    );
  }
  const ready = new MadeOnce<{
    readonly run: CompiledPlan['run'];
    readonly write: Write;
    readonly denials: readonly Denial[];
  }>(graph.rememberMs);
  const readyFor = (variables: Variables, by: string | undefined) => {
    const overrides = graph.planned.labels.draw();
    const on = valuesOf(variables);
    return ready.get(JSON.stringify([...overrides.values(), ...on]), async () => {
      const { run, writeFor, denials } = await plan(on, { overrides, caller: by });
      return { run, write: writeFor(on), denials };
    });
  };
  if (conditionVariables.length === 0) await readyFor({}, caller);
  return {
    kind: operation.operation === OperationTypeNode.MUTATION ? 'mutation' : 'query',
    prepare(variables, by) {
      const found = readyFor(variables, by);
      const prepared = ({ run, write, denials }: Awaited<typeof found>): PreparedOperation => ({
        async run(request) {
          if (graph.deniedFields === 'refuse' && denials.length > 0) {
            return createAnswer('null', failuresOf(errorsOf(denials, request.caller)), request.requestId);
          }
          const state = startRun(graph.upstream, {}, variables, request);
          await run(state);
          return finishRun(graph, state, write);
        },
      });
      return found instanceof Promise ? found.then(prepared) : prepared(found);
    },
  };
}

async function compileParts(
  { planned, upstream, shownSchema }: Graph,
  document: DocumentNode,
  { operation, fragments }: OperationParts,
  options: PlanOptions,
  access: Access | undefined,
): Promise<Planned> {
  const { node, denials, allowed } = await planAllowed(planned, document, options, access);
  const primary = node?.kind === 'Subscription' ? node.primary : undefined;
  const given = primary && writtenPaths('', fetchOperation(primary).selectionSet, primary).all;
  const plan = compilePlan(planned.supergraphSchema, node?.kind === 'Subscription' ? node.rest : node, upstream, given);

  const schema = planned.apiSchema;
  const rootType = schema.getRootType(operation.operation);
  if (!rootType) throw new Error(`the schema has no ${operation.operation}`);
  const introspect = introspection(shownSchema(access), fragments, operation.variableDefinitions ?? []);
  const writeFor = (on: ReadonlySet<string>): Write =>
    compileResponse({
      schema,
      fragments,
      rootType,
      selectionSet: operation.selectionSet,
      condition: (name) => on.has(name),
      sharedPaths: plan.sharedPaths,
      introspect,
      allowed,
    });
  return { ...plan, primary, writeFor, denials };
}

function compileSubscription(
  graph: Graph,
  { primary, denials, run, writeFor }: Planned,
  valuesOf: (variables: Variables) => ReadonlySet<string>,
): CompiledSubscription | RefusedSubscription {
  const refusal = (caller: Caller): readonly GraphQLError[] => errorsOf(denials, caller);
  if (denials.length > 0 && (!primary || graph.deniedFields === 'refuse')) return { kind: 'refused', refusal };
  if (!primary) throw new Error('the planner found no subgraph that emits the events');
  const rewriteOutput = compileRewrites(graph.planned.supergraphSchema, primary.outputRewrites);
  const usages = primary.variableUsages ?? [];
  const writers = new LRUCache<string, Write>({ maxSize: MAX_WRITERS, sizeCalculation: () => 1 });
  const writerOf = (variables: Variables): Write => {
    const on = valuesOf(variables);
    const key = [...on].join();
    let write = writers.get(key);
    if (!write) writers.set(key, (write = writeFor(on)));
    return write;
  };
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
      const state = startRun(graph.upstream, event.data ?? {}, variables, request);
      for (const error of event.errors ?? []) state.failures.add(upstreamError(primary.serviceName, error, error.path));
      if (!event.data) return createAnswer('null', state.failures, request.requestId);
      rewriteOutput?.(state.data);
      await run(state);
      return finishRun(graph, state, writerOf(variables));
    },
  };
}

function errorsOf(denials: Iterable<Denial>, caller: Caller): GraphQLError[] {
  return [...denials].map((denial) => denialError(denial, caller));
}

function failuresOf(errors: Iterable<GraphQLError>): Failures {
  const failures = new Failures();
  for (const error of errors) failures.add(error);
  return failures;
}

function startRun({ deadlineMs }: Upstream, data: JsonObject, variables: Variables, request: EngineRequest): EngineRun {
  const endsAt = performance.now() + deadlineMs;
  return { data, variables, request, endsAt, failures: new Failures(), places: new Map(), entities: new Map() };
}

function finishRun(
  { deniedFields }: Graph,
  { data, variables, failures, request }: EngineRun,
  write: Write,
): EngineAnswer {
  const completion: Completion = { errors: [], variables, written: new Map(), denied: new Map() };
  const text = write(data, completion) ?? 'null';
  addCompletionFailures(completion.errors, failures);
  if (deniedFields !== 'silent')
    for (const error of errorsOf(completion.denied.values(), request.caller)) failures.add(error);
  return createAnswer(text, failures, request.requestId);
}
