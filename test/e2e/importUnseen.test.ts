import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { sales } from '../../subgraphs/sales/subgraph.js';
import { service } from '../../subgraphs/service/subgraph.js';
import { type ImportGraph, startImportGraph } from '../support/importGraph.js';

/**
 * Exports of shapes that companies have, a few rows of each, hand-made: what a mapping must be able to say without any code. The
 * names are those of Microsoft's Northwind, of a help desk's API, and of Olist's funnel.
 */

/** The CSVs of an SQL dump: NULL as text, pictures as hexadecimals, times at midnight. */
const TRADING_FIRM = {
  'customers.csv': `CustomerID,CompanyName,ContactName,ContactTitle,Address,City,Region,PostalCode,Country,Phone,Fax
ALFKI,Alfreds Futterkiste,Maria Anders,Sales Representative,Obere Str. 57,Berlin,NULL,12209,Germany,030-0074321,030-0076545
ANATR,Ana Trujillo Emparedados y helados,Ana Trujillo,Owner,Avda. de la Constitución 2222,México D.F.,NULL,05021,Mexico,(5) 555-4729,(5) 555-3745
BOLID,Bólido Comidas preparadas,Martín Sommer,Owner,"C/ Araquil, 67",Madrid,NULL,28023,Spain,(91) 555 22 82,NULL
`,
  'employees.csv': `EmployeeID,LastName,FirstName,Title,BirthDate,HireDate,Photo,Notes,ReportsTo
1,Davolio,Nancy,Sales Representative,1948-12-08 00:00:00.000,1992-05-01 00:00:00.000,0x151C2F00020000000D000E0014,"Education includes a BA in psychology.",2
2,Fuller,Andrew,"Vice President, Sales",1952-02-19 00:00:00.000,1992-08-14 00:00:00.000,0x151C2F,"Andrew received his BTS commercial.",NULL
`,
  'suppliers.csv': `SupplierID,CompanyName,ContactName,Country,Phone,HomePage
1,Exotic Liquids,Charlotte Cooper,UK,(171) 555-2222,NULL
`,
  'categories.csv': `CategoryID,CategoryName,Description,Picture
1,Beverages,"Soft drinks, coffees, teas, beers, and ales",0x151C2F
2,Condiments,"Sweet and savory sauces",0x151C2F
`,
  'products.csv': `ProductID,ProductName,SupplierID,CategoryID,QuantityPerUnit,UnitPrice,UnitsInStock,Discontinued
1,Chai,1,1,10 boxes x 20 bags,18.0000,39,0
2,Chang,1,1,24 - 12 oz bottles,19.0000,17,0
3,Aniseed Syrup,1,2,12 - 550 ml bottles,10.0000,13,1
`,
  'orders.csv': `OrderID,CustomerID,EmployeeID,OrderDate,RequiredDate,ShippedDate,ShipVia,Freight
10248,ALFKI,1,1996-07-04 00:00:00.000,1996-08-01 00:00:00.000,1996-07-16 00:00:00.000,3,32.3800
10249,ANATR,2,1996-07-05 00:00:00.000,1996-08-16 00:00:00.000,NULL,1,11.6100
`,
  'order_details.csv': `OrderID,ProductID,UnitPrice,Quantity,Discount
10248,1,14.0000,12,0
10248,2,9.8000,10,0
10249,1,34.8000,5,0.15
10249,3,18.6000,9,0
`,
  'northwind.yaml': `source: northwind
zone: UTC
files:
  customers:
    file: customers.csv
    key: CustomerID
    missing: ['NULL']
    targets:
      - entity: identity.Customer
        fields: { kind: { constant: ORGANIZATION }, displayName: CompanyName, roles: { constant: [CUSTOMER] } }
      - entity: identity.Address
        fields:
          customerId: { reference: this }
          label: { constant: office }
          lines: { template: '{Address}' }
          city: City
          postalCode: PostalCode
          country: &country { column: Country, map: { Germany: DE, Mexico: MX, Spain: ES, UK: GB } }
      - entity: identity.CustomerIdentifier
        onlyWith: Phone
        when: { Country: [Germany] } # numbers are written without their country code
        fields: { customerId: { reference: this }, type: { constant: PHONE }, value: { column: Phone, type: phone, country: DE } }
  employees:
    file: employees.csv
    key: EmployeeID
    missing: ['NULL']
    targets:
      - entity: identity.Employee
        fields: { name: { template: '{FirstName} {LastName}' }, title: Title }
  suppliers:
    file: suppliers.csv
    key: SupplierID
    missing: ['NULL']
    source: northwind-suppliers
    targets:
      - entity: identity.Customer
        fields: { kind: { constant: ORGANIZATION }, displayName: CompanyName, roles: { constant: [SUPPLIER] } }
  products:
    file: products.csv
    key: ProductID
    join: [{ file: categories.csv, on: { CategoryID: CategoryID }, as: category }]
    targets:
      - entity: sales.Product
        fields:
          name: ProductName
          category: category.CategoryName
          unitPrice: { column: UnitPrice, currency: USD }
          active: { column: Discontinued, yes: [0], no: [1] }
  orders:
    file: orders.csv
    key: OrderID
    missing: ['NULL']
    targets:
      - entity: sales.Order
        fields:
          number: { key: true }
          customerId: { column: CustomerID, reference: customers }
          placedAt: { column: OrderDate, format: "yyyy-MM-dd HH:mm:ss.SSS" }
          currency: { constant: USD }
      - entity: sales.Activity
        as: shipment
        onlyWith: ShippedDate
        fields:
          kind: { constant: NOTE }
          customerId: { column: CustomerID, reference: customers }
          employeeId: { column: EmployeeID, reference: employees }
          subject: { template: 'Shipped order {OrderID}' }
          occurredAt: { column: ShippedDate, format: "yyyy-MM-dd HH:mm:ss.SSS" }
  lines:
    file: order_details.csv
    key: OrderID
    fold: { order: { column: ProductID, type: integer } }
    targets:
      - entity: sales.OrderLine
        events: { position: position }
        fields:
          orderId: { column: OrderID, reference: orders }
          productId: { column: ProductID, reference: products }
          quantity: Quantity
          unitPrice: UnitPrice
          discountRate: Discount
`,
};

