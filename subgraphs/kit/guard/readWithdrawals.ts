import { request } from 'undici';
import { z } from 'zod';
import { ERROR_CODES, EVERY_SCOPE, HEADERS } from '../../../schema/contract.js';
import { encodeCaller, sign } from '../../../schema/signature.js';
import { badUserInput, serviceUnavailable } from '../graph/errors.js';

/**
 * Tells which customers withdrew their consent to a purpose, as of now: true for each who did, in the order of the ids.
 * @param purpose as the caller wrote it: `marketing`
 * @throws BAD_USER_INPUT for a purpose to which nobody can consent; SERVICE_UNAVAILABLE when the ledger cannot be asked
 */
export type ReadWithdrawals = (
  purpose: string,
  customerIds: readonly string[],
  requestId: string,
) => Promise<readonly boolean[]>;

const answer = z.object({
  data: z.object({ _entities: z.array(z.object({ consentWithdrawn: z.boolean().nullable() }).nullable()) }).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).nullish(),
});

const QUERY = `query ($representations: [_Any!]!, $purpose: String!) {
  _entities(representations: $representations) { ... on Customer { consentWithdrawn(purpose: $purpose) } }
}`;

const TIMEOUT_MS = 5000;

/**
 * Reads withdrawals by asking marketing's public `_entities`, as the gateway does, each time anew: a withdrawal counts from the very next
 * read.
 * @param marketingUrl marketing's GraphQL address, a function where it is known only later; without it, nobody can be asked
 * @param subgraph who asks, by its name in the supergraph
 * @param signingKey with what requests are signed; null where nobody checks
 */
export function askMarketing(
  marketingUrl: string | (() => string | undefined) | undefined,
  subgraph: string,
  signingKey: string | null,
): ReadWithdrawals {
  const caller = encodeCaller({ subject: `subgraph:${subgraph}`, scopes: [EVERY_SCOPE] });
  return async (purpose, customerIds, requestId) => {
    const representations = customerIds.map((id) => ({ __typename: 'Customer', id }));
    const body = JSON.stringify({ query: QUERY, variables: { representations, purpose } });
    const signed =
      signingKey === null
        ? {}
        : { [HEADERS.caller]: caller, [HEADERS.signature]: sign(signingKey, { service: 'marketing', caller, body }) };
    try {
      const url = typeof marketingUrl === 'function' ? marketingUrl() : marketingUrl;
      if (url === undefined) throw new Error('nobody said where marketing is');
      const response = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [HEADERS.requestId]: requestId, ...signed },
        body,
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      });
      return read(answer.parse(await response.body.json()), purpose, customerIds.length);
    } catch (cause) {
      if (isRefusal(cause)) throw cause;
      throw Object.assign(
        serviceUnavailable(
          `marketing does not answer, so nobody knows who withdrew their consent to ${purpose}. Nothing is given; try again.`,
        ),
        { cause },
      );
    }
  };
}

function read({ data, errors }: z.output<typeof answer>, purpose: string, count: number): readonly boolean[] {
  const refused = errors?.find(({ extensions }) => extensions.code === ERROR_CODES.BAD_USER_INPUT);
  if (refused) throw badUserInput(refused.message, HEADERS.purpose);
  const withdrawn = data?._entities.map((customer) => customer?.consentWithdrawn) ?? [];
  const known = withdrawn.filter((value) => typeof value === 'boolean');
  if (known.length !== count) throw new Error(`marketing did not say who withdrew their consent to ${purpose}`);
  return known;
}

function isRefusal(error: unknown): boolean {
  const { extensions } = error as { extensions?: { code?: unknown } };
  return extensions?.code === ERROR_CODES.BAD_USER_INPUT;
}
