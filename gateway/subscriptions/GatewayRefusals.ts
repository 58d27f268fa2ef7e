import type { GraphQLFormattedError } from 'graphql';
import { CloseCode } from 'graphql-ws';
import type { Logger } from 'pino';
import { type Caller, ERROR_CODES } from '../../schema/contract.js';
import { isAuthenticated } from '../access/anonymous.js';
import { RefusalLog } from '../upstream/RefusalLog.js';
import { unavailable } from '../upstream/SubgraphFailure.js';

/** Tells refusals of this gateway from those of callers, where a subgraph is asked for events. */
export class GatewayRefusals {
  readonly #log: RefusalLog;

  /**
   * @param service the subgraph's name
   * @param refusesCallers see `SubgraphClientOptions`
   */
  constructor(
    private readonly service: string,
    private readonly refusesCallers: boolean,
    logger: Logger,
  ) {
    this.#log = new RefusalLog(service, logger);
  }

  /** The subgraph took something of this gateway. */
  taken(): void {
    this.#log.taken();
  }

  /**
   * The errors with which a subscription was refused, as they are to be told. Whoever is signed in here, and is told there to sign in, is not
   * the one who is refused: it is the signature of this gateway.
   */
  judge(errors: readonly GraphQLFormattedError[], caller: Caller): readonly GraphQLFormattedError[] {
    const isRefused = errors.every(({ extensions }) => extensions?.['code'] === ERROR_CODES.UNAUTHENTICATED);
    if (!isRefused || this.refusesCallers || !isAuthenticated(caller)) return errors;
    this.#log.refused({ by: ERROR_CODES.UNAUTHENTICATED });
    return [unavailable(this.service, 'untrusted')];
  }

  /** Whether a WebSocket ended, or did not come about, because the subgraph refused this gateway. */
  ofConnection(reason: unknown): boolean {
    if (typeof reason !== 'object' || reason === null) return false;
    if ('code' in reason && (reason.code === CloseCode.Unauthorized || reason.code === CloseCode.Forbidden)) {
      return this.#refused(reason.code);
    }
    // What `ws` says of an upgrade that was answered as plain HTTP.
    const told = 'message' in reason ? /^Unexpected server response: (\d+)$/.exec(String(reason.message)) : null;
    return told !== null && this.ofStatus(Number(told[1]));
  }

  /** Whether an HTTP status refuses this gateway. */
  ofStatus(status: number): boolean {
    return (status === 401 || status === 403) && this.#refused(status);
  }

  #refused(by: number): boolean {
    if (this.refusesCallers) return false;
    this.#log.refused({ by });
    return true;
  }
}
