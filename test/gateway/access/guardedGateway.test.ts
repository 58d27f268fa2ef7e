import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type TestGateway, ask, startGateway } from '../../support/fixtureGateway.js';
import { type FixtureSubgraph, startFixtureSubgraph } from '../../support/fixtureSubgraph.js';
import { compose, writeSupergraph } from '../../support/fixtureSupergraph.js';
import { nextAnswer } from '../../support/liveGateway.js';
import { TEST_ACCESS, accessOf, token } from '../../support/tokens.js';
import { GUARDED } from './guardedFixture.js';

const QUERY = '{ me customer { name addresses { city } } }';

describe('a gateway over a guarded supergraph', () => {
  let subgraphs: FixtureSubgraph[];
  let file: string;
  let removeFile: () => Promise<void>;
  let gateway: TestGateway | undefined;

  beforeAll(async () => {
    subgraphs = await Promise.all(GUARDED.map((definition) => startFixtureSubgraph(definition)));
    const located = GUARDED.map(({ name, typeDefs }, index) => ({
      name,
      typeDefs,
      url: subgraphs[index]?.url ?? '',
    }));
    ({ file, remove: removeFile } = await writeSupergraph(compose(located)));
  });

  afterEach(() => gateway?.stop());

  afterAll(async () => {
    await Promise.all([...subgraphs.map((subgraph) => subgraph.stop()), removeFile()]);
  });

  test('answers by the scopes of the token', async () => {
    gateway = await startGateway(file, { auth: accessOf(TEST_ACCESS) });
    const asking = async (scope: string) => {
      const headers = { authorization: `Bearer ${await token({ scope })}` };
      return ask(gateway?.url ?? '', QUERY, { headers });
    };
    const limited = await asking('customer:read');
    expect(limited.status).toBe(200);
    expect(limited.data).toEqual({ me: 'signed-in: it is you', customer: { name: 'name of c1', addresses: null } });
    expect(limited.errors).toMatchObject([
      { path: ['customer', 'addresses'], extensions: { code: 'FORBIDDEN', requiredScopes: [['pii']] } },
    ]);
    const open = await asking('pii');
    expect(open.data).toMatchObject({ customer: { addresses: [{ city: 'pii: city of c1' }] } });
    expect(open.errors).toBeUndefined();
  });

  test('refuses whole operations where it is told to, and subscriptions to what is closed', async () => {
    gateway = await startGateway(file, { auth: accessOf(TEST_ACCESS), deniedFields: 'refuse' });
    const authorization = `Bearer ${await token({ scope: 'customer:read' })}`;
    const asked = subgraphs.flatMap(({ requests }) => requests).length;
    const refused = await ask(gateway.url, QUERY, { headers: { authorization } });
    expect(refused).toMatchObject({ data: null, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(subgraphs.flatMap(({ requests }) => requests)).toHaveLength(asked);

    const client = createClient({
      url: gateway.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization },
    });
    const answers = client.iterate({ query: 'subscription { audited }' });
    await expect(nextAnswer(answers)).rejects.toMatchObject([
      { message: 'Subscription.audited needs the scope "admin".', extensions: { code: 'FORBIDDEN' } },
    ]);
    await client.dispose();
  });

  test('without access control answers all, and says loudly that nothing is enforced', async () => {
    gateway = await startGateway(file);
    const { data, errors } = await ask(gateway.url, QUERY);
    expect(data).toMatchObject({ me: 'signed-in: it is you', customer: { addresses: [{ city: 'pii: city of c1' }] } });
    expect(errors).toBeUndefined();
    const warning = gateway.log.find(({ level, msg }) => level === 40 && String(msg).includes('NOT enforced'));
    expect(warning?.['msg']).toContain('@requiresScopes');
  });
});
