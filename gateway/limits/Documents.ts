import {
  type DocumentNode,
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
import { OperationRefused } from './OperationRefused.js';
import { type Cost, type CostModel, compileCost } from './compileCost.js';
import { readCostWeights } from './costWeights.js';
import type { Safelist } from './Safelist.js';
import type { OperationLimits } from './limits.js';
import { measureDocument } from './measureDocument.js';
import { refuseCostly, refuseOversized } from './refuseOversized.js';

/** An operation that fits the schema and the limits. */
export interface CheckedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** The same for texts that differ only in layout. */
  readonly text: string;
  readonly cost: Cost;
}

/** What clients send to have an operation checked. */
export interface AskedOperation {
  /** Its text; empty where `id` stands for it. */
  readonly query: string;
  /** The SHA-256 of the text of an operation of the safelist, in hexadecimal. */
  readonly id?: string | undefined;
  readonly operationName?: string | null | undefined;
}

/** What is allowed, whatever the schema. */
export interface DocumentRules {
  readonly limits: OperationLimits;
  /** Whether the schema may be asked for. */
  readonly introspection: boolean;
  /** The operations that are known beforehand, where that matters. */
  readonly safelist?: Safelist | undefined;
}

const CACHED_DOCUMENTS = 1_000;

/** What is remembered of all documents together, by the length of their texts. */
const CACHED_CHARACTERS = 16 * 1024 * 1024;

/** A document that is right whichever of its operations is chosen. */
interface CheckedDocument {
  readonly document: DocumentNode;
  readonly operations: Map<string | null, CheckedOperation>;
}

/**
 * Parses, measures and validates what clients send, once a text: the one way in for operations over HTTP, WebSockets and event
 * streams. Whatever costs time comes after the limit that bounds it.
 */
export class Documents {
  readonly #checked = new LRUCache<string, CheckedDocument>({
    max: CACHED_DOCUMENTS,
    maxSize: CACHED_CHARACTERS,
    sizeCalculation: (_document, text) => text.length + 1,
  });
  readonly #costs: CostModel;

  /** @param schema what clients see of the supergraph whose text it is given, too */
  constructor(
    readonly schema: GraphQLSchema,
    supergraphSdl: string,
    private readonly rules: DocumentRules,
  ) {
    const { listSize } = rules.limits;
    this.#costs = { schema, weights: readCostWeights(supergraphSdl), listSize };
  }

  /** @throws OperationRefused */
  check(asked: AskedOperation): CheckedOperation {
    try {
      return this.#check(asked);
    } catch (error) {
      // The parser and the rules of validation follow the text down, by which it has no fields yet that could be counted.
      if (!(error instanceof RangeError)) throw error;
      const { depth: limit } = this.rules.limits;
      const message = `The document nests too deep to be read; ${limit} fields within fields are allowed (--max-depth).`;
      throw OperationRefused.because(message, ERROR_CODES.QUERY_TOO_DEEP, { limit });
    }
  }

  #check({ query: given, id, operationName }: AskedOperation): CheckedOperation {
    const query = given || this.#textOf(id);
    const name = operationName || null;
    const known = this.#checked.get(query);
    const found = known?.operations.get(name);
    if (found) return found;
    const document = known?.document ?? this.#parse(query);
    if (!known) this.#measure(document);
    const operation = getOperationAST(document, name);
    if (!operation) throw noOperation(name);
    this.rules.safelist?.admit(document, operation);
    if (!known) this.#validate(document);
    const cost = compileCost(this.#costs, document, operation);
    const checked = { document, operation, text: print(document), cost };
    const operations = known?.operations ?? new Map<string | null, CheckedOperation>();
    operations.set(name, checked);
    if (!known) this.#checked.set(query, { document, operations });
    return checked;
  }

  /**
   * Refuses an operation that may cost too much with these variables.
   *
   * @param given as the client sent them
   * @throws OperationRefused
   */
  checkCost({ cost }: CheckedOperation, given: Readonly<Record<string, unknown>> | null | undefined): void {
    try {
      refuseCostly(cost(given ?? {}), this.rules.limits);
    } catch (error) {
      if (error instanceof GraphQLError) throw OperationRefused.of([error], ERROR_CODES.BAD_USER_INPUT);
      throw error;
    }
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
    if (!coerced) throw OperationRefused.of(errors, ERROR_CODES.BAD_USER_INPUT);
    return coerced;
  }

  #textOf(id: string | undefined): string {
    if (id === undefined) return '';
    const text = this.rules.safelist?.textOf(id);
    if (text === undefined) {
      const message = 'There is no operation with this SHA-256: send its text.';
      throw OperationRefused.because(message, ERROR_CODES.PERSISTED_QUERY_NOT_FOUND);
    }
    return text;
  }

  #parse(query: string): DocumentNode {
    const { tokens } = this.rules.limits;
    try {
      return parse(query, { maxTokens: tokens });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      if (/^Syntax Error: Document contains more tha[nt] \d+ tokens/.test(error.message)) {
        const message = `The document has more than ${tokens} tokens; ${tokens} are allowed (--max-tokens).`;
        throw OperationRefused.because(message, ERROR_CODES.TOO_MANY_TOKENS, { limit: tokens });
      }
      throw OperationRefused.of([error], ERROR_CODES.GRAPHQL_PARSE_FAILED);
    }
  }

  #measure(document: DocumentNode): void {
    const size = measureDocument(document);
    refuseOversized(size, this.rules.limits);
    if (size.introspects && !this.rules.introspection) {
      const message = 'This gateway does not tell its schema: __schema and __type are switched off (--introspection).';
      throw OperationRefused.because(message, ERROR_CODES.INTROSPECTION_DISABLED);
    }
  }

  #validate(document: DocumentNode): void {
    const hideSuggestions = !this.rules.introspection;
    const problems = validate(this.schema, document, undefined, { hideSuggestions });
    if (problems.length > 0) throw OperationRefused.of(problems, ERROR_CODES.GRAPHQL_VALIDATION_FAILED);
  }
}

function noOperation(name: string | null): OperationRefused {
  const message = name
    ? `The document holds no operation "${name}".`
    : 'The document holds several operations: choose one with `operationName`.';
  return OperationRefused.because(message, ERROR_CODES.OPERATION_RESOLUTION_FAILURE);
}