/** JSON with the requester in each ticket, and the comments by themselves. */
const HELP_DESK = {
  'tickets.json': `{"next_page": null, "tickets": [
 {"id": 501, "subject": "Cannot log in", "status": "solved", "priority": "high", "via": {"channel": "email"}, "type": "problem",
  "requester": {"id": 9001, "name": "Ann Lee", "email": "Ann.Lee@example.com"}, "assignee": {"id": 7, "name": "Bob"},
  "created_at": "2024-03-01T09:00:00Z", "solved_at": "2024-03-01T12:30:00Z", "tags": ["vip", "login"], "description": "It says\\n\\"wrong password\\"", "satisfaction": 5},
 {"id": 502, "subject": "Where is my order?", "status": "pending", "priority": null, "via": {"channel": "web"}, "type": "question",
  "requester": {"id": 9002, "name": "Carl Öz", "email": "carl@example.org"}, "assignee": null,
  "created_at": "2024-03-02T10:00:00+01:00", "solved_at": null, "tags": [], "description": "Ordered two weeks ago.", "satisfaction": null}
]}
`,
  'comments.ndjson': `{"id": 1, "ticket_id": 501, "author": "agent", "author_id": 7, "body": "Please try again.", "at": "2024-03-01T09:30:00Z"}
{"id": 2, "ticket_id": 502, "author": "end-user", "author_id": 9002, "body": "Hello?", "at": "2024-03-03T08:00:00Z"}
{"id": 3, "ticket_id": 599, "author": "agent", "author_id": 7, "body": "Gone.", "at": "2024-03-03T08:00:00Z"}
`,
  'tickets.yaml': `source: helpdesk
files:
  agents:
    rows: [{ id: 7, name: Bob }]
    key: id
    targets: [{ entity: identity.Employee, fields: { name: name } }]
  requesters:
    file: tickets.json
    records: /tickets
    key: requester.id
    fold: { order: { column: created_at, format: "yyyy-MM-dd'T'HH:mm:ssXXX" } }
    targets:
      - entity: identity.Customer
        fields: { kind: { constant: PERSON }, displayName: requester.name, roles: { constant: [CUSTOMER] } }
      - entity: identity.CustomerIdentifier
        onlyWith: requester.email
        fields: { customerId: { reference: this }, type: { constant: EMAIL }, value: { column: requester.email, type: email } }
  tickets:
    file: tickets.json
    records: /tickets
    key: id
    targets:
      - entity: service.Case
        fields:
          customerId: { column: requester.id, reference: requesters }
          subject: subject
          kind: { column: type, map: { problem: PROBLEM, question: QUESTION, incident: PROBLEM, task: QUESTION } }
          channel: { column: via.channel, map: { email: EMAIL, web: WEB, chat: CHAT, voice: PHONE } }
          priority: { column: priority, map: { low: LOW, normal: NORMAL, high: HIGH, urgent: URGENT }, default: NORMAL }
          status: { column: status, map: { new: OPEN, open: OPEN, pending: AWAITING_CUSTOMER, hold: OPEN, solved: RESOLVED, closed: CLOSED } }
          assigneeId: { column: assignee.id, reference: agents }
          openedAt: &at { column: created_at, format: "yyyy-MM-dd'T'HH:mm:ssXXX" }
          resolvedAt: { column: solved_at, format: "yyyy-MM-dd'T'HH:mm:ssXXX" }
      - entity: service.CaseMessage
        as: description
        fields: { caseId: { reference: this }, author: { constant: CUSTOMER }, body: description, sentAt: *at }
  comments:
    file: comments.ndjson
    key: id
    targets:
      - entity: service.CaseMessage
        fields:
          caseId: { column: ticket_id, reference: tickets }
          author: { column: author, map: { agent: EMPLOYEE, end-user: CUSTOMER } }
          body: body
          sentAt: { column: at, format: "yyyy-MM-dd'T'HH:mm:ssXXX" }
`,
};

