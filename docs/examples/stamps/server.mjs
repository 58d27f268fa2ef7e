// A subgraph without the kit: graphql-yoga, a map for a database, and what every subgraph owes to the gateway.
//   SIGNING_KEY=… GATEWAY_URL=http://localhost:4000/graphql TOKEN=… PORT=4010 node docs/examples/stamps/server.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, parse } from 'graphql';
import { createYoga } from 'graphql-yoga';

const { SIGNING_KEY, GATEWAY_URL, TOKEN, PORT = '4010' } = process.env;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const WINDOW_MS = 60_000;
const stamps = new Map();
const mergedInto = new Map();
const erased = new Map();
/** Which word about each of them was the last. */
const positions = new Map();
const current = (id) => (mergedInto.has(id) ? current(mergedInto.get(id)) : id);

/** Whether the gateway signed this body, just now, for this subgraph, and not before: docs/security.md has the form. */
const seen = new Map();
function isSigned(headers, body) {
  const [version, time, nonce, code] = (headers.get('x-customer360-signature') ?? '').split(' ');
  const caller = headers.get('x-customer360-caller') ?? '';
  const lines = `v1\nstamps\n${time}\n${nonce}\n${caller}\n${body}`;
  const right = createHmac('sha256', SIGNING_KEY).update(lines).digest();
  const given = Buffer.from(code ?? '', 'base64url');
  const now = Date.now();
  if (version !== 'v1' || given.length !== right.length || !timingSafeEqual(given, right)) return false;
  if (Math.abs(now - Number(time)) > WINDOW_MS || seen.has(nonce)) return false;
  for (const [old, expires] of seen) if (expires < now) seen.delete(old);
  return seen.set(nonce, Number(time) + WINDOW_MS);
}

/** Who lacks a scope is refused here too: the gateway asks for nothing that they may not see, whoever stole its key would. */
const only = (scope, resolve) => (parent, args, context) => {
  const { scopes } = JSON.parse(
    Buffer.from(context.request.headers.get('x-customer360-caller'), 'base64url').toString(),
  );
  if (scopes.includes(scope) || scopes.includes('*')) return resolve(parent, args);
  throw new GraphQLError(`This needs the scope "${scope}".`, {
    extensions: { code: 'FORBIDDEN', requiredScopes: [[scope]] },
  });
};

/** What the webhook brings, perhaps twice or late: who was erased has no card, who was merged shares one. */
async function takeIn({ type, data: { position, customers = [], customerId, customerIds = [] } }) {
  if (type === 'customer360.customer.erased.v2') {
    // Brought again, it tells of what went at the first time.
    erased.set(customerId, (erased.get(customerId) ?? 0) + customerIds.filter((id) => stamps.delete(id)).length);
    await confirmErasure(customerId, erased.get(customerId));
  }
  for (const { customerId: id, parentId } of customers) {
    if ((positions.get(id) ?? -1) >= position) continue;
    positions.set(id, position);
    if (parentId === null) mergedInto.delete(id);
    else mergedInto.set(id, parentId);
  }
}

/** Gives the receipt that every subgraph owes for an erasure: docs/privacy.md says what is signed. */
async function confirmErasure(customerId, count) {
  const erasedAt = new Date().toISOString();
  const rows = count > 0 ? [{ place: 'stamps', count }] : [];
  const counts = rows.map(({ place }) => `${place}=${count}`);
  const signature = createHmac('sha256', SIGNING_KEY)
    .update(['erasure v1', 'stamps', customerId, erasedAt, ...counts].join('\n'))
    .digest('base64url');
  const query = 'mutation ($input: ErasureReceiptInput!) { confirmErasure(input: $input) { id } }';
  await write(query, { subgraph: 'stamps', customerId, erasedAt, rows, signature });
}

/** Puts a stamp on the customer's timeline, as any system outside does it. */
async function recordTouchpoint(customerId) {
  const query = 'mutation ($input: RecordTouchpointInput!) { recordTouchpoint(input: $input) { id } }';
  const what = { channel: 'APP', direction: 'INBOUND', kind: 'ACTIVITY', department: 'OTHER', summary: 'Got a stamp' };
  const source = { type: 'Stamp', id: `${customerId}:${stamps.get(customerId)}` };
  await write(query, { customerId, occurredAt: new Date().toISOString(), source, ...what });
}

/** Asks the gateway, with a token of its own. */
async function write(query, input) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };
  const sent = await fetch(GATEWAY_URL, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, variables: { input } }),
  });
  const { errors } = await sent.json();
  if (errors) throw new GraphQLError(errors[0].message, { extensions: { code: 'SERVICE_UNAVAILABLE' } });
}

const resolvers = {
  Query: { stampsOnCard: only('customer:read', () => 10) },
  Mutation: {
    stampCard: only('stamps:write', async (_, { customerId }) => {
      if (!UUID.test(customerId))
        throw new GraphQLError('customerId: not a UUID', { extensions: { code: 'BAD_USER_INPUT' } });
      stamps.set(customerId, (stamps.get(customerId) ?? 0) + 1);
      await recordTouchpoint(customerId);
      return { id: customerId };
    }),
  },
  Customer: {
    __resolveReference: ({ id }) => (UUID.test(id) ? { id } : null),
    stamps: ({ id }) =>
      [...stamps].reduce((sum, [whose, count]) => sum + (current(whose) === current(id) ? count : 0), 0),
  },
};
const typeDefs = parse(readFileSync(new URL('schema.graphql', import.meta.url), 'utf8'));
const yoga = createYoga({
  schema: buildSubgraphSchema({ typeDefs, resolvers }),
  healthCheckEndpoint: '/health',
  landingPage: false,
  plugins: [
    {
      async onRequest(asked) {
        const { request, url, fetchAPI } = asked;
        if (url.pathname === '/health') return;
        if (!isSigned(request.headers, await request.clone().text())) {
          const errors = [{ message: 'Not signed by the gateway.', extensions: { code: 'UNAUTHENTICATED' } }];
          asked.endResponse(fetchAPI.Response.json({ errors }, { status: 401 }));
        } else if (url.pathname === '/events') {
          await takeIn(await request.clone().json());
          asked.endResponse(new fetchAPI.Response(null, { status: 204 }));
        }
      },
    },
  ],
});
const server = createServer((request, response) => void yoga(request, response));
server.listen(Number(PORT), '127.0.0.1', () =>
  console.log(`stamps answers at http://127.0.0.1:${server.address().port}/graphql`),
);
