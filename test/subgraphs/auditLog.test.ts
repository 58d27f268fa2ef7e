import { Client } from 'pg';
import { pino } from 'pino';
import { v7 as uuid } from 'uuid';
import { type Caller, SCOPES } from '../../schema/contract.js';
import { dropOldAuditEntries } from '../../subgraphs/identity/audit/dropOldAuditEntries.js';
import { identitySettings } from '../../subgraphs/identity/identitySettings.js';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { startSubgraph } from '../../subgraphs/kit/serve/startSubgraph.js';
import { readSettings } from '../../subgraphs/kit/serve/Settings.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { createTestDatabase } from '../support/postgres.js';
import { askSubgraph, type GraphQLAnswer, type Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { waitUntil } from '../support/waitUntil.js';

const AGENT: Caller = {
  subject: 'agent-7',
  scopes: [SCOPES.readCustomers, SCOPES.readPersonalData, SCOPES.writeIdentity],
  operation: 'WhoCalls',
};

const IDENTIFY = 'mutation ($input: IdentifyCustomerInput!) { identifyCustomer(input: $input) { customer { id } } }';
const AUDIT = `query ($id: ID!, $filter: AuditLogFilter) { auditLog(customerId: $id, filter: $filter) {
  totalCount nodes { at action subject operation purpose service fields requestId } } }`;

let graph: TestSubgraphs;

beforeAll(async () => {
  graph = await startTestSubgraphs();
  await sql('SET search_path = identity');
});

afterAll(async () => {
  await graph.stop();
});

function sql(statement: string, values: unknown[] = []): Promise<Untyped[]> {
  return graph.sql(statement, values);
}

function ask(query: string, variables: object, caller?: Caller): Promise<GraphQLAnswer> {
  return askSubgraph('identity', graph.urls.identity ?? '', query, variables, caller);
}

async function newCustomer(displayName: string): Promise<string> {
  const { data } = await ask(IDENTIFY, { input: { displayName, emails: [`${uuid()}@example.com`] } });
  const id = data.identifyCustomer.customer.id as string;
  await untilNoted(id, 1);
  return id;
}

/** Waits until so many entries tell of the customer; returns them, the first first. */
async function untilNoted(customerId: string, count: number): Promise<Untyped[]> {
  let entries: Untyped[] = [];
  await waitUntil(async () => {
    entries = await sql('SELECT * FROM audit_entry WHERE customer_id = $1 ORDER BY at, action', [customerId]);
    return entries.length >= count;
  });
  expect(entries).toHaveLength(count);
  return entries;
}

describe('the audit log', () => {
  test('says who was given what personal data of whom, when, by which operation and for which purpose', async () => {
    const id = await newCustomer('Maria Huber');
    const before = new Date();
    const read = 'query ($id: ID!) { customer360(id: $id) { id kind displayName emails phones } }';
    await ask(read, { id }, AGENT);
    const [, entry] = await untilNoted(id, 2);
    expect(entry).toMatchObject({
      action: 'READ',
      subject: 'agent-7',
      operation: 'WhoCalls',
      purpose: null,
      service: 'identity',
      fields: ['Customer.displayName', 'Customer.emails'],
      request_id: expect.stringMatching(/./),
    });
    expect(entry.at.getTime()).toBeGreaterThanOrEqual(before.getTime());
    expect(entry.at.getTime()).toBeLessThanOrEqual(Date.now());
  });

  test('says nothing of what is no personal data, nor of what comes masked', async () => {
    const id = await newCustomer('Rosa Klein');
    await ask('query ($id: ID!) { customer360(id: $id) { id kind version } }', { id }, AGENT);
    const stranger = { ...AGENT, scopes: [SCOPES.readCustomers] };
    await ask('query ($id: ID!) { customer360(id: $id) { displayName } }', { id }, stranger);
    const last = { ...AGENT, subject: 'agent-8' };
    await ask('query ($id: ID!) { customer360(id: $id) { displayName } }', { id }, last);
    const [, entry] = await untilNoted(id, 2);
    expect(entry.subject).toBe('agent-8');
  });

  test('has a change exactly when the change is there', async () => {
    const id = await newCustomer('Karl Lang');
    const update = `mutation ($id: ID!, $input: UpdateCustomerInput!, $version: Int) {
      updateCustomer(id: $id, input: $input, expectedVersion: $version) { version } }`;
    const unnamed = { ...AGENT, operation: undefined };
    const refused = await ask(update, { id, input: { displayName: 'Carl' }, version: 9 }, unnamed);
    expect(refused.errors?.[0]?.extensions.code).toBe('CONFLICT');
    await ask(update, { id, input: { displayName: 'Carl Lang' }, version: 1 }, unnamed);
    const [created, changed] = await untilNoted(id, 2);
    expect(created).toMatchObject({ action: 'CHANGE', fields: ['Mutation.identifyCustomer'] });
    expect(changed).toMatchObject({
      action: 'CHANGE',
      subject: 'agent-7',
      operation: 'Mutation.updateCustomer',
      fields: ['Mutation.updateCustomer'],
    });
  });

  test('is read by customer, time, action and subject, the last first, and reading it is noted', async () => {
    const id = await newCustomer('Eva Maier');
    await ask('query ($id: ID!) { customer360(id: $id) { displayName } }', { id }, AGENT);
    await untilNoted(id, 2);
    const admin = { subject: 'auditor', scopes: [SCOPES.administerIdentity] };
    const { data } = await ask(AUDIT, { id }, admin);
    expect(data.auditLog.nodes.map(({ action, subject }: Untyped) => [action, subject])).toEqual([
      ['READ', 'agent-7'],
      ['CHANGE', 'test'],
    ]);
    await untilNoted(id, 3);
    const count = async (filter: object) => (await ask(AUDIT, { id, filter }, admin)).data.auditLog.totalCount;
    const { at } = data.auditLog.nodes[0];
    expect(await count({ action: 'CHANGE' })).toBe(1);
    expect(await count({ subject: 'agent-7' })).toBe(1);
    expect(await count({ to: at })).toBe(1);
    expect(await count({ from: at, subject: 'agent-7' })).toBe(1);
    const own = (await ask(AUDIT, { id, filter: { subject: 'auditor' } }, admin)).data.auditLog.nodes[0];
    expect(own.fields).toEqual(['Query.auditLog']);
  });

  test('knows whose a message is, however it was reached, and what a read was for', async () => {
    const id = await newCustomer('Otto Wolf');
    const input = {
      customerId: id,
      kind: 'QUESTION',
      subject: 'Boots',
      channel: 'EMAIL',
      body: 'Do you have boots?',
    };
    const { openCase } = await graph.ask(
      'service',
      'mutation ($input: OpenCaseInput!) { openCase(input: $input) { id } }',
      { input },
    );
    await graph.ask('service', '{ cases { nodes { id messages { edges { node { body } } } } } }', {}, AGENT);
    await graph.ask(
      'service',
      'query ($id: ID!) { case(id: $id) { messages { nodes { body } } } }',
      { id: openCase.id },
      { ...AGENT, purpose: 'service_messages' },
    );
    const [, opened, ...reads] = await untilNoted(id, 4);
    expect(opened).toMatchObject({ action: 'CHANGE', service: 'service', fields: ['Mutation.openCase'] });
    expect(reads).toMatchObject([
      { service: 'service', fields: ['CaseMessage.body'], subject: 'agent-7', purpose: null },
      { service: 'service', fields: ['CaseMessage.body'], subject: 'agent-7', purpose: 'service_messages' },
    ]);
  });

  test('knows whose a household is: of its members, asked for itself; of those from whom it was reached, otherwise', async () => {
    const ids = [await newCustomer('Max Berger'), await newCustomer('Mia Berger')];
    const create = 'mutation { createHousehold(name: "Household Berger") { id name } }';
    const created = await ask(create, {}, AGENT);
    expect(created.errors).toBeUndefined();
    const { id, name } = created.data.createHousehold;
    expect(name).toBe('Household Berger');
    await sql('UPDATE customer_record SET household_id = $1 WHERE id = ANY($2)', [id, ids]);

    const alone = { ...AGENT, subject: 'alone' };
    const together = { ...AGENT, subject: 'together' };
    await ask('query ($id: ID!) { household(id: $id) { name } }', { id }, alone);
    const read = 'query ($one: ID!, $other: ID!) { a: customer(id: $one) { ...H } b: customer(id: $other) { ...H } }';
    const fragment = 'fragment H on Customer { household { name } }';
    await ask(`${read} ${fragment}`, { one: ids[0], other: ids[1] }, together);
    for (const customerId of ids) {
      const [, ...reads] = await untilNoted(customerId, 3);
      expect(reads.map(({ subject, fields }) => [subject, fields])).toEqual([
        ['alone', ['Household.name']],
        ['together', ['Household.name']],
      ]);
    }
  });

  test('is changed and emptied by nobody; only what is older than the retention goes, and it is said how much', async () => {
    const id = await newCustomer('Ida Fuchs');
    const add = `INSERT INTO audit_entry (id, customer_id, at, action, subject, service, fields, request_id)
      VALUES (gen_random_uuid(), $1, now() - make_interval(days => $2), 'READ', 'old', 'sales', '{x}', 'r')`;
    for (const days of [800, 731, 700]) await sql(add, [id, days]);
    for (const statement of [
      `UPDATE audit_entry SET subject = 'nobody'`,
      'DELETE FROM audit_entry',
      'TRUNCATE audit_entry',
      `DO $$ BEGIN PERFORM set_config('customer360.audit_retention_days', '750', true); DELETE FROM audit_entry; END $$`,
    ]) {
      await expect(sql(statement)).rejects.toThrow('audit_entry is append-only');
    }
    const dataSource = await createDataSource(identity, { url: graph.databaseUrl }).initialize();
    const values = new Map([[identitySettings, identitySettings.read({})]]);
    const dropped = await dropOldAuditEntries.run(dataSource, (which) => readSettings(values, which));
    await dataSource.destroy();
    expect(dropped).toBe(2);
    await untilNoted(id, 2);
  });

  test('while it cannot be written, its entries wait; with too many waiting, personal data is not given; none is lost', async () => {
    await sql(`INSERT INTO customer (id, kind, display_name, roles) SELECT gen_random_uuid(), 'PERSON', 'Many ' || n, '{}'
      FROM generate_series(1, 100) AS n`);
    const read = '{ customers(search: "many", first: 100) { nodes { id displayName } } }';
    const caller = { ...AGENT, subject: 'reader' };
    await sql('ALTER TABLE outbox RENAME TO outbox_away');
    for (let asked = 0; asked < 100; asked += 1) {
      expect((await ask(read, {}, caller)).errors).toBeUndefined();
    }
    const refused = await ask(read, {}, caller);
    expect(refused.errors?.[0]).toMatchObject({
      message: expect.stringContaining('audit log'),
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    });
    expect((await ask('{ customers { nodes { id kind } } }', {}, caller)).errors).toBeUndefined();
    await sql('ALTER TABLE outbox_away RENAME TO outbox');
    const noted = `SELECT count(*)::int AS n FROM audit_entry WHERE subject = 'reader'`;
    await waitUntil(async () => (await sql(noted))[0].n >= 10_000);
    expect((await sql(noted))[0].n).toBe(10_000);
    expect((await ask(read, {}, caller)).errors).toBeUndefined();
  });
});

test('a subgraph that is stopped right after a read has noted it', async () => {
  const database = await createTestDatabase();
  const address = { host: '127.0.0.1', port: 0, identityUrl: 'http://127.0.0.1:1/graphql', poolSize: 4 };
  const config = { databaseUrl: database.url, ...address, signingKeys: [TEST_SIGNING_KEY] };
  const log = pino({ level: 'silent' });
  const first = await startSubgraph(identity, config, log);
  const { data } = await askSubgraph('identity', first.url, IDENTIFY, {
    input: { displayName: 'Lisa Moser', emails: ['lisa@example.com'] },
  });
  const { id } = data.identifyCustomer.customer;
  const read = 'query ($id: ID!) { customer360(id: $id) { displayName } }';
  const reads = Array.from({ length: 30 }, () => askSubgraph('identity', first.url, read, { id }, AGENT));
  await Promise.all(reads);
  await first.stop();
  // What was not published yet is published by the next that starts.
  const second = await startSubgraph(identity, config, log);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const noted = `SELECT FROM identity.audit_entry WHERE customer_id = '${id}' AND action = 'READ'`;
  await waitUntil(async () => (await client.query(noted)).rows.length === 30);
  await client.end();
  await second.stop();
  await database.drop();
  expect(reads).toHaveLength(30);
});
