import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import type { SubgraphAnswer } from '../upstream/SubgraphAnswer.js';
import { SubgraphFailure } from '../upstream/SubgraphFailure.js';
import type { EngineRun } from './EngineRun.js';
import type { FetchBatch } from './FetchBatch.js';
import type { FetchPart } from './FetchPart.js';
import type { FetchStep } from './FetchStep.js';
import type { SubgraphConnection } from './SubgraphConnection.js';
import { type ComposedRequest, composeRequest } from './composeRequest.js';
import { type JsonObject, mergeData } from './mergeData.js';
import type { EntityPlacer } from './placeEntity.js';
import { prepareParts } from './prepareParts.js';
import { addAnswered, addLost } from './upstreamFailures.js';

/** What running needs beside the plan and the state. */
export interface Upstream {
  readonly subgraphs: ReadonlyMap<string, SubgraphConnection>;
  readonly logger: Logger | undefined;
  /** How long an operation, or what completes an event, may take with all its fetches, in milliseconds. */
  readonly deadlineMs: number;
}

/**
 * Runs those steps of a batch that are ready. It never rejects for what a subgraph does, and gives undefined when there was
 * nothing to ask.
 */
export type RunBatch = (run: EngineRun, ready: readonly FetchStep[]) => Promise<void> | undefined;

/** Compiles a batch: the texts of its requests are made once for each set of asks that takes part. */
export function compileBatch(batch: FetchBatch, placer: EntityPlacer, upstream: Upstream): RunBatch {
  const requests = new Map<string, ComposedRequest>();

  function requestFor(parts: readonly FetchPart[]): ComposedRequest {
    const key = parts.map(({ ask }) => batch.asks.indexOf(ask)).join();
    let request = requests.get(key);
    if (!request) requests.set(key, (request = composeRequest(parts.map(({ ask }) => ask))));
    return request;
  }

  async function send(parts: readonly FetchPart[], run: EngineRun): Promise<void> {
    const request = requestFor(parts);
    let answer: SubgraphAnswer;
    try {
      answer = await askSubgraph(batch, request, parts, run, upstream);
    } catch (error) {
      report(batch, run, upstream.logger, error);
      addLost(run, batch.service, parts, error);
      return;
    }
    // Alone, a question is not lost by what another did to the answer as a whole.
    if (!answer.data && parts.length > 1) await Promise.all(parts.map((part) => send([part], run)));
    else take(batch, request, parts, answer, run);
  }

  function take(
    { service }: FetchBatch,
    request: ComposedRequest,
    parts: readonly FetchPart[],
    { data, errors = [] }: SubgraphAnswer,
    run: EngineRun,
  ): void {
    for (const [index, part] of parts.entries()) {
      if (!data) continue;
      if (part.entities.length === 0) takeRoots(part, data);
      else takeEntities(part, data[request.parts[index]?.key ?? ''], errors, run);
    }
    addAnswered(
      run,
      service,
      parts,
      parts.map((part, index) => (part.entities.length > 0 ? request.parts[index]?.key : undefined)),
      errors,
    );
  }

  function takeEntities(part: FetchPart, got: unknown, errors: readonly GraphQLFormattedError[], run: EngineRun): void {
    // A null is legal only beside an error, which says why.
    if ((got === null || got === undefined) && errors.length > 0) return;
    if (!Array.isArray(got) || got.length !== part.entities.length || !got.every(isObjectOrNull)) {
      const failure = new SubgraphFailure(batch.service, 'garbage', '_entities');
      report(batch, run, upstream.logger, failure);
      addLost(run, batch.service, [part], failure);
      return;
    }
    const remember = errors.length === 0 && part.ask.remembers;
    for (const [index, { key, representation, objects, steps }] of part.entities.entries()) {
      const value: JsonObject | null = got[index];
      const [first] = steps;
      if (!first) continue;
      if (value) first.rewriteOutput?.(value, representation['__typename']);
      const entity = { value, shape: first.shape };
      placer.place(entity, objects, steps);
      if (!remember) continue;
      let known = run.entities.get(part.ask.id);
      if (!known) run.entities.set(part.ask.id, (known = new Map()));
      known.set(key, entity);
    }
  }

  return (run, ready) => {
    const parts = prepareParts(batch, ready, run, placer);
    if (parts.length === 0) return undefined;
    const apart = parts.some(({ steps }) => steps.some(({ contexts }) => contexts.length > 0));
    return apart ? Promise.all(parts.map((part) => send([part], run))).then(() => undefined) : send(parts, run);
  };
}

function takeRoots({ steps, roots }: FetchPart, data: JsonObject): void {
  steps[0]?.rewriteOutput?.(data);
  for (const [index, root] of roots.entries()) mergeData(root, index === 0 ? data : structuredClone(data));
}

function askSubgraph(
  { service, abortable }: FetchBatch,
  { query, operationName, variableUsages, parts: names }: ComposedRequest,
  parts: readonly FetchPart[],
  run: EngineRun,
  { subgraphs }: Upstream,
): Promise<SubgraphAnswer> {
  const connection = subgraphs.get(service);
  if (!connection) throw new Error(`the supergraph names a subgraph "${service}" to which there is no connection`);
  const variables: JsonObject = {};
  for (const name of variableUsages) {
    if (Object.hasOwn(run.variables, name)) variables[name] = run.variables[name];
  }
  for (const [index, { entities, contextVariables }] of parts.entries()) {
    Object.assign(variables, contextVariables);
    const name = names[index]?.variable;
    if (name !== undefined && entities.length > 0) {
      variables[name] = entities.map(({ representation }) => representation);
    }
  }
  const { caller, headers, forwarded, collect, signal } = run.request;
  return connection.ask(
    { query, variables, operationName },
    {
      caller,
      headers,
      forwarded,
      collect,
      signal: abortable ? signal : undefined,
      repeatable: abortable,
      endsAt: run.endsAt,
    },
  );
}

function report({ service }: FetchBatch, run: EngineRun, logger: Logger | undefined, error: unknown): void {
  const failure = error instanceof SubgraphFailure ? error : undefined;
  // That a subgraph rests, or refuses this gateway, was said when it began to.
  const quiet = failure !== undefined && ['abandoned', 'resting', 'untrusted'].includes(failure.reason);
  logger?.[quiet ? 'debug' : 'warn'](
    {
      requestId: run.request.requestId,
      service,
      reason: failure?.reason,
      detail: failure?.detail,
      // A failure's cause is a network error; it holds an address and nothing of the request.
      err: failure ? failure.cause : error,
    },
    'a subgraph gave no answer',
  );
}

function isObjectOrNull(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value);
}
