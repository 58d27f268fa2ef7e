import { LRUCache } from 'lru-cache';
import { request } from 'undici';
import { validate as isUuid } from 'uuid';
import { z } from 'zod';
import { EVERY_SCOPE, HEADERS } from '../../../schema/contract.js';
import { encodeCaller, sign } from '../../../schema/signature.js';
import { badUserInput, serviceUnavailable } from './errors.js';

const answer = z.object({
  data: z.object({ _entities: z.array(z.object({ erasedAt: z.string().nullish() }).nullable()) }),
});

const QUERY =
  'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ... on Customer { erasedAt } } }';

/** How many ids known to exist are remembered, so that a busy service asks identity once for each customer. */
const REMEMBERED = 10_000;
/** For how long: of several replicas one hears of an erasure at once, the others by asking again. */
const REMEMBERED_MS = 60_000;

const TIMEOUT_MS = 5000;

/**
 * Checks ids of customers, whom identity owns, before a mutation writes a row that names them. It asks identity's
 * public `_entities`, as the gateway does, so no subgraph looks into another's tables.
 */
export class References {
  readonly #known = new LRUCache<string, true>({ max: REMEMBERED, ttl: REMEMBERED_MS });
  readonly #caller: string;

  /**
   * @param identityUrl identity's GraphQL address
   * @param subgraph who asks, by its name in the supergraph
   * @param signingKey with what requests are signed; null where nobody checks
   */
  constructor(
    readonly identityUrl: string,
    subgraph: string,
    readonly signingKey: string | null,
  ) {
    this.#caller = encodeCaller({ subject: `subgraph:${subgraph}`, scopes: [EVERY_SCOPE] });
  }

  /**
   * Makes sure that all ids exist, in one request.
   * @param ids the argument's name to the id: `{ 'input.customerId': '0190…' }`; null and undefined are passed over
   * @throws BAD_USER_INPUT that names the first argument whose id is unknown or whose customer was erased; SERVICE_UNAVAILABLE when identity does
   *   not answer, since nothing may be written that cannot be checked
   */
  async require(
    typename: 'Customer',
    ids: Readonly<Record<string, string | null | undefined>>,
    requestId: string,
  ): Promise<void> {
    const wanted = Object.entries(ids).flatMap(([argument, id]) =>
      typeof id === 'string' ? [{ argument, id: id.toLowerCase() }] : [],
    );
    const unknown = (argument: string, id: string) =>
      badUserInput(`${argument}: there is no ${typename} ${id}`, argument);
    for (const { argument, id } of wanted) if (!isUuid(id)) throw unknown(argument, id);

    const toAsk = wanted.filter(({ id }) => !this.#known.has(`${typename} ${id}`));
    if (toAsk.length === 0) return;
    const found = await this.#exist(
      toAsk.map(({ id }) => ({ __typename: typename, id })),
      requestId,
    );
    toAsk.forEach(({ argument, id }, index) => {
      if (!found[index]) throw unknown(argument, id);
      this.#known.set(`${typename} ${id}`, true);
    });
  }

  /** Forgets that these customers exist: they were erased. */
  forget(customerIds: readonly string[]): void {
    for (const id of customerIds) this.#known.delete(`Customer ${id}`);
  }

  async #exist(representations: readonly object[], requestId: string): Promise<boolean[]> {
    const body = JSON.stringify({ query: QUERY, variables: { representations } });
    const { signingKey } = this;
    const signature =
      signingKey === null ? null : sign(signingKey, { service: 'identity', caller: this.#caller, body });
    try {
      const response = await request(this.identityUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          [HEADERS.requestId]: requestId,
          ...(signature === null ? {} : { [HEADERS.caller]: this.#caller, [HEADERS.signature]: signature }),
        },
        body,
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      });
      const { data } = answer.parse(await response.body.json());
      return data._entities.map((entity) => entity !== null && !entity.erasedAt);
    } catch (cause) {
      throw Object.assign(
        serviceUnavailable(
          'identity does not answer, so the ids could not be checked. Nothing was written; try again.',
        ),
        { cause },
      );
    }
  }
}
