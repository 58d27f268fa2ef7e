import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  getOperationAST,
  print,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { type Caller, ERROR_CODES } from '../../schema/contract.js';
import { type Cost, type CostModel, compileCost } from '../limits/compileCost.js';
import type { CostWeights } from '../limits/costWeights.js';
import type { OperationLimits, PlanningLimits } from '../limits/limits.js';
import { measureDocument } from '../limits/measureDocument.js';
import { countFieldPairs } from '../limits/countFieldPairs.js';
import { refuseCostly, refuseOversized, refuseRepetitive } from '../limits/refuseOversized.js';
import type { AskedOperation } from './AskedOperation.js';
import { OperationRefused } from './OperationRefused.js';
import type { Safelist } from './Safelist.js';
import { coerceVariables } from './coerceVariables.js';
import { halfPairIn } from './halfPairIn.js';
import { type ParsedDocument, parseDocument } from './parseDocument.js';
import { fragmentsOf } from './safelistKey.js';

/** An operation that fits the schema and the limits. */
export interface CheckedOperation {
  /** The operation alone, with the fragments that it uses. It knows nothing of its text. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** The same for texts that differ only in layout. */
  readonly text: string;
  readonly cost: Cost;
}

/** What is allowed, whatever the schema. */
export interface DocumentRules {
  readonly limits: OperationLimits;
  readonly planning: Pick<PlanningLimits, 'keptMegabytes' | 'refusedMs'>;
  /** Whether the schema may be asked for. */
  readonly introspection: boolean;
  /** The operations that are known beforehand, where that matters. */
  readonly safelist?: Safelist | undefined;
}

/** An operation that was asked for, and by whom last. */
export interface UsedOperation {
  readonly asked: Pick<AskedOperation, 'query' | 'operationName'>;
  readonly caller: Caller;
  readonly uses: number;
}

const MEBIBYTE = 1024 * 1024;

/** About what a part of a parsed document takes, what is compiled of its cost included; and what a document takes in any case. */
const BYTES_A_PART = 160;
const BYTES_A_DOCUMENT = 2_000;

/** No document takes more than this share of all memory: one whose plans are without number is forgotten, with them. */
const LARGEST_SHARE = 0.25;

/** What was refused is remembered up to so many characters together. */
const REFUSED_CHARACTERS = 4 * MEBIBYTE;

/** The validation ends at so many errors. */
const MAX_ERRORS = 50;

/** A document that is right whichever of its operations is chosen. */
interface KnownDocument {
  readonly query: string;
  readonly document: DocumentNode;
  readonly operations: Map<string | null, KnownOperation>;
  /** What it weighs with its operations. */
  bytes: number;
}

/** An operation of one or several documents: texts that differ in layout, comments or other operations have it in common, with its plans. */
interface KnownOperation {
  readonly checked: CheckedOperation;
  /** What it weighs with all that is compiled of it. Each document that has it weighs so much more: too much is safe. */
  bytes: number;
  readonly documents: Set<KnownDocument>;
  uses: number;
  caller: Caller | undefined;
}

/**
 * Parses, measures and validates what clients send, once a text: the one way in for operations over HTTP, WebSockets and event
 * streams. Whatever costs time comes after the limit that bounds it, and what was refused is remembered for a while. What is kept is bounded by what it
 * weighs, with all that is compiled of it.
 */
export class Documents {
  readonly #known: LRUCache<string, KnownDocument>;
  readonly #refused: LRUCache<string, OperationRefused>;
  /** By what they say, and by what they were made of. */
  readonly #operations = new Map<string, KnownOperation>();
  readonly #byDocument = new WeakMap<DocumentNode, KnownOperation>();
  readonly #costs: CostModel;

