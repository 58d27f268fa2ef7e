import { z } from 'zod';

/** How long the gateway may take to name a customer, in milliseconds. */
const TIMEOUT_MS = 5_000;
const FIRST_CUSTOMER = '{ customers(first: 1) { nodes { id emails } } }';
const answer = z.object({
  data: z.object({ customers: z.object({ nodes: z.array(z.object({ emails: z.array(z.string()) })).min(1) }) }),
});

/** The query to paste; EMAIL stands for the address of a customer who exists. */
const QUERY = `{
  customer360(email: EMAIL) {
    displayName
    lifetimeValue { value { amount currency } }
    orders(first: 3) { totalCount nodes { number placedAt total { amount currency } } }
    openCaseCount { value }
    consents { purpose channel action }
    npsScore { value category }
    timeline(first: 5) { nodes { occurredAt channel summary } }
  }
}`;

/**
 * A query that works at once: it asks for a customer whom the gateway just named.
 *
 * @param token of somebody who may read personal data; none where there is no access control
 * @returns `null` when the gateway names none.
 */
export async function firstQuery(gatewayUrl: string, token: string | undefined): Promise<string | null> {
  try {
    const response = await fetch(gatewayUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query: FIRST_CUSTOMER }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { data } = answer.parse(await response.json());
    const email = data.customers.nodes[0]?.emails[0];
    return email === undefined ? null : QUERY.replace('EMAIL', JSON.stringify(email));
  } catch {
    return null;
  }
}
