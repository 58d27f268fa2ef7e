import {
  type DocumentNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  parse,
  print,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { ERROR_CODES } from '../../schema/contract.js';
import type { OperationRequest } from './Receiver.js';

/** An operation that fits the schema. */
export interface CheckedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** The same for texts that differ only in layout. */
  readonly text: string;
}

/** The client asked for something that cannot be done; `errors` are what it reads, without the request id. */
export class OperationRefused extends Error {
  override readonly name = 'OperationRefused';

  constructor(readonly errors: readonly GraphQLFormattedError[]) {
    super(errors[0]?.message);
  }
}

const CACHED_OPERATIONS = 1_000;

/** Parses and validates what clients send, once a text. */
export class Documents {
  readonly #checked = new LRUCache<string, CheckedOperation>({ max: CACHED_OPERATIONS });

  constructor(readonly schema: GraphQLSchema) {}

  /** @throws OperationRefused */
  check({ query, operationName }: OperationRequest): CheckedOperation {
    const key = JSON.stringify([operationName ?? null, query]);
    const known = this.#checked.get(key);
    if (known) return known;
    const document = parsed(query);
    const problems = validate(this.schema, document);
    if (problems.length > 0) throw refused(problems, ERROR_CODES.GRAPHQL_VALIDATION_FAILED);
    const operation = getOperationAST(document, operationName);
    if (!operation) {
      const message = operationName
        ? `The document holds no operation "${operationName}".`
        : 'The document holds several operations: choose one with `operationName`.';
      throw refused([new GraphQLError(message)], ERROR_CODES.OPERATION_RESOLUTION_FAILURE);
    }
    const checked = { document, operation, text: print(document) };
    this.#checked.set(key, checked);
    return checked;
  }

  /**
   * The variables of a request as the schema reads them, with defaults.
   *
   * @throws OperationRefused
   */
  variables(
    { operation }: CheckedOperation,
    given: Readonly<Record<string, unknown>> | null | undefined,
  ): Record<string, unknown> {
    const { coerced, errors } = getVariableValues(this.schema, operation.variableDefinitions ?? [], given ?? {});
    if (!coerced) throw refused(errors, ERROR_CODES.BAD_USER_INPUT);
    return coerced;
  }
}

function parsed(query: string): DocumentNode {
  try {
    return parse(query);
  } catch (error) {
    if (error instanceof GraphQLError) throw refused([error], ERROR_CODES.GRAPHQL_PARSE_FAILED);
    throw error;
  }
}

function refused(errors: readonly GraphQLError[], code: string): OperationRefused {
  return new OperationRefused(
    errors.map((error) => {
      const { message, locations, extensions } = error.toJSON();
      return { message, ...(locations && { locations }), extensions: { code, ...extensions } };
    }),
  );
}
