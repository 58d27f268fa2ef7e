import type { GraphQLDataSource } from '@apollo/gateway';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { ERROR_CODES, HEADERS } from '../../schema/contract.js';
import type { RequestContext } from '../http/RequestContext.js';
import type { SubgraphAnswer } from './SubgraphAnswer.js';
import type { SubgraphClient, SubgraphRequest } from './SubgraphClient.js';
import { SubgraphFailure } from './SubgraphFailure.js';
import { lostPaths } from './lostPaths.js';

type Options = Parameters<GraphQLDataSource<RequestContext>['process']>[0];
type Response = Awaited<ReturnType<GraphQLDataSource['process']>>;

/**
 * How the stock executor reaches a subgraph. Instead of `RemoteGraphQLDataSource`, because that one's HTTP client costs more
 * than the rest of a request together.
 *
 * It never throws. What is thrown here, the executor reports without a path and without the subgraph's name, so a failure
 * is told as errors of the subgraph: one for a fetch of entities, one for each field of a fetch of root fields.
 */
export class SubgraphDataSource implements GraphQLDataSource<RequestContext> {
  constructor(
    private readonly client: SubgraphClient,
    private readonly logger: Logger,
  ) {}

  async process(options: Options): Promise<Response> {
    const { query = '', variables, operationName } = options.request;
    // The executor calls this for an incoming operation only; its other kinds come without our context.
    const context = 'incomingRequestContext' in options ? options.context : undefined;
    try {
      const answer = await this.client.ask(
        { query, variables, operationName },
        { headers: forwardedHeaders(context), signal: query.startsWith('mutation') ? undefined : context?.signal },
      );
      return repaired({ query, variables }, answer, this.client.options.name);
    } catch (error) {
      const failure = error instanceof SubgraphFailure ? error : undefined;
      this.logger[failure?.reason === 'abandoned' ? 'debug' : 'warn'](
        {
          requestId: context?.requestId,
          service: this.client.options.name,
          reason: failure?.reason,
          detail: failure?.detail,
          // A failure's cause is a network error; it holds an address and nothing of the request.
          err: failure ? failure.cause : error,
        },
        'a subgraph gave no answer',
      );
      return { errors: lostErrors({ query, variables }, failure) };
    }
  }
}

/** Nothing else of the caller's request reaches a subgraph. */
function forwardedHeaders(context: RequestContext | undefined): Record<string, string> {
  return {
    ...(context && { [HEADERS.requestId]: context.requestId }),
    ...(context?.authorization && { authorization: context.authorization }),
  };
}

function lostErrors(request: SubgraphRequest, failure: SubgraphFailure | undefined): GraphQLFormattedError[] {
  const message = failure?.message ?? '';
  const code = failure ? codeOf(failure) : ERROR_CODES.INTERNAL_SERVER_ERROR;
  return lostPaths(request.query, request.variables).map((path) => ({ message, path, extensions: { code } }));
}

/** A bare 401 or 403 is about the caller's own `authorization` header: trying again would not help, so say so. */
function codeOf({ reason, detail }: SubgraphFailure): string {
  if (reason === 'status' && detail === 401) return ERROR_CODES.UNAUTHENTICATED;
  if (reason === 'status' && detail === 403) return ERROR_CODES.FORBIDDEN;
  return ERROR_CODES.SERVICE_UNAVAILABLE;
}

/**
 * Makes an answer one that the executor takes: entities in the number that were asked for (else it throws), and errors that
 * it can place.
 *
 * @throws SubgraphFailure when the entities do not fit
 */
function repaired(request: SubgraphRequest, answer: SubgraphAnswer, service: string): Response {
  const { data, errors } = answer;
  // The planner writes this argument in just this way, and a client's own operation never reaches a subgraph as it is.
  const ofEntities = request.query.includes('_entities(representations:');
  if (ofEntities && data) {
    const asked = request.variables?.['representations'];
    const got = data['_entities'];
    // A null here is legal only beside an error; the executor throws on it, and without data it does not.
    if (got === null && errors?.length) return { data: null, errors: placed(request, errors, ofEntities) };
    const fits = Array.isArray(got) && Array.isArray(asked) && got.length === asked.length && got.every(isObjectOrNull);
    if (!fits) throw new SubgraphFailure(service, 'garbage', '_entities');
  }
  return errors ? { data: data ?? null, errors: placed(request, errors, ofEntities) } : { data };
}

function isObjectOrNull(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value);
}

/** Gives a path to errors that have none or one that only the subgraph understands, where it is certain. */
function placed(
  request: SubgraphRequest,
  errors: readonly GraphQLFormattedError[],
  ofEntities: boolean,
): GraphQLFormattedError[] {
  if (ofEntities) return errors.map((error) => (typeof error.path?.[1] === 'number' ? error : { ...error, path: [] }));
  if (errors.every(({ path }) => path)) return [...errors];
  const [path, ...others] = lostPaths(request.query, request.variables);
  return errors.map((error) => (error.path || !path || others.length > 0 ? error : { ...error, path }));
}
