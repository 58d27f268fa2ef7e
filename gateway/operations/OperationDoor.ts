import { type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import type { Logger } from 'pino';
import { type Caller, ERROR_CODES } from '../../schema/contract.js';
import { nameOperation } from '../access/nameOperation.js';
import type { CompiledSubscription, PreparedOperation, RefusedSubscription } from '../engine/CompiledOperation.js';
import type { Engine } from '../engine/createEngine.js';
import { PlanFailed } from '../engine/plan/PlanFailed.js';
import { MASKED_MESSAGE } from '../errors/presentError.js';
import type { OperationRate } from '../limits/OperationRate.js';
import { callerKey } from '../limits/callerKey.js';
import type { AskedOperation } from './AskedOperation.js';
import type { CheckedOperation, Documents } from './Documents.js';
import { OperationRefused } from './OperationRefused.js';
import type { PersistedTexts } from './PersistedTexts.js';
import { TurnBudget } from './TurnBudget.js';

/** Texts that are new are read and validated for so long in one turn of the event loop, in milliseconds. */
const NEW_TEXTS_MS = 20;

/** What an operation is checked by, and run on. */
export interface OperationGraph {
  readonly documents: Documents;
  readonly engine: Engine;
}

/** Who asks. */
export interface Asker {
  readonly caller: Caller;
  /** The network address: tells askers apart of whom nothing else is known. */
  readonly address: string;
}

/** Throws an OperationRefused for operations that cannot be had in the way in which this one was asked for. */
export type AdmitRule = (operation: OperationDefinitionNode) => void;

/** An operation that may run. */
export interface AdmittedOperation {
  readonly checked: CheckedOperation;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Who asks, with the operation's name. */
  readonly caller: Caller;
  readonly run:
    | { readonly kind: 'once'; readonly prepared: PreparedOperation }
    | { readonly kind: 'subscription'; readonly compiled: CompiledSubscription | RefusedSubscription };
}

/**
 * The one door for operations, whatever the way in: rate, document, variables and cost, each once, and a plan. Nothing is fetched before it was
 * passed.
 */
export class OperationDoor {
  readonly #newTexts = new TurnBudget(NEW_TEXTS_MS);
  /** What was logged of the planner. */
  readonly #logged = new WeakSet<PlanFailed>();

  constructor(
    private readonly rate: Pick<OperationRate, 'take'>,
    private readonly texts: PersistedTexts,
    private readonly logger: Logger,
  ) {}

  /**
   * Lets an operation in.
   *
   * @throws OperationRefused that says why not
   */
  async admit(
    asked: AskedOperation,
    asker: Asker,
    graph: OperationGraph,
    rule: AdmitRule = () => undefined,
  ): Promise<AdmittedOperation> {
    const key = callerKey(asker.caller, asker.address);
    this.rate.take(key);
    const query = this.texts.textOf(asked);
    const admitted = await this.fit({ ...asked, query }, asker.caller, key, graph, rule);
    this.texts.register(asked);
    return admitted;
  }

  /**
   * Makes an operation ready that was let in before: another graph may have no place for it.
   *
   * @param asked with its text
   * @param key see `callerKey`; undefined for the gateway itself, which plans for all
   * @throws OperationRefused
   */
  async fit(
    asked: AskedOperation,
    caller: Caller,
    key: string | undefined,
    { documents, engine }: OperationGraph,
    rule: AdmitRule = () => undefined,
  ): Promise<AdmittedOperation> {
    const check = (): CheckedOperation => documents.check(asked.query, asked.operationName, caller);
    const checked = documents.knows(asked.query) ? check() : await this.#newTexts.run(check);
    const { operation } = checked;
    rule(operation);
    const variables = documents.variables(checked, asked.variables);
    documents.checkCost(checked, asked.variables);
    const named = nameOperation(caller, operation.name?.value);
    try {
      const found = engine.compile(checked.document, caller, key);
      const compiled = found instanceof Promise ? await found : found;
      if (!('prepare' in compiled)) {
        return { checked, variables, caller: named, run: { kind: 'subscription', compiled } };
      }
      const ready = compiled.prepare(variables, key);
      const prepared = ready instanceof Promise ? await ready : ready;
      return { checked, variables, caller: named, run: { kind: 'once', prepared } };
    } catch (error) {
      throw error instanceof PlanFailed ? this.#refusalOf(error, operation) : error;
    }
  }

  #refusalOf(failure: PlanFailed, operation: OperationDefinitionNode): OperationRefused {
    if (failure.reason === 'closed') {
      const message = 'The graph was just replaced. Nothing was done; ask again.';
      return refusal(message, ERROR_CODES.SERVICE_UNAVAILABLE, 503);
    }
    if (!this.#logged.has(failure)) {
      this.#logged.add(failure);
      const line = { operationName: operation.name?.value, reason: failure.reason, err: failure };
      this.logger[failure.reason === 'bug' ? 'error' : 'warn'](line, 'an operation cannot be planned');
    }
    if (failure.reason === 'bug') return refusal(MASKED_MESSAGE, ERROR_CODES.INTERNAL_SERVER_ERROR, 500);
    const message =
      'The operation takes more to plan than is allowed (--planning-timeout). Ask for less at a time: fewer fields that are ' +
      'selected by an interface or a union, fewer @skip and @include.';
    return refusal(message, ERROR_CODES.PLANNING_LIMIT_EXCEEDED, 400);
  }
}

/** Refuses everything but queries. */
export function queriesOnly({ operation }: OperationDefinitionNode): void {
  if (operation !== OperationTypeNode.MUTATION) return;
  throw OperationRefused.because('A GET request cannot run a mutation: use POST.', ERROR_CODES.BAD_REQUEST);
}

/** Refuses subscriptions where there is one answer and no more. */
export function oneAnswerOnly({ operation }: OperationDefinitionNode): void {
  if (operation !== OperationTypeNode.SUBSCRIPTION) return;
  const message =
    'Subscribe over a WebSocket at this address, or as an event stream at the same with `/stream` behind it.';
  throw OperationRefused.because(message, ERROR_CODES.BAD_REQUEST);
}

function refusal(message: string, code: string, status: number): OperationRefused {
  return new OperationRefused([{ message, extensions: { code } }], status);
}
