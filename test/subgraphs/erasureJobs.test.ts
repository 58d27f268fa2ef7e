import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { signReceipt } from '../../schema/signature.js';
import { beginHeldErasures } from '../../subgraphs/identity/erasures/legalHolds.js';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { startSubgraph } from '../../subgraphs/kit/serve/startSubgraph.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { sales } from '../../subgraphs/sales/subgraph.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { settled } from '../support/settled.js';
import { askSubgraph, type Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { waitUntil } from '../support/waitUntil.js';

const ALL = ['feedback', 'identity', 'marketing', 'sales', 'service', 'touchpoints'];
const ERASURE = `id state customerIds startedAt doneAt holds { id reason } subgraphs { subgraph erasedAt waitingSince signature rows { place count } }`;

let graph: TestSubgraphs;
let people = 0;

beforeAll(async () => {
  graph = await startTestSubgraphs();
});
afterAll(() => graph.stop());

async function newCustomer(): Promise<string> {
  const input = `{ displayName: "P ${(people += 1)}", emails: ["p${people}@example.com"] }`;
  return (await graph.write('identity', `identifyCustomer(input: ${input}) { customer { id } }`)).customer.id;
}

const erase = (id: string): Promise<Untyped> =>
  graph.write('identity', `eraseCustomer(customerId: "${id}", reason: REQUESTED) { ${ERASURE} }`);

const erasure = async (id: string): Promise<Untyped> =>
  (await graph.ask('identity', `{ erasure(id: "${id}") { ${ERASURE} } }`)).erasure;

const hold = (id: string, until = ''): Promise<Untyped> =>
  graph.write('identity', `placeLegalHold(input: { customerId: "${id}", reason: "suit 7"${until} }) { id }`);

const release = (id: string): Promise<Untyped> =>
  graph.write('identity', `releaseLegalHold(legalHoldId: "${id}") { id releasedBy releasedAt }`);

const nameOf = async (id: string): Promise<string> =>
  (await graph.ask('identity', `{ customer360(id: "${id}") { displayName } }`)).customer360.displayName;

const untilDone = (id: string): Promise<void> => waitUntil(async () => (await erasure(id)).state === 'DONE');

async function problemOf(call: string): Promise<Untyped> {
  const { errors } = await askSubgraph('identity', graph.urls['identity'] ?? '', `mutation { ${call} }`);
  return errors?.[0];
}

describe('a legal hold', () => {
  test('stops an erasure, and says why; released, it lets it begin', async () => {
    const id = await newCustomer();
    const [first, second] = [await hold(id), await hold(id)];
    const asked = await erase(id);
    expect(asked).toMatchObject({ state: 'HELD', startedAt: null, customerIds: [] });
    expect(asked.holds).toEqual([first, second].map((one) => ({ ...one, reason: 'suit 7' })));
    expect(asked.subgraphs.map((one: Untyped) => [one.subgraph, one.waitingSince])).toEqual(
      ALL.map((name) => [name, null]),
    );
    expect(await nameOf(id)).toMatch(/^P /);
    // Again, it is the same erasure.
    expect((await erase(id)).id).toBe(asked.id);

    await release(first.id);
    expect(await erasure(asked.id)).toMatchObject({ state: 'HELD', holds: [{ id: second.id }] });
    expect(await release(second.id)).toMatchObject({ releasedBy: 'test' });
    expect(await nameOf(id)).toBe('Erased customer');
    await untilDone(asked.id);
    expect(await erasure(asked.id)).toMatchObject({ customerIds: [id], holds: [] });
    // Its reason may say who it was.
    const { legalHolds } = await graph.ask(
      'identity',
      `{ legalHolds(filter: { customerId: "${id}", standing: false }) { nodes { reason } } }`,
    );
    expect(legalHolds.nodes).toEqual([{ reason: null }, { reason: null }]);
  });

  test('goes with who is merged, and holds the survivor; the erasure then is of all who are one', async () => {
    const [a, b] = [await newCustomer(), await newCustomer()];
    const { id: holdId } = await hold(a);
    const asked = await erase(a);
    await graph.write('identity', `mergeCustomers(customerId: "${a}", intoId: "${b}") { customer { id } }`);
    const other = await erase(b);
    expect(other).toMatchObject({ state: 'HELD', holds: [{ id: holdId }] });
    await release(holdId);
    // Both are the same erasure by then, and what was asked for is done.
    for (const { id } of [asked, other]) {
      await untilDone(id);
      expect(new Set((await erasure(id)).customerIds)).toEqual(new Set([a, b]));
    }
    expect(await nameOf(b)).toBe('Erased customer');
  });

  test('lets be erased whom it was asked of, and nobody else, when a merge is taken back meanwhile', async () => {
    const [a, b] = [await newCustomer(), await newCustomer()];
    await graph.write('identity', `mergeCustomers(customerId: "${a}", intoId: "${b}") { customer { id } }`);
    const { id: holdId } = await hold(b);
    const asked = await erase(a);
    expect(asked.state).toBe('HELD');
    await graph.write('identity', `unmergeCustomer(customerId: "${a}") { id }`);
    await release(holdId);
    const source = await createDataSource(identity, { url: graph.databaseUrl, poolSize: 1 }).initialize();
    await beginHeldErasures.run(source, () => {
      throw new Error('it asks for no settings');
    });
    await source.destroy();
    await untilDone(asked.id);
    expect((await erasure(asked.id)).customerIds).toEqual([a]);
    expect([await nameOf(a), await nameOf(b)]).toEqual(['Erased customer', expect.stringMatching(/^P /)]);
  });

  test('that ends by itself lets the erasure begin', async () => {
    const id = await newCustomer();
    const { id: holdId } = await hold(id, ', until: "2100-01-01T00:00:00Z"');
    const asked = await erase(id);
    const source = await createDataSource(identity, { url: graph.databaseUrl, poolSize: 1 }).initialize();
    const begin = () =>
      beginHeldErasures.run(source, () => {
        throw new Error('it asks for no settings');
      });
    expect([await begin(), (await erasure(asked.id)).state]).toEqual([0, 'HELD']);
    await graph.sql(`UPDATE identity.legal_hold SET until = now() WHERE id = $1`, [holdId]);
    expect(await begin()).toBe(1);
    await source.destroy();
    await untilDone(asked.id);
  });

  test('of nobody, of who is erased, without a reason, that is over, is refused', async () => {
    const gone = await newCustomer();
    await erase(gone);
    const live = await newCustomer();
    const call = (input: string) => problemOf(`placeLegalHold(input: { ${input} }) { id }`);
    const none = '01900000-0000-7000-8000-000000000000';
    expect((await call(`customerId: "${none}", reason: "x"`)).message).toContain('there is no Customer');
    expect((await call(`customerId: "${gone}", reason: "x"`)).message).toContain('erased');
    expect((await call(`customerId: "${live}", reason: " "`)).message).toContain('input.reason must not be empty');
    expect((await call(`customerId: "${live}", reason: "x", until: "2020-01-01T00:00:00Z"`)).extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'input.until',
    });
    expect((await problemOf(`releaseLegalHold(legalHoldId: "${none}") { id }`)).message).toContain('no LegalHold');
  });

  test.each(['hold first', 'erasure first'])(
    'and an erasure at the same moment: one of both holds (%s)',
    async (first) => {
      const ids = await Promise.all(Array.from({ length: 8 }, newCustomer));
      const outcomes = await Promise.all(
        ids.map(async (id) => {
          const held = problemOf(`placeLegalHold(input: { customerId: "${id}", reason: "suit" }) { id }`);
          const asked = first === 'hold first' ? (await held, erase(id)) : erase(id);
          const [problem, { id: erasureId }] = await Promise.all([held, asked]);
          return { isHeld: problem === undefined, state: (await erasure(erasureId)).state };
        }),
      );
      for (const { isHeld, state } of outcomes) expect([isHeld, state === 'HELD']).toEqual([isHeld, isHeld]);
    },
  );
});