/** Leads, and the deals that some of them became. */
const FUNNEL = {
  'olist_marketing_qualified_leads_dataset.csv': `mql_id,first_contact_date,landing_page_id,origin
dac32acd4db4c29c230538b72f8dd87d,2018-02-01,88740e65d5d6b056e0cda098e1ea6313,social
8c18d1de7f67e60dbd64e3c07d7e9d5d,2017-10-20,007f9098284a86ee80ddeb25d53e0af8,paid_search
b4bc852d233dfefc5131f593b538befa,2018-03-22,a7982125ff7aa3b2054c6e44f9d28522,
`,
  'olist_closed_deals_dataset.csv': `mql_id,seller_id,sdr_id,sr_id,won_date,business_segment,lead_type,lead_behaviour_profile,has_company,has_gtin,average_stock,business_type,declared_product_catalog_size,declared_monthly_revenue
8c18d1de7f67e60dbd64e3c07d7e9d5d,2c43fb513632d29b3b58df74816f1b06,a8387c01a09e99ce014107505b92388c,4ef15afb4b2723d8f3d81e51ec7afefe,2018-02-26 19:58:54,pet,online_medium,cat,,,,reseller,,0.0
`,
  'olist.yaml': `source: olist
zone: America/Sao_Paulo
files:
  reps:
    file: olist_closed_deals_dataset.csv
    key: sr_id
    fold: { order: { column: won_date, format: yyyy-MM-dd HH:mm:ss } }
    targets: [{ entity: identity.Employee, fields: { name: { template: 'Sales rep {sr_id}' } } }]
  sellers:
    file: olist_closed_deals_dataset.csv
    key: seller_id
    targets:
      - entity: identity.Customer
        fields: { kind: { constant: ORGANIZATION }, displayName: { template: 'Seller {seller_id}' }, roles: { constant: [CUSTOMER] } }
      - entity: sales.Opportunity
        as: deal
        fields:
          customerId: { reference: this }
          name: { template: ['{business_segment}, {lead_type}', '{business_segment}'] }
          stage: { constant: WON }
          ownerId: { column: sr_id, reference: reps }
          closedAt: { column: won_date, format: yyyy-MM-dd HH:mm:ss }
          amount: { column: declared_monthly_revenue, currency: BRL }
  leads:
    file: olist_marketing_qualified_leads_dataset.csv
    key: mql_id
    join: [{ file: olist_closed_deals_dataset.csv, on: { mql_id: mql_id }, as: deal, required: false }]
    targets:
      - entity: sales.Lead
        fields:
          name: { template: 'Lead {mql_id}' }
          source: { column: origin, map: { social: SOCIAL, paid_search: CAMPAIGN, organic_search: WEB, email: CAMPAIGN, referral: REFERRAL }, default: OTHER }
          customerId: { column: deal.seller_id, reference: sellers }
          ownerId: { column: deal.sr_id, reference: reps }
          capturedAt: { column: first_contact_date, format: yyyy-MM-dd }
          convertedAt: { column: deal.won_date, format: yyyy-MM-dd HH:mm:ss }
`,
};

const lead = (id: string, source: string, status: string, convertedAt: string | null) => ({
  name: `Lead ${id}`,
  source,
  status,
  convertedAt,
});

let graph: ImportGraph;
beforeAll(async () => {
  graph = await startImportGraph(sales, service);
});
afterAll(() => graph.stop());

/** Imports an export twice; the second time, nothing may change. */
async function importTwice(files: Readonly<Record<string, string>>, mapping: string) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(graph.folder, name), text);
  const first = await graph.import(join(graph.folder, mapping), graph.folder);
  const [read, , , , rejected = 0] = first.counts.total ?? [];
  const again = await graph.import(join(graph.folder, mapping), graph.folder);
  expect(again.counts.total).toEqual([read, 0, 0, (read ?? 0) - rejected, rejected]);
  return first;
}

