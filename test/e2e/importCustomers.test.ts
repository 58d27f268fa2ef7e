import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readRejects, runImport } from '../support/runImport.js';
import type { Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { settled } from '../support/settled.js';
import { waitUntil } from '../support/waitUntil.js';

/** Who a row of a file is, when customers were merged, came in by a mutation, moved or were erased before. */

let folder: string;
let graph: TestSubgraphs;
beforeAll(async () => {
  graph = await startTestSubgraphs();
});
afterAll(() => graph.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'customer360-customers-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
const run = (...args: string[]) =>
  runImport(['m.yaml', '--data', '.', ...args], { DATABASE_URL: graph.databaseUrl }, folder);
const rejects = () => readRejects(join(folder, 'm.rejects.csv'));

const TWO = 'No;Name;Mail;Tel\n1;Anna Beispiel;anna@SOURCE.example;\n2;A. Beispiel;a.beispiel@SOURCE.example;\n';
const ORDER = 'Order;Cust;Placed;Total\nO-1;1;02.03.2026;120,00\n';

/** Puts customers and orders of a source that no other test has. */
function putShop(source: string, { customers = TWO, orders = ORDER, mail = '', cust = '' } = {}): void {
  put('customers.csv', customers.replaceAll('SOURCE', source));
  put('orders.csv', orders.replaceAll('SOURCE', source));
  put(
    'm.yaml',
    `
source: ${source}
zone: UTC
files:
  customers:
    file: customers.csv
    csv: { delimiter: ';' }
    key: 'No'
    targets:
      - entity: identity.Customer
        fields: { kind: { constant: PERSON }, displayName: Name, roles: { constant: [CUSTOMER] } }
      - entity: identity.CustomerIdentifier
        onlyWith: Mail
        ${mail}
        fields: { customerId: { reference: this }, type: { constant: EMAIL }, value: { column: Mail, type: email } }
      - entity: identity.CustomerIdentifier
        onlyWith: Tel
        fields: { customerId: { reference: this }, type: { constant: PHONE }, value: { column: Tel, type: phone } }
      - entity: identity.Address
        fields: { customerId: { reference: this }, label: { constant: home }, city: Name, country: { constant: AT } }
  orders:
    file: orders.csv
    csv: { delimiter: ';' }
    key: Order
    targets:
      - entity: sales.Order
        fields:
          number: { template: '{Order} of ${source}' }
          customerId: ${cust === '' ? '{ column: Cust, reference: customers }' : cust}
          placedAt: { column: Placed, format: dd.MM.yyyy }
          currency: { constant: EUR }
          total: { column: Total, decimalMark: ',' }
      - entity: sales.Activity
        fields:
          customerId: ${cust === '' ? '{ column: Cust, reference: customers }' : cust}
          kind: { constant: CALL }
          subject: { template: 'About {Order}' }
          occurredAt: { column: Placed, format: dd.MM.yyyy }`,
  );
}

/** What identity says of the customer whom a source knows by a key. */
async function known(source: string, id: string): Promise<Untyped> {
  const query = `query ($externalId: ExternalIdInput!) {
    customer360(externalId: $externalId) { id displayName emails phones addresses { city } }
  }`;
  return (await graph.ask('identity', query, { externalId: { source, id } })).customer360;
}

/** The numbers and totals of a customer's orders. */
async function ordersOf(customerId: string): Promise<string[]> {
  const rows = await graph.sql(
    'SELECT number, total FROM sales.customer_order WHERE customer_id = $1 ORDER BY number',
    [customerId],
  );
  return rows.map(({ number, total }: { number: string; total: string }) => `${number.split(' ')[0]} ${Number(total)}`);
}

async function merge(customerId: string, intoId: string): Promise<void> {
  const query =
    'mutation ($customerId: ID!, $intoId: ID!) { mergeCustomers(customerId: $customerId, intoId: $intoId) { customer { id } } }';
  await graph.ask('identity', query, { customerId, intoId });
  await waitUntil(async () => {
    const rows = await graph.sql('SELECT FROM sales.customer_alias WHERE customer_id = $1 AND is_applied', [
      customerId,
    ]);
    return rows.length > 0;
  });
}

/** Erases a customer, in every department. */
async function erase(id: string): Promise<void> {
  await graph.ask('identity', 'mutation ($id: ID!) { eraseCustomer(customerId: $id, reason: REQUESTED) { id } }', {
    id,
  });
  await waitUntil(async () => {
    const there = ['sales', 'service'].map(
      (name) => `EXISTS (SELECT FROM ${name}.erased_customer WHERE customer_id = $1)`,
    );
    const [row] = await graph.sql(`SELECT ${there.join(' AND ')} AS everywhere`, [id]);
    return row.everywhere;
  });
}

async function identify(input: object): Promise<string> {
  const query = 'mutation ($input: IdentifyCustomerInput!) { identifyCustomer(input: $input) { customer { id } } }';
  return (await graph.ask('identity', query, { input })).identifyCustomer.customer.id;
}

describe('the same files after a merge', () => {
  it('change nothing, and a new row of who was merged is of the survivor', async () => {
    putShop('merged');
    expect((await run()).counts).toMatchObject({ total: [3, 3, 0, 0, 0] });
    const [anna, survivor] = [(await known('merged', '1')).id, (await known('merged', '2')).id];
    await merge(anna, survivor);
    expect((await run()).counts).toMatchObject({ total: [3, 0, 0, 3, 0] });
    expect(await ordersOf(survivor)).toEqual(['O-1 120']);
    expect(await known('merged', '2')).toMatchObject({
      displayName: 'A. Beispiel',
      emails: ['a.beispiel@merged.example', 'anna@merged.example'],
    });

    putShop('merged', { orders: `${ORDER}O-2;1;03.03.2026;5,00\n` });
    expect((await run()).counts).toMatchObject({ 'orders.csv': [2, 1, 0, 1, 0] });
    expect(await ordersOf(survivor)).toEqual(['O-1 120', 'O-2 5']);
    expect(await graph.sql(`SELECT recorded_for FROM sales.customer_order WHERE number = 'O-2 of merged'`)).toEqual([
      { recorded_for: anna },
    ]);
  });

  it('change nothing where rows find their customer by an address', async () => {
    const mail = {
      orders: 'Order;Cust;Placed;Total\nO-3;anna@SOURCE.example;02.03.2026;120,00\n',
      cust: '{ match: { email: Cust } }',
    };
    putShop('matched', mail);
    await run();
    const [anna, survivor] = [(await known('matched', '1')).id, (await known('matched', '2')).id];
    await merge(anna, survivor);
    expect((await run()).counts).toMatchObject({ total: [3, 0, 0, 3, 0] });

    putShop('matched', { ...mail, orders: mail.orders.replace('O-3', 'O-4') });
    await run();
    // For whom the address was recorded, so that an unmerge takes the order along.
    expect(await graph.sql(`SELECT recorded_for FROM sales.customer_order WHERE number = 'O-4 of matched'`)).toEqual([
      { recorded_for: anna },
    ]);
  });

  it('change nothing where the external id was given to the survivor', async () => {
    putShop('moved');
    await run();
    const [anna, survivor] = [(await known('moved', '1')).id, (await known('moved', '2')).id];
    await merge(anna, survivor);
    const externalId = { source: 'moved', id: '1' };
    for (const mutation of ['removeExternalId', 'addExternalId']) {
      const query = `mutation ($id: ID!, $externalId: ExternalIdInput!) { ${mutation}(customerId: $id, externalId: $externalId) { id } }`;
      await graph.ask('identity', query, { id: survivor, externalId });
    }
    expect((await run()).counts).toMatchObject({ total: [3, 0, 0, 3, 0] });
    expect(await ordersOf(survivor)).toEqual(['O-1 120']);
  });
});

describe('who came in by identifyCustomer', () => {
  it('is found by the external id of the file', async () => {
    const id = await identify({
      displayName: 'Anna',
      emails: ['anna@api.example'],
      externalIds: [{ source: 'api', id: '1' }],
    });
    putShop('api');
    expect((await run()).counts).toMatchObject({ total: [3, 2, 1, 0, 0] });
    expect(await known('api', '1')).toMatchObject({ id, displayName: 'Anna Beispiel', emails: ['anna@api.example'] });
    expect(await ordersOf(id)).toEqual(['O-1 120']);
    expect((await run()).counts).toMatchObject({ total: [3, 0, 0, 3, 0] });
  });

  it('with two keys of the file is the first row that has one of them, and the other is rejected', async () => {
    const externalIds = ['1', '2'].map((id) => ({ source: 'twice', id }));
    await identify({ displayName: 'Anna', externalIds });
    putShop('twice', { orders: ORDER.replace(';1;', ';2;') });
    expect((await run()).counts).toMatchObject({ 'customers.csv': [2, 0, 1, 0, 1], 'orders.csv': [1, 1, 0, 0, 0] });
    expect(rejects()?.[0]).toContain('is the same customer as line 2');
  });
});

describe('who was erased', () => {
  it('stays erased: nothing of them is written again, and their rows are counted as erased', async () => {
    putShop('erased', { orders: `${ORDER}O-2;2;03.03.2026;5,00\n` });
    await run();
    const { id } = await known('erased', '1');
    await erase(id);

    putShop('erased', {
      customers: TWO.replace('Anna Beispiel', 'Anna Again'),
      orders: `${ORDER}O-2;2;03.03.2026;6,00\n`,
    });
    const again = await run();
    expect(again.out).toContain(
      'customers.csv: 2 read = 0 written (0 inserted + 0 updated) + 1 unchanged + 0 rejected + 1 erased\n',
    );
    expect(again.counts).toMatchObject({ 'orders.csv': [2, 0, 1, 0, 0, 1], total: [4, 0, 1, 1, 0, 2] });
    expect(await known('erased', '1')).toBeNull();
    expect(await graph.sql('SELECT display_name FROM identity.customer WHERE id = $1', [id])).toEqual([
      { display_name: 'Erased customer' },
    ]);
    expect(await graph.sql('SELECT FROM identity.address WHERE recorded_for = $1', [id])).toEqual([]);
    expect(
      await graph.sql(`SELECT FROM sales.activity WHERE customer_id = $1 AND subject LIKE 'About%'`, [id]),
    ).toEqual([]);
    expect(await ordersOf((await known('erased', '2')).id)).toEqual(['O-2 6']);
  });

  it('nothing that hangs on a row of theirs is written either', async () => {
    putShop('hanging');
    const cases = `
  cases:
    file: cases.csv
    key: no
    targets:
      - entity: service.Case
        fields:
          subject: subject
          kind: { constant: QUESTION }
          channel: { constant: EMAIL }
          status: { constant: OPEN }
          customerId: { column: cust, reference: customers }
          openedAt: { constant: '2026-03-02T00:00:00Z' }
  messages:
    file: messages.csv
    key: no
    targets:
      - entity: service.CaseMessage
        fields:
          caseId: { column: case, reference: cases }
          author: { constant: CUSTOMER }
          body: body
          sentAt: { constant: '2026-03-02T00:00:00Z' }`;
    put('m.yaml', `${readFileSync(join(folder, 'm.yaml'), 'utf8')}${cases}`);
    put('cases.csv', 'no,subject,cust\nC-1,Door,1\nC-2,Roof,2\n');
    put('messages.csv', 'no,case,body\nM-1,C-1,I am Anna\nM-2,C-2,Still here\n');
    expect((await run()).counts).toMatchObject({ total: [7, 7, 0, 0, 0] });
    await erase((await known('hanging', '1')).id);
    expect((await run()).counts).toMatchObject({ 'messages.csv': [2, 0, 0, 1, 0, 1], total: [7, 0, 0, 3, 0, 4] });
    expect(await graph.sql(`SELECT body FROM service.case_message WHERE body = 'I am Anna'`)).toEqual([]);
  });
});

/** A file of one customer, and none of orders. */
const person = (mail: string, tel = '') => ({
  customers: `No;Name;Mail;Tel\n1;Zoe;${mail}@SOURCE.example;${tel}\n`,
  orders: 'Order;Cust;Placed;Total\n',
});

/** One customer with two addresses, each in a column of its own. */
const swapped = (one: string, other: string) => {
  putShop('swapped', person(one));
  const mapping = readFileSync(join(folder, 'm.yaml'), 'utf8');
  put('m.yaml', mapping.replace(', type: phone }', ', type: email }').replace('constant: PHONE', 'constant: EMAIL'));
  put(
    'customers.csv',
    `No;Name;Mail;Tel\n1;Zoe;${one}@swapped.example;${other === '' ? '' : `${other}@swapped.example`}\n`,
  );
};

describe('a cell that changes', () => {
  it('is an address: the new one is first, and the old one last, with its dates', async () => {
    putShop('address', person('anna.old', '+43 1 2345678'));
    await run();
    const { id } = await known('address', '1');
    const query = `mutation ($input: IdentifyCustomerInput!) { identifyCustomer(input: $input) { created } }`;
    const input = { emails: ['m.own@address.example'], externalIds: [{ source: 'address', id: '1' }] };
    await graph.ask('identity', query, { input });

    putShop('address', person('zoe.new', '+43 1 2345678'));
    expect((await run()).counts).toMatchObject({ total: [1, 0, 1, 0, 0] });
    expect(await known('address', '1')).toMatchObject({
      emails: ['zoe.new@address.example', 'm.own@address.example', 'anna.old@address.example'],
      phones: ['+4312345678'],
    });
    const dates = `SELECT value, since < now() AS began, until > since AS ended FROM identity.customer_identifier
      WHERE recorded_for = $1 AND type = 'EMAIL' ORDER BY value`;
    expect(await graph.sql(dates, [id])).toEqual([
      { value: 'anna.old@address.example', began: true, ended: true },
      { value: 'm.own@address.example', began: true, ended: null },
      { value: 'zoe.new@address.example', began: true, ended: null },
    ]);
    expect((await run()).counts).toMatchObject({ total: [1, 0, 0, 1, 0] });

    putShop('address', person('anna.old', '+43 1 2345678'));
    expect((await run()).counts).toMatchObject({ total: [1, 0, 1, 0, 0] });
    expect((await known('address', '1')).emails).toEqual([
      'anna.old@address.example',
      'm.own@address.example',
      'zoe.new@address.example',
    ]);
    expect((await run()).counts).toMatchObject({ total: [1, 0, 0, 1, 0] });
  });

  it('is an address: the old one is gone, where the mapping says so', async () => {
    putShop('gone', { ...person('zoe.old'), mail: 'former: remove' });
    await run();
    putShop('gone', { ...person('anna.neu'), mail: 'former: remove' });
    await run();
    expect((await known('gone', '1')).emails).toEqual(['anna.neu@gone.example']);
  });

  it('changes places with another: both addresses stay', async () => {
    swapped('a', 'b');
    await run();
    swapped('b', 'a');
    expect((await run()).counts).toMatchObject({ total: [1, 0, 0, 1, 0] });
    swapped('b', '');
    expect((await run()).counts).toMatchObject({ total: [1, 0, 1, 0, 0] });
    expect((await known('swapped', '1')).emails).toEqual(['b@swapped.example', 'a@swapped.example']);
  });

  it('names the customer of a row that nobody had: it is theirs from then on', async () => {
    putShop('late');
    await run();
    const mapping = `
source: late
zone: UTC
files:
  leads:
    file: leads.csv
    key: id
    targets:
      - entity: sales.Lead
        fields:
          name: name
          customerId: { match: { email: mail }, otherwise: none }
          capturedAt: { constant: '2026-01-01T00:00:00Z' }`;
    put('m.yaml', mapping);
    put('leads.csv', 'id,name,mail\n1,Late Lead,nobody@late.example\n');
    expect((await run()).counts).toMatchObject({ total: [1, 1, 0, 0, 0] });
    put('leads.csv', 'id,name,mail\n1,Late Lead,anna@late.example\n');
    expect((await run()).counts).toMatchObject({ total: [1, 0, 1, 0, 0] });
    const { id } = await known('late', '1');
    const lead = { customer_id: id, recorded_for: id };
    const there = `SELECT customer_id, recorded_for FROM sales.lead WHERE name = 'Late Lead'`;
    expect(await graph.sql(there)).toEqual([lead]);
    put('leads.csv', 'id,name,mail\n1,Late Lead,nobody@late.example\n');
    expect((await run()).counts).toMatchObject({ total: [1, 0, 0, 1, 0] });
    expect(await graph.sql(there)).toEqual([lead]);
  });

  it('names another customer: the row is rejected, for it was recorded for somebody', async () => {
    putShop('owner');
    await run();
    putShop('owner', { orders: ORDER.replace(';1;', ';2;').replace('120', '130') });
    expect((await run()).counts).toMatchObject({ 'orders.csv': [1, 0, 0, 0, 1] });
    expect(rejects()?.[0]).toContain("its sales.Order is another's already");
    expect(await ordersOf((await known('owner', '1')).id)).toEqual(['O-1 120']);
  });
});

describe('a withdrawal that a file says', () => {
  it('takes the survivor out of a segment at once, and it holds for whom it names after the unmerge', async () => {
    putShop('ledger');
    await run();
    const [anna, survivor] = [(await known('ledger', '1')).id, (await known('ledger', '2')).id];
    const marketing = async (call: string): Promise<string> =>
      Object.values<Untyped>(await graph.ask('marketing', `mutation { ${call} { id } }`))[0].id;
    const about = 'purpose: MARKETING, channel: EMAIL';
    const segment = await marketing(`createSegment(input: { name: "Of the ledger", rule: { consent: { ${about} } } })`);
    for (const id of [anna, survivor])
      await marketing(`grantConsent(input: { customerId: "${id}", ${about}, source: "web", text: "Yes" })`);
    await merge(anna, survivor);
    const members = async (): Promise<string[]> =>
      (
        await graph.sql('SELECT DISTINCT customer_id AS id FROM marketing.segment_member WHERE segment_id = $1', [
          segment,
        ])
      ).map(({ id }) => id);
    await waitUntil(async () => (await members()).join() === survivor);

    put(
      'm.yaml',
      `${readFileSync(join(folder, 'm.yaml'), 'utf8')}
  withdrawals:
    file: withdrawals.csv
    key: no
    targets:
      - entity: marketing.Consent
        fields:
          customerId: { column: cust, reference: customers }
          purpose: { constant: MARKETING }
          channel: { constant: EMAIL }
          action: { constant: WITHDRAWN }
          at: { constant: '${new Date().toISOString()}' }`,
    );
    put('withdrawals.csv', 'no,cust\nW-1,1\n');
    expect((await run()).counts).toMatchObject({ 'withdrawals.csv': [1, 1, 0, 0, 0] });
    expect(await members()).toEqual([]);
    await graph.ask('identity', `mutation { unmergeCustomer(customerId: "${anna}") { id } }`);
    await settled((statement) => graph.sql(statement), Object.keys(graph.urls));
    expect(await members()).not.toContain(anna);
  });
});

const may = async (id: string): Promise<boolean> =>
  (await graph.customer('marketing', id, 'mayContact(purpose: MARKETING, channel: EMAIL) { allowed }')).mayContact
    .allowed;
const unmerge = async (id: string): Promise<void> => {
  await graph.write('identity', `unmergeCustomer(customerId: "${id}") { id }`);
  await settled((statement) => graph.sql(statement), Object.keys(graph.urls));
};

describe('withdrawals that a file brings', () => {
  const CONSENTS = 'Id;Cust;What;At\n';
  const putConsents = (source: string, rows: string): void => {
    put('consents.csv', CONSENTS + rows);
    put(
      'm.yaml',
      `
source: ${source}
zone: UTC
files:
  customers:
    file: customers.csv
    csv: { delimiter: ';' }
    key: 'No'
    targets:
      - entity: identity.Customer
        fields: { kind: { constant: PERSON }, displayName: Name, roles: { constant: [CUSTOMER] } }
  consents:
    file: consents.csv
    csv: { delimiter: ';' }
    key: Id
    targets:
      - entity: marketing.Consent
        fields:
          customerId: { column: Cust, reference: customers }
          purpose: { constant: MARKETING }
          channel: { constant: EMAIL }
          action: What
          at: { column: At, format: dd.MM.yyyy }
          text: { constant: I agree }`,
    );
  };
  async function twoOf(source: string, rows: string): Promise<readonly [string, string]> {
    put('customers.csv', TWO.replaceAll('SOURCE', source));
    putConsents(source, rows);
    expect((await run()).code).toBe(0);
    const [a, b] = [(await known(source, '1')).id, (await known(source, '2')).id];
    return [a, b];
  }

  it('while two are one, hold for both when they are taken apart again, and once', async () => {
    const granted = 'g1;1;GRANTED;01.01.2026\ng2;2;GRANTED;01.01.2026\n';
    const [a, b] = await twoOf('leave', granted);
    await merge(a, b);
    await settled((statement) => graph.sql(statement), Object.keys(graph.urls));
    putConsents('leave', `${granted}w1;1;WITHDRAWN;01.06.2026\n`);
    for (const time of ['first', 'again']) expect([time, (await run()).code]).toEqual([time, 0]);
    expect(await may(b)).toBe(false);
    await unmerge(a);
    expect([await may(a), await may(b)]).toEqual([false, false]);
    const entries = await graph.sql(
      `SELECT recorded_for AS id, at FROM marketing.consent_event WHERE action = 'WITHDRAWN' AND recorded_for = ANY($1)`,
      [[a, b]],
    );
    expect(entries).toHaveLength(2);
    expect(new Set(entries.map(({ id }) => id))).toEqual(new Set([a, b]));
    expect(new Set(entries.map(({ at }) => at.toISOString()))).toEqual(new Set(['2026-06-01T00:00:00.000Z']));
  });

  it('are told apart by when they were said, not by when they came', async () => {
    const [a, b] = await twoOf(
      'order',
      'g1;1;GRANTED;01.06.2026\nw0;1;WITHDRAWN;01.01.2026\ng2;2;GRANTED;01.02.2026\n',
    );
    expect(await may(a)).toBe(true);
    await merge(a, b);
    await settled((statement) => graph.sql(statement), Object.keys(graph.urls));
    await graph.write(
      'marketing',
      `withdrawConsent(input: { customerId: "${b}", purpose: MARKETING, channel: EMAIL, source: "web" }) { id }`,
    );
    await unmerge(a);
    expect([await may(a), await may(b)]).toEqual([false, false]);
  });
});