  /**
   * @param schema what clients see of the supergraph
   * @param weights what it says about costs
   */
  constructor(
    readonly schema: GraphQLSchema,
    weights: CostWeights,
    private readonly rules: DocumentRules,
  ) {
    const { listSize } = rules.limits;
    this.#costs = { schema, weights, listSize };
    this.#known = new LRUCache<string, KnownDocument>({
      maxSize: rules.planning.keptMegabytes * MEBIBYTE,
      sizeCalculation: ({ bytes }) => bytes,
      dispose: (known, _query, reason) => {
        if (reason === 'evict') this.#forget(known);
      },
    });
    this.#refused = new LRUCache<string, OperationRefused>({
      maxSize: REFUSED_CHARACTERS,
      sizeCalculation: (_refusal, key) => key.length + 1_000,
      ttl: rules.planning.refusedMs,
    });
  }

  /** How many operations are kept. */
  get size(): number {
    return this.#operations.size;
  }

  /** What is kept weighs so much, in bytes. */
  get bytes(): number {
    return this.#known.calculatedSize;
  }

  /** Whether a text was read and validated before, and is kept. */
  knows(query: string): boolean {
    return this.#known.has(query);
  }

  /**
   * @param query the text
   * @param caller who asks
   * @throws OperationRefused
   */
  check(query: string, operationName: string | null | undefined, caller?: Caller): CheckedOperation {
    const name = operationName || null;
    const found = this.#known.get(query)?.operations.get(name) ?? this.#checkAnew(query, name);
    found.uses += 1;
    found.caller = caller ?? found.caller;
    return found.checked;
  }

  /**
   * Refuses an operation that may cost too much with these variables.
   *
   * @param given as the client sent them
   * @throws OperationRefused
   */
  checkCost({ cost }: CheckedOperation, given: AskedOperation['variables']): void {
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
  variables({ operation }: CheckedOperation, given: AskedOperation['variables']): Record<string, unknown> {
    return coerceVariables(this.schema, operation, given ?? {}, {
      hideSuggestions: !this.rules.introspection,
      maxValues: this.rules.limits.inputValues,
    });
  }

  /** Says that what is compiled of an operation's document takes so many bytes more. */
  grow(document: DocumentNode, bytes: number): void {
    const operation = this.#byDocument.get(document);
    if (!operation) return;
    operation.bytes += bytes;
    for (const known of operation.documents) {
      known.bytes += bytes;
      // The cache weighs anew only what is new to it.
      this.#known.delete(known.query);
      this.#keep(known);
    }
  }

  /** What was asked for most of what is kept, the most used first. */
  mostUsed(limit: number): UsedOperation[] {
    return [...this.#operations.values()]
      .sort((one, other) => other.uses - one.uses)
      .slice(0, limit)
      .flatMap(({ caller, checked, uses }) => {
        const asked = { query: checked.text, operationName: checked.operation.name?.value };
        return caller ? [{ asked, caller, uses }] : [];
      });
  }

  #keep(known: KnownDocument): void {
    if (known.bytes <= this.#known.maxSize * LARGEST_SHARE) this.#known.set(known.query, known);
    else this.#forget(known);
  }

  #forget(known: KnownDocument): void {
    for (const operation of known.operations.values()) {
      operation.documents.delete(known);
      if (operation.documents.size === 0) this.#operations.delete(operation.checked.text);
    }
  }

  #checkAnew(query: string, name: string | null): KnownOperation {
    const { characters } = this.rules.limits;
    if (query.length > characters) {
      const message = `The document has ${query.length} characters; ${characters} are allowed (--max-characters).`;
      throw OperationRefused.because(message, ERROR_CODES.TOO_MANY_CHARACTERS, {
        limit: characters,
        actual: query.length,
      });
    }
    const key = `${name ?? ''}\n${query}`;
    const refusal = this.#refused.get(key);
    if (refusal) throw refusal;
    try {
      return this.#checkText(query, name);
    } catch (error) {
      const refused = error instanceof RangeError ? this.#tooDeep() : error;
      if (refused instanceof OperationRefused) this.#refused.set(key, refused);
      throw refused;
    }
  }

  /** The parser and the rules of validation follow the text down, by which it has no fields yet that could be counted. */
  #tooDeep(): OperationRefused {
    const { depth: limit } = this.rules.limits;
    const message = `The document nests too deep to be read; ${limit} fields within fields are allowed (--max-depth).`;
    return OperationRefused.because(message, ERROR_CODES.QUERY_TOO_DEEP, { limit });
  }

  #checkText(query: string, name: string | null): KnownOperation {
    const before = this.#known.get(query);
    const parsed = before ? undefined : this.#parse(query);
    const document = before?.document ?? parsed?.document;
    if (!document) throw new Error('a document was neither known nor parsed');
    if (parsed) this.#measure(document);
    const operation = getOperationAST(document, name);
    if (!operation) throw noOperation(name);
    this.rules.safelist?.admit(document, operation);
    const known = before ?? this.#validate(query, parsed);
    const found = this.#operationOf(document, operation);
    known.operations.set(name, found);
    known.bytes += found.bytes;
    found.documents.add(known);
    this.#known.delete(query);
    this.#keep(known);
    return found;
  }

  #operationOf(document: DocumentNode, operation: OperationDefinitionNode): KnownOperation {
    const definitions = [operation, ...fragmentsOf(document, operation)];
    const alone: DocumentNode = { kind: Kind.DOCUMENT, definitions };
    const text = print(alone);
    const known = this.#operations.get(text);
    if (known) return known;
    const checked = { document: alone, operation, cost: compileCost(this.#costs, alone, operation), text };
    const bytes = BYTES_A_DOCUMENT + 2 * text.length;
    const found: KnownOperation = { checked, bytes, documents: new Set(), uses: 0, caller: undefined };
    this.#operations.set(text, found);
    this.#byDocument.set(alone, found);
    return found;
  }

  #parse(query: string): ParsedDocument {
    const { tokens } = this.rules.limits;
    try {
      return parseDocument(query, tokens);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      if (/^Syntax Error: Document contains more tha[nt] \d+ tokens/.test(error.message)) {
        const message = `The document has more than ${tokens} tokens; ${tokens} are allowed (--max-tokens).`;
        throw OperationRefused.because(message, ERROR_CODES.TOO_MANY_TOKENS, { limit: tokens });
      }
      const argument = halfPairIn(query, error);
      if (argument === undefined) throw OperationRefused.of([error], ERROR_CODES.GRAPHQL_PARSE_FAILED);
      const message = `${argument} must not contain half of a surrogate pair`;
      throw OperationRefused.because(message, ERROR_CODES.BAD_USER_INPUT, { argument });
    }
  }

  #measure(document: DocumentNode): void {
    const size = measureDocument(document);
    const { limits } = this.rules;
    refuseOversized(size, limits);
    refuseRepetitive(countFieldPairs(document, limits.fieldPairs), limits);
    if (size.introspects && !this.rules.introspection) {
      const message = 'This gateway does not tell its schema: __schema and __type are switched off (--introspection).';
      throw OperationRefused.because(message, ERROR_CODES.INTROSPECTION_DISABLED);
    }
  }

  #validate(query: string, parsed: ParsedDocument | undefined): KnownDocument {
    if (!parsed) throw new Error('a document was neither known nor parsed');
    const options = { hideSuggestions: !this.rules.introspection, maxErrors: MAX_ERRORS };
    const problems = validate(this.schema, parsed.document, undefined, options);
    if (problems.length > 0) throw OperationRefused.of(parsed.locate(problems), ERROR_CODES.GRAPHQL_VALIDATION_FAILED);
    const parts = parsed.forgetLocations();
    const bytes = BYTES_A_DOCUMENT + 2 * query.length + BYTES_A_PART * parts;
    return { query, document: parsed.document, operations: new Map(), bytes };
  }
}

function noOperation(name: string | null): OperationRefused {
  const message = name
    ? `The document holds no operation "${name.slice(0, 100)}".`
    : 'The document holds several operations: choose one with `operationName`.';
  return OperationRefused.because(message, ERROR_CODES.OPERATION_RESOLUTION_FAILURE);
}