describe("a trading firm's dump", () => {
  it('goes in whole: companies, staff, products, and orders whose totals are the sums of their lines', async () => {
    const { counts, rejects } = await importTwice(TRADING_FIRM, 'northwind.yaml');
    expect(rejects).toEqual([]);
    expect(counts.total).toEqual([15, 15, 0, 0, 0]);
    const orders = await graph.all(
      sales,
      'orders',
      'number status total { amount currency } lines { position quantity discount { amount } product { name category } }',
    );
    expect(orders.find(({ number }: { number: string }) => number === '10249')).toEqual({
      number: '10249',
      status: 'DELIVERED',
      total: { amount: '315.30', currency: 'USD' }, // 5 x 34.80 less 15 %, and 9 x 18.60
      lines: [
        { position: 0, quantity: 5, discount: { amount: '26.10' }, product: { name: 'Chai', category: 'Beverages' } },
        {
          position: 1,
          quantity: 9,
          discount: { amount: '0.00' },
          product: { name: 'Aniseed Syrup', category: 'Condiments' },
        },
      ],
    });
    const company = await graph.customer(
      identity,
      'northwind',
      'ALFKI',
      'displayName roles phones addresses { lines city country }',
    );
    expect(company).toEqual({
      displayName: 'Alfreds Futterkiste',
      roles: ['CUSTOMER'],
      phones: ['+49300074321'],
      addresses: [{ lines: ['Obere Str. 57'], city: 'Berlin', country: 'DE' }],
    });
    const { lifetimeValue, activities } = await graph.customer(
      sales,
      'northwind',
      'ALFKI',
      'lifetimeValue { value { amount } } activities { nodes { subject } }',
    );
    expect(lifetimeValue.value).toEqual([{ amount: '266.00' }]);
    expect(activities.nodes).toEqual([{ subject: 'Shipped order 10248' }]);
  });

  it('follows a line that changed with the total of its order', async () => {
    const dearer = TRADING_FIRM['order_details.csv'].replace('10249,3,18.6000,9,0', '10249,3,20.6000,9,0');
    writeFileSync(join(graph.folder, 'order_details.csv'), dearer);
    const { counts } = await graph.import(join(graph.folder, 'northwind.yaml'), graph.folder);
    expect(counts['orders.csv']).toEqual([2, 0, 0, 2, 0]);
    const orders = await graph.all(sales, 'orders', 'number total { amount }');
    expect(orders).toEqual(
      expect.arrayContaining([
        { number: '10248', total: { amount: '266.00' } },
        { number: '10249', total: { amount: '333.30' } },
      ]),
    );
  });
});

describe("a help desk's JSON", () => {
  it('becomes cases with their customers and what was said, and a comment on no ticket is rejected', async () => {
    const { rejects } = await importTwice(HELP_DESK, 'tickets.yaml');
    expect(rejects).toMatchObject([
      {
        file: 'comments.ndjson',
        line: '3',
        column: 'ticket_id',
        reason: expect.stringContaining('no record of tickets'),
      },
    ]);
    const { customer360 } = await graph.ask(identity, '{ customer360(email: "ann.lee@example.com") { displayName } }');
    expect(customer360).toEqual({ displayName: 'Ann Lee' });
    const { cases } = await graph.customer(
      service,
      'helpdesk',
      '9001',
      `cases { nodes { subject status priority channel resolvedAt sla { breached }
        messages { nodes { author body } } } }`,
    );
    expect(cases.nodes).toEqual([
      {
        subject: 'Cannot log in',
        status: 'RESOLVED',
        priority: 'HIGH',
        channel: 'EMAIL',
        resolvedAt: '2024-03-01T12:30:00.000Z',
        sla: { breached: false }, // in three and a half hours; HIGH has four for the reply and sixteen for the end
        messages: {
          nodes: [
            { author: 'CUSTOMER', body: 'It says\n"wrong password"' },
            { author: 'EMPLOYEE', body: 'Please try again.' },
          ],
        },
      },
    ]);
  });
});

describe('a funnel of leads and deals', () => {
  it('says which leads were won, by whom and when', async () => {
    const { rejects } = await importTwice(FUNNEL, 'olist.yaml');
    expect(rejects).toEqual([]);
    const leads = await graph.all(sales, 'leads', 'name source status convertedAt');
    expect(leads.length).toBe(3);
    expect(leads).toEqual(
      expect.arrayContaining([
        lead('8c18d1de7f67e60dbd64e3c07d7e9d5d', 'CAMPAIGN', 'CONVERTED', '2018-02-26T22:58:54.000Z'),
        lead('dac32acd4db4c29c230538b72f8dd87d', 'SOCIAL', 'NEW', null),
        lead('b4bc852d233dfefc5131f593b538befa', 'OTHER', 'NEW', null),
      ]),
    );
    const { pipeline } = await graph.ask(sales, '{ pipeline { stage count amount { amount currency } } }');
    expect(pipeline).toContainEqual({ stage: 'WON', count: 1, amount: [{ amount: '0.00', currency: 'BRL' }] });
  });
});
