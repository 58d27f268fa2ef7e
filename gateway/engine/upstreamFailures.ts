import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ERROR_CODES } from '../../schema/contract.js';
import { SubgraphFailure } from '../upstream/SubgraphFailure.js';
import { clientName } from './ClientNames.js';
import type { EngineRun } from './EngineRun.js';
import type { AskedEntity, FetchPart } from './FetchPart.js';
import type { FetchStep } from './FetchStep.js';
import { rootKeys } from './rootKeys.js';
import { type Place, placesOf, readablePath } from './responsePlaces.js';

/** One error of a subgraph is told at so many of the places where its entity stands. */
const MAX_PLACES = 100;

/** What federation calls an error that has no code. */
const NO_CODE = 'DOWNSTREAM_SERVICE_ERROR';

/** An error that a subgraph caused, as Apollo's executor makes it: its name is in `extensions.serviceName`. */
export function upstreamError(service: string, error: GraphQLFormattedError, path: Place | undefined): GraphQLError {
  return new GraphQLError(error.message || `Error while fetching subquery from service "${service}"`, {
    ...(path && path.length > 0 && { path: path.map((key) => (typeof key === 'string' ? clientName(key) : key)) }),
    extensions: { code: NO_CODE, ...error.extensions, serviceName: service },
  });
}

/** Tells that a request brought nothing: an error for each step of entities, and one for each field of the root. */
export function addLost(run: EngineRun, service: string, parts: readonly FetchPart[], cause: unknown): void {
  const failure = cause instanceof SubgraphFailure ? cause : undefined;
  const error = { message: failure?.message ?? 'The fetch failed.', extensions: { code: codeOf(failure) } };
  for (const { steps } of parts) {
    for (const step of steps) {
      for (const path of lostPaths(step, run)) run.failures.add(upstreamError(service, error, path));
    }
  }
}

/**
 * A bare 401 or 403 is about the caller's own `authorization` header: trying again would not help, so say so. Where the subgraph refuses this
 * gateway, the reason is `untrusted`.
 */
function codeOf(failure: SubgraphFailure | undefined): string {
  if (!failure) return ERROR_CODES.INTERNAL_SERVER_ERROR;
  if (failure.reason === 'status' && failure.detail === 401) return ERROR_CODES.UNAUTHENTICATED;
  if (failure.reason === 'status' && failure.detail === 403) return ERROR_CODES.FORBIDDEN;
  return ERROR_CODES.SERVICE_UNAVAILABLE;
}

function lostPaths(step: FetchStep, run: EngineRun): Place[] {
  const above = readablePath(step.path);
  if (step.representer) return [above];
  return rootKeys(step.operation.selectionSet, run.variables).map((key) => [...above, key]);
}

/**
 * Adds the errors that a subgraph answered with, each at every place where what it is about stands.
 *
 * @param keys the key of each part's entities in the answer
 */
export function addAnswered(
  run: EngineRun,
  service: string,
  parts: readonly FetchPart[],
  keys: readonly (string | undefined)[],
  errors: readonly GraphQLFormattedError[],
): void {
  for (const [done, error] of errors.entries()) {
    // Finding out where an error belongs costs a walk through the data, for nothing where there is no room for it.
    if (run.failures.isFull) {
      run.failures.leaveOut(errors.length - done);
      return;
    }
    const [key, index, ...below] = error.path ?? [];
    const part = parts[keys.findIndex((known) => known === key && known !== undefined)];
    const entity = part && typeof index === 'number' ? part.entities[index] : undefined;
    const paths = entity
      ? entityPlaces(run, entity).map((place) => [...place, ...below])
      : unplacedPaths(run, parts, error);
    for (const path of paths) run.failures.add(upstreamError(service, error, path));
  }
}

function entityPlaces(run: EngineRun, { objects, steps }: AskedEntity): Place[] {
  return [...new Set(steps)]
    .flatMap((step) =>
      placesOf(run.data, step.path, new Set(objects.filter((_, index) => steps[index] === step)), MAX_PLACES),
    )
    .slice(0, MAX_PLACES);
}

/** Where an error belongs that is not about one entity. */
function unplacedPaths(
  run: EngineRun,
  parts: readonly FetchPart[],
  { path }: GraphQLFormattedError,
): (Place | undefined)[] {
  const steps = parts.flatMap((part) => part.steps);
  const roots = steps.filter(({ representer }) => !representer);
  if (path && path.length > 0 && roots.length > 0) {
    const owner = roots.find((step) => rootKeys(step.operation.selectionSet, run.variables).includes(String(path[0])));
    if (owner) return [[...readablePath(owner.path), ...path]];
  }
  const [first, ...others] = steps.flatMap((step) =>
    step.representer ? [readablePath(step.path)] : lostPaths(step, run),
  );
  if (first && others.length === 0) return [first];
  return roots.length > 0 ? [undefined] : steps.map((step) => readablePath(step.path));
}
