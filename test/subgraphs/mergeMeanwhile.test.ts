import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { settled } from '../support/settled.js';
import { askSubgraph, type Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { waitUntil } from '../support/waitUntil.js';

let graph: TestSubgraphs;
let client: Client;
let serial = 0;
let [a, b] = ['', ''];
let owners: string[] = [];

beforeAll(async () => {
  graph = await startTestSubgraphs();
  client = new Client({ connectionString: graph.databaseUrl });
  await client.connect();
  for (const name of ['Ada', 'Ben', 'Cleo']) {
    owners.push((await send('identity', `createEmployee(input: { name: "${name}" }) { id }`)).id);
  }
});
afterAll(async () => {
  await client.end();
  await graph.stop();
});
beforeEach(async () => {
  [a, b] = [await newCustomer(), await newCustomer()];
  await allSettled();
});
afterEach(async () => {
  await client.query('ROLLBACK');
  await allSettled();
});

const send = (subgraph: string, call: string): Promise<Untyped> => graph.write(subgraph, call);

async function newCustomer(): Promise<string> {
  serial += 1;
  const call = `identifyCustomer(input: { displayName: "K ${serial}", emails: ["k${serial}@example.com"] }) { customer { id } }`;
  return (await send('identity', call)).customer.id;
}

const allSettled = (): Promise<void> => settled((statement) => graph.sql(statement), Object.keys(graph.urls));
const merge = () => send('identity', `mergeCustomers(customerId: "${a}", intoId: "${b}") { customer { id } }`);
const unmerge = () => send('identity', `unmergeCustomer(customerId: "${a}") { id }`);

/** How many sessions of Postgres wait for a lock. */
async function waiting(count: number): Promise<void> {
  await waitUntil(
    async () =>
      (await graph.sql(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`))
        .length >= count,
  );
}

interface Keyed {
  readonly what: string;
  readonly subgraph: string;
  /** Writes the one row that a customer has of it. */
  readonly write: (id: string, value: number) => Promise<unknown>;
  /** What a customer has of it. */
  readonly read: (id: string) => Promise<readonly unknown[]>;
}

const entity = (subgraph: string, id: string, selection: string): Promise<Untyped> =>
  graph.customer(subgraph, id, selection);
const own = async (id: string, selection: string): Promise<Untyped> =>
  (await graph.ask('identity', `{ customer360(id: "${id}") { ${selection} } }`)).customer360;

const kinds: readonly Keyed[] = [
  {
    what: 'who looks after them',
    subgraph: 'sales',
    write: (id, value) => send('sales', `assignAccount(customerId: "${id}", ownerId: "${owners[value]}") { version }`),
    read: async (id) => [owners.indexOf((await entity('sales', id, 'owner { id }')).owner.id)],
  },
  {
    what: 'what they spend',
    subgraph: 'sales',
    write: (id, value) =>
      send(
        'sales',
        `setCategorySpend(input: { customerId: "${id}", year: ${new Date().getUTCFullYear()}, amount: { amount: "${value}.00", currency: "EUR" }, employeeId: "${owners[0]}" }) { version }`,
      ),
    read: async (id) =>
      (await entity('sales', id, 'categorySpend { amount { amount } }')).categorySpend.map(({ amount }: Untyped) =>
        Number(amount.amount),
      ),
  },
  {
    what: 'a trait',
    subgraph: 'marketing',
    write: (id, value) =>
      send(
        'marketing',
        `recordTrait(input: { customerId: "${id}", name: "n", kind: BEHAVIOURAL, value: "${value}", source: "s" }) { version }`,
      ),
    read: async (id) =>
      (await entity('marketing', id, 'traits { nodes { value } }')).traits.nodes.map(({ value }: Untyped) =>
        Number(value),
      ),
  },
  {
    what: 'an address',
    subgraph: 'identity',
    write: (id, value) =>
      send(
        'identity',
        `setAddress(customerId: "${id}", input: { label: "home", lines: ["${value}"], country: "AT" }) { version }`,
      ),
    read: async (id) => (await own(id, 'addresses { lines }')).addresses.map(({ lines }: Untyped) => Number(lines[0])),
  },
  {
    what: 'a preference',
    subgraph: 'identity',
    write: (id, value) =>
      send('identity', `setPreference(customerId: "${id}", input: { label: "seat", note: "${value}" }) { version }`),
    read: async (id) => (await own(id, 'preferences { note }')).preferences.map(({ note }: Untyped) => Number(note)),
  },
  {
    what: 'emails',
    subgraph: 'identity',
    write: (id, value) =>
      send('identity', `updateCustomer(id: "${id}", input: { emails: ["${value}@${id}.example"] }) { version }`),
    read: async (id) =>
      (await own(id, 'emails')).emails
        .filter((email: string) => !email.startsWith('k'))
        .map((email: string) => Number(email.split('@')[0])),
  },
];

/** Keeps a merge or an unmerge of the two waiting in a subgraph, and whoever writes of them after it. */
async function holdBack(subgraph: string): Promise<void> {
  await client.query('BEGIN');
  if (subgraph === 'identity') {
    await client.query('SELECT FROM identity.customer WHERE id = $1 FOR UPDATE', [b]);
    return;
  }
  await client.query(
    `SELECT pg_advisory_xact_lock_shared(hashtext('customer360.customers.' || $1), ${subgraph}.customer_lock($2))`,
    [subgraph, a],
  );
}

describe.each(kinds)('$what, of which a customer has one', ({ subgraph, write, read }) => {
  it('is changed where it is by now, when a merge comes between the call and the write', async () => {
    await write(a, 0);
    await write(b, 1);
    await holdBack(subgraph);
    const merged = merge();
    await waiting(1);
    const written = write(a, 2);
    await waiting(2);
    await client.query('COMMIT');
    await Promise.all([merged, written]);
    await allSettled();
    expect(await read(b)).toEqual([2]);
    expect(await read(a)).toEqual([2]);
  });

  it("is the own one's, when an unmerge comes between the call and the write", async () => {
    await write(b, 1);
    await merge();
    await allSettled();
    await holdBack(subgraph);
    const unmerged = unmerge();
    await waiting(1);
    const written = write(a, 2);
    await waiting(2);
    await client.query('COMMIT');
    await Promise.all([unmerged, written]);
    await allSettled();
    expect([await read(a), await read(b)]).toEqual([[2], [1]]);
  });

  it('is changed in every row that it stands for, as soon as two are one', async () => {
    await write(a, 0);
    await write(b, 1);
    await merge();
    await waitUntil(
      async () => (await graph.sql(`SELECT FROM ${subgraph}.customer_alias WHERE customer_id = $1`, [a])).length > 0,
    );
    await write(a, 2);
    expect(await read(b)).toEqual([2]);
    await unmerge();
    await allSettled();
    // Nothing of what it took the place of is left of either.
    expect(new Set([...(await read(a)), ...(await read(b))])).toEqual(new Set([2]));
  });

  it.each([
    ['the survivor', () => [a, b] as const],
    ['the one who was merged', () => [b, a] as const],
  ])('is kept by %s who was named, though only the other had it', async (_who, people) => {
    const [other, named] = people();
    await write(other, 0);
    await mergeAll();
    await write(named, 2);
    await unmerge();
    await allSettled();
    expect(await read(named)).toEqual([2]);
    // What it took the place of is gone.
    expect(await read(other)).not.toContain(0);
  });
});

/** Lets the unmerge of the two be known in a subgraph while this row of the first, of some table, has not followed it. */
async function knowUnmerged(subgraph: string, table: string): Promise<void> {
  await client.query('BEGIN');
  await client.query(`SELECT FROM ${subgraph}.${table} WHERE recorded_for = $1 FOR UPDATE`, [a]);
  await unmerge();
  await waitUntil(async () => {
    const [alias] = await graph.sql(
      `SELECT canonical_id AS id FROM ${subgraph}.customer_alias WHERE customer_id = $1`,
      [a],
    );
    return alias?.id === a;
  });
}

/** Sends something that waits behind an unmerge of the two, which is under way. */
async function behindUnmerge<R>(subgraph: string, call: () => Promise<R>): Promise<R> {
  await holdBack(subgraph);
  const unmerged = unmerge();
  await waiting(1);
  const answer = call();
  answer.catch(() => undefined);
  await waiting(2);
  await client.query('COMMIT');
  await unmerged;
  return answer;
}

const mergeAll = async (): Promise<void> => {
  await merge();
  await allSettled();
};
const recorded = async (table: string, id: string): Promise<string> =>
  (await graph.sql(`SELECT recorded_for AS id FROM ${table} WHERE id = $1`, [id]))[0]?.id;
const many = (id: string): string => JSON.stringify(Array.from({ length: 11 }, (_, index) => `${index}@${id}.example`));
const address = (number: number): string => `${number}@${a}.example`;
const setEmails = (...emails: string[]) =>
  send('identity', `updateCustomer(id: "${a}", input: { emails: ${JSON.stringify(emails)} }) { id }`);
const emailsInUse = async (): Promise<string[]> => {
  const rows = await graph.sql(
    `SELECT value FROM identity.customer_identifier WHERE recorded_for = $1 AND type = 'EMAIL' AND until IS NULL ORDER BY position`,
    [a],
  );
  return rows.map(({ value }) => value);
};
const emailsOf = async (id: string): Promise<string[]> => (await own(id, 'emails')).emails;
const openCase = (id: string) =>
  `openCase(input: { customerId: "${id}", subject: "S", kind: COMPLAINT, channel: EMAIL, body: "B" }) { id }`;
const consent = (id: string, what: 'grant' | 'withdraw') =>
  send(
    'marketing',
    `${what}Consent(input: { customerId: "${id}", purpose: MARKETING, channel: EMAIL, source: "web" ${what === 'grant' ? ', text: "T"' : ''} }) { id }`,
  );

describe('an unmerge that comes first', () => {
  it('is whom an erasure is about: nobody else is erased', async () => {
    await mergeAll();
    await behindUnmerge('identity', () =>
      send('identity', `eraseCustomer(customerId: "${a}", reason: REQUESTED) { id }`),
    );
    await allSettled();
    const rows = await graph.sql(
      'SELECT id, erased_at IS NOT NULL AS erased FROM identity.customer WHERE id = ANY($1)',
      [[a, b]],
    );
    expect(new Map(rows.map(({ id, erased }) => [id, erased]))).toEqual(
      new Map([
        [a, true],
        [b, false],
      ]),
    );
  });

  it('makes two of whom an identification would find one', async () => {
    const [[first = ''], [second = '']] = [await emailsOf(a), await emailsOf(b)];
    await mergeAll();
    const identify = () =>
      send('identity', `identifyCustomer(input: { emails: ["${first}", "${second}"] }) { customer { id } }`);
    await expect(behindUnmerge('identity', identify)).rejects.toThrow('the identifiers belong to 2 customers');
    expect([await emailsOf(a), await emailsOf(b)]).toEqual([[first], [second]]);
  });

  it('leaves a limit that is held for each of them', async () => {
    const [employee] = owners;
    const limit = `limit: { amount: "250", currency: "EUR" }`;
    await send('service', `setGoodwillAuthority(input: { employeeId: "${employee}", ${limit} }) { id }`);
    const grant = (id: string, amount: number) =>
      send(
        'service',
        `grantGoodwill(input: { customerId: "${id}", amount: { amount: "${amount}", currency: "EUR" }, reason: "R", employeeId: "${employee}" }) { id }`,
      );
    await grant(a, 250);
    await mergeAll();
    await expect(behindUnmerge('service', () => grant(a, 1))).rejects.toThrow('is more than Employee');
    await grant(b, 250);
  });
});

describe('what is written about a row of one of the two, by the id of the other', () => {
  it('is of whom the row is, when they are taken apart again', async () => {
    const { id: caseId } = await send('service', openCase(a));
    const { id: opportunityId } = await send(
      'sales',
      `openOpportunity(input: { customerId: "${a}", name: "O" }) { id }`,
    );
    const lead = await send('sales', `captureLead(input: { customerId: "${a}", name: "L", source: WEB }) { id }`);
    const qualified =
      '{ status: QUALIFIED, budget: { amount: "10", currency: "EUR" }, authority: DECIDES, need: "n", timing: "2030-01-01" }';
    await send('sales', `qualifyLead(id: "${lead.id}", input: ${qualified}) { id status }`);
    await mergeAll();
    const promise = await send(
      'service',
      `makePromise(input: { customerId: "${b}", caseId: "${caseId}", what: "W", dueAt: "2030-01-01T00:00:00Z" }) { id }`,
    );
    const activity = await send(
      'sales',
      `logActivity(input: { customerId: "${b}", opportunityId: "${opportunityId}", kind: CALL, subject: "S" }) { id }`,
    );
    const { opportunity } = await send(
      'sales',
      `convertLead(id: "${lead.id}", input: { customerId: "${b}", name: "N" }) { opportunity { id } }`,
    );
    expect(await recorded('service.promise', promise.id)).toBe(a);
    expect(await recorded('sales.activity', activity.id)).toBe(a);
    expect(await recorded('sales.opportunity', opportunity.id)).toBe(a);
    // What is about none of these rows is of whom the caller named.
    expect(await recorded('service.service_case', (await send('service', openCase(b))).id)).toBe(b);
  });
});

describe('rows that have not followed an unmerge yet', () => {
  it("are no withdrawal of the other's", async () => {
    await consent(b, 'grant');
    await consent(a, 'withdraw');
    await mergeAll();
    await knowUnmerged('marketing', 'consent_event');
    await consent(b, 'withdraw');
    await client.query('COMMIT');
    await allSettled();
    const { mayContact } = await entity('marketing', b, 'mayContact(purpose: MARKETING, channel: EMAIL) { allowed }');
    expect(mayContact.allowed).toBe(false);
  });

  it('are nobody else’s to promise about, and still their own to send again', async () => {
    const external = `externalId: { source: "desk", id: "${a}" }`;
    const call = openCase(a).replace('subject:', `${external}, subject:`);
    const { id } = await send('service', call);
    await mergeAll();
    await knowUnmerged('service', 'service_case');
    const promise = `makePromise(input: { customerId: "${b}", caseId: "${id}", what: "W", dueAt: "2030-01-01T00:00:00Z" }) { id }`;
    await expect(send('service', promise)).rejects.toThrow('there is no Case');
    expect(await send('service', call)).toEqual({ id });
  });
});

describe('what is written while two are one', () => {
  it('for a row of one of them is theirs again afterwards', async () => {
    const { id: leadId } = await send(
      'sales',
      `captureLead(input: { name: "L", source: WEB, customerId: "${a}", ownerId: "${owners[0]}" }) { id }`,
    );
    await send('sales', `qualifyLead(id: "${leadId}", input: { status: WORKING }) { id }`);
    const known = `budget: { amount: "10", currency: "EUR" }, authority: DECIDES, need: "N", timing: "2030-01-01"`;
    await send('sales', `qualifyLead(id: "${leadId}", input: { status: QUALIFIED, ${known} }) { id }`);
    const note = `channel: PHONE, direction: OUTBOUND, kind: NOTE, department: SALES, summary: "N"`;
    const touchpoint = await send('touchpoints', `recordTouchpoint(input: { customerId: "${a}", ${note} }) { id }`);
    await mergeAll();
    const { opportunity } = await send(
      'sales',
      `convertLead(id: "${leadId}", input: { name: "O" }) { opportunity { id } }`,
    );
    expect(await recorded('sales.opportunity', opportunity.id)).toBe(a);
    const [account] = await graph.sql('SELECT recorded_for AS id FROM sales.account WHERE customer_id = $1', [b]);
    expect(account).toEqual({ id: a });
    const { journey } = await send(
      'touchpoints',
      `linkTouchpoint(touchpointId: "${touchpoint.id}") { journey { id } }`,
    );
    expect(await recorded('touchpoints.journey', journey.id)).toBe(a);
  });

  it('by several mutations of one request is for whom each of them names', async () => {
    await mergeAll();
    const { data } = await askSubgraph(
      'service',
      graph.urls['service'] ?? '',
      `mutation { first: ${openCase(a)} second: ${openCase(b)} }`,
    );
    expect([
      await recorded('service.service_case', data.first.id),
      await recorded('service.service_case', data.second.id),
    ]).toEqual([a, b]);
  });

  it('by who has identifiers of both is the survivor’s', async () => {
    const [[first = ''], [second = '']] = [await emailsOf(a), await emailsOf(b)];
    await mergeAll();
    const all = [first, second, `new@${a}.example`];
    await send('identity', `identifyCustomer(input: { emails: ${JSON.stringify(all)} }) { customer { id } }`);
    await unmerge();
    await allSettled();
    expect([await emailsOf(a), await emailsOf(b)]).toEqual([[first], [second, `new@${a}.example`]]);
  });

  it('as a list that was read and is saved again leaves each their own', async () => {
    const before = [await emailsOf(a), await emailsOf(b)];
    await mergeAll();
    const list = (await emailsOf(b)).toReversed();
    expect(list).toHaveLength(2);
    await send('identity', `updateCustomer(id: "${a}", input: { emails: ${JSON.stringify(list)} }) { id }`);
    expect(await emailsOf(b)).toEqual(list);
    await unmerge();
    await allSettled();
    expect([await emailsOf(a), await emailsOf(b)]).toEqual(before);
  });

  it('as an address that has ended stays ended where it is put last, and is in use again where it is put first or is all that is left', async () => {
    await setEmails(address(1), address(2));
    const end = () => graph.sql('UPDATE identity.customer_identifier SET until = now() WHERE value = $1', [address(2)]);
    await end();
    await setEmails(address(1), address(2));
    expect(await emailsInUse()).toEqual([address(1)]);
    await setEmails(address(2), address(1));
    expect(await emailsInUse()).toEqual([address(2), address(1)]);
    await end();
    await setEmails(address(2));
    expect(await emailsInUse()).toEqual([address(2)]);
    await end();
    await setEmails(address(2));
    expect(await emailsInUse()).toEqual([]);
  });

  it('needs no room where nothing is new: who has more addresses than one may add is identified by one', async () => {
    for (const id of [a, b])
      await send('identity', `updateCustomer(id: "${id}", input: { emails: ${many(id)} }) { id }`);
    await mergeAll();
    const { customer } = await send(
      'identity',
      `identifyCustomer(input: { emails: ["3@${a}.example"] }) { customer { id } }`,
    );
    expect(customer.id).toBe(b);
    await expect(
      send(
        'identity',
        `identifyCustomer(input: { emails: ["3@${a}.example", "new@${a}.example"] }) { customer { id } }`,
      ),
    ).rejects.toThrow('more than 20 emails');
  });
});