test('nobody writes of who is erased by a row of theirs', async () => {
  const id = await newCustomer();
  const openCase = `openCase(input: { customerId: "${id}", subject: "S", kind: QUESTION, channel: EMAIL, body: "B" }) { id }`;
  const { id: caseId } = await graph.write('service', openCase);
  const promise = `makePromise(input: { customerId: "${id}", what: "W", dueAt: "2030-01-01T00:00:00Z" }) { id }`;
  const { id: promiseId } = await graph.write('service', promise);
  const opportunity = `openOpportunity(input: { customerId: "${id}", name: "O" }) { id }`;
  const { id: opportunityId } = await graph.write('sales', opportunity);
  const consent = `customerId: "${id}", purpose: MARKETING, channel: EMAIL, source: "web"`;
  await graph.write('marketing', `grantConsent(input: { ${consent}, text: "I agree" }) { id }`);
  await untilDone((await erase(id)).id);
  const calls = [
    ['service', `replyToCase(caseId: "${caseId}", input: { body: "B" }) { id }`],
    ['service', `resolveCase(id: "${caseId}", resolution: "R") { id }`],
    ['service', `keepPromise(id: "${promiseId}") { id }`],
    ['sales', `moveOpportunity(id: "${opportunityId}", stage: PROPOSAL) { id }`],
    ['marketing', `withdrawConsent(input: { ${consent} }) { id }`],
  ] as const;
  for (const [subgraph, call] of calls) {
    const { errors } = await askSubgraph(subgraph, graph.urls[subgraph] ?? '', `mutation { ${call} }`);
    const { message, extensions } = errors?.[0] ?? {};
    expect([call, message, extensions?.['code']]).toEqual([call, expect.stringContaining('erased'), 'BAD_USER_INPUT']);
  }
});

