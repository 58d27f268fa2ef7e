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
import { refuseCostly, refuseOversized } from '../limits/refuseOversized.js';
import type { AskedOperation } from './AskedOperation.js';
import { OperationRefused } from './OperationRefused.js';
import type { Safelist } from './Safelist.js';
import { coerceVariables } from './coerceVariables.js';
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
const BYTES_A_PART = 350;
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
  /** What it weighs with all that is compiled of it. */
  bytes: number;
}

interface KnownOperation {
  readonly checked: CheckedOperation;
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
  readonly #byDocument = new WeakMap<DocumentNode, KnownDocument>();
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
    });
    this.#refused = new LRUCache<string, OperationRefused>({
      maxSize: REFUSED_CHARACTERS,
      sizeCalculation: (_refusal, key) => key.length + 1_000,
      ttl: rules.planning.refusedMs,
    });
  }

  /** How many operations are kept. */
  get size(): number {
    let size = 0;
    for (const { operations } of this.#known.values()) size += operations.size;
    return size;
  }

  /** What is kept weighs so much, in bytes. */
  get bytes(): number {
    return this.#known.calculatedSize;
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
    const known = this.#byDocument.get(document);
    if (!known) return;
    known.bytes += bytes;
    // Nobody weighs anew what is there.
    if (this.#known.delete(known.query)) this.#keep(known);
  }

  /** What was asked for most of what is kept, the most used first. */
  mostUsed(limit: number): UsedOperation[] {
    const used: UsedOperation[] = [];
    for (const { query, operations } of this.#known.values()) {
      for (const [operationName, { uses, caller }] of operations) {
        if (caller) used.push({ asked: { query, operationName }, caller, uses });
      }
    }
    return used.sort((one, other) => other.uses - one.uses).slice(0, limit);
  }

  #keep(known: KnownDocument): void {
    if (known.bytes <= this.#known.maxSize * LARGEST_SHARE) this.#known.set(known.query, known);
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
    const checked = this.#operationOf(document, operation);
    const found: KnownOperation = { checked, uses: 0, caller: undefined };
    known.operations.set(name, found);
    this.#byDocument.set(checked.document, known);
    if (!before) this.#keep(known);
    else this.grow(checked.document, BYTES_A_DOCUMENT);
    return found;
  }

  #operationOf(document: DocumentNode, operation: OperationDefinitionNode): CheckedOperation {
    const definitions = [operation, ...fragmentsOf(document, operation)];
    const alone: DocumentNode = { kind: Kind.DOCUMENT, definitions };
    let text: string | undefined;
    return {
      document: alone,
      operation,
      cost: compileCost(this.#costs, alone, operation),
      get text() {
        return (text ??= print(alone));
      },
    };
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