describe('a receipt', () => {
  test('of a subgraph that is down is awaited, and comes when it is back', async () => {
    const id = await newCustomer();
    await graph.write('sales', `openOpportunity(input: { customerId: "${id}", name: "zqlate" }) { id }`);
    await settled((statement) => graph.sql(statement), ALL);
    await graph.stopOne('sales');
    const asked = await erase(id);
    await waitUntil(
      async () => (await erasure(asked.id)).subgraphs.filter((one: Untyped) => one.erasedAt).length === 5,
    );
    const { state, doneAt, subgraphs } = await erasure(asked.id);
    expect([state, doneAt]).toEqual(['RUNNING', null]);
    expect(subgraphs.find((one: Untyped) => one.subgraph === 'sales')).toMatchObject({ erasedAt: null, rows: [] });
    const waiting = `{ erasures(filter: { waitingFor: "sales", state: [RUNNING] }) { nodes { id } } }`;
    expect((await graph.ask('identity', waiting)).erasures.nodes).toEqual([{ id: asked.id }]);
    expect((await graph.ask('identity', waiting.replace('sales', 'service'))).erasures.nodes).toEqual([]);

    const back = await startSubgraph(
      sales,
      {
        databaseUrl: graph.databaseUrl,
        host: '127.0.0.1',
        port: 0,
        identityUrl: graph.urls['identity'] ?? '',
        marketingUrl: () => graph.urls['marketing'],
        poolSize: 4,
        signingKeys: [TEST_SIGNING_KEY],
      },
      pino({ level: 'silent' }),
    );
    await untilDone(asked.id);
    await back.stop();
    const done = await erasure(asked.id);
    const { rows } = done.subgraphs.find((one: Untyped) => one.subgraph === 'sales');
    expect(rows).toContainEqual({ place: 'opportunity', count: 1 });
    expect(await graph.sql(`SELECT FROM sales.opportunity WHERE name = 'zqlate'`)).toEqual([]);
  });

  test('is confirmed by a subgraph that does not write to the bus, once it is signed by it', async () => {
    const id = await newCustomer();
    const { id: erasureId } = await erase(id);
    const receipt = { subgraph: 'stamps', customerId: id, erasedAt: '2026-11-01T10:00:00.000Z' };
    const signature = signReceipt(TEST_SIGNING_KEY, { ...receipt, rows: { cards: 2, notes: 1 } });
    const call = (count: number, sign = signature) =>
      `confirmErasure(input: { subgraph: "stamps", customerId: "${id}", erasedAt: "${receipt.erasedAt}", signature: "${sign}",
         rows: [{ place: "notes", count: 1 }, { place: "cards", count: ${count} }] }) { ${ERASURE} }`;
    expect((await problemOf(call(3))).extensions).toMatchObject({ argument: 'input.signature' });
    expect((await problemOf(call(2, 'x'))).extensions).toMatchObject({ argument: 'input.signature' });
    const confirmed = await graph.write('identity', call(2));
    expect(confirmed.id).toBe(erasureId);
    expect(confirmed.subgraphs).toContainEqual({
      subgraph: 'stamps',
      erasedAt: receipt.erasedAt,
      waitingSince: null,
      signature,
      rows: [
        { place: 'cards', count: 2 },
        { place: 'notes', count: 1 },
      ],
    });
    const other = await newCustomer();
    expect((await problemOf(call(2).replaceAll(id, other))).message).toContain('no erasure');
    const stranger = { subject: 'stamps', scopes: ['stamps:write'] };
    const refused = await askSubgraph(
      'identity',
      graph.urls['identity'] ?? '',
      `mutation { ${call(2)} }`,
      {},
      stranger,
    );
    expect(refused.errors?.[0]?.extensions).toMatchObject({ requiredScopes: [['erasure:confirm']] });
  });

  test('that nobody signed is taken in by nobody', async () => {
    const id = await newCustomer();
    const event = {
      specversion: '1.0',
      id: '019b1c7e-8f3a-7c51-9a55-0f5d8f0f2a12',
      source: '/customer360/sales',
      type: 'customer360.erasure.applied.v1',
      subject: 'erasures',
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: { subgraph: 'sales', customerId: id, erasedAt: new Date().toISOString(), rows: {}, signature: 'forged' },
    };
    await graph.sql('INSERT INTO service.outbox (event) VALUES ($1)', [JSON.stringify(event)]);
    await graph.sql(`NOTIFY "customer360.outbox.service"`);
    await waitUntil(async () => (await graph.sql('SELECT FROM identity.dead_letter')).length === 1);
    expect(await graph.sql('SELECT FROM identity.erasure_receipt WHERE customer_id = $1', [id])).toEqual([]);
    const [{ reason }] = await graph.sql('DELETE FROM identity.dead_letter RETURNING reason');
    expect(reason).toContain('is not signed by it');
  });
});
