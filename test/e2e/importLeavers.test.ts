import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { runImport } from '../support/runImport.js';
import { settled } from '../support/settled.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';

/** An import of what was given to an employee who left meanwhile. */

let folder: string;
let graph: TestSubgraphs;
beforeAll(async () => {
  graph = await startTestSubgraphs();
});
afterAll(() => graph.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'customer360-leavers-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
const run = () => runImport(['m.yaml', '--data', '.'], { DATABASE_URL: graph.databaseUrl }, folder);

/** Of each kind of work one row that is open and one that is over, all Hannah's; a customer each, because each has one account. */
const WORK =
  'No,Emp,Status,Resolved,Stage,Lead,Done\n1,H,OPEN,,PROPOSAL,WORKING,\n2,H,CLOSED,2026-03-04,WON,DISQUALIFIED,2026-03-04\n';

function putWork(source: string, work: string): void {
  put('employees.csv', 'No,Name\nH,Hannah of SOURCE\nK,Karl of SOURCE\n'.replaceAll('SOURCE', source));
  put('work.csv', work);
  const employee = '{ column: Emp, reference: employees }';
  const at = '{ constant: "2026-03-02T00:00:00Z" }';
  put(
    'm.yaml',
    `
source: ${source}
zone: UTC
files:
  employees:
    file: employees.csv
    key: 'No'
    targets: [{ entity: identity.Employee, fields: { name: Name } }]
  work:
    file: work.csv
    key: 'No'
    targets:
      - entity: identity.Customer
        fields: { kind: { constant: PERSON }, displayName: { template: 'Customer {No}' } }
      - entity: sales.Account
        fields: { customerId: { reference: this }, ownerId: ${employee} }
      - entity: service.Case
        fields:
          customerId: { reference: this }
          subject: { template: '{No}' }
          kind: { constant: PROBLEM }
          channel: { constant: EMAIL }
          status: Status
          assigneeId: ${employee}
          openedAt: ${at}
          resolvedAt: { column: Resolved, format: yyyy-MM-dd }
      - entity: service.Promise
        fields:
          customerId: { reference: this }
          what: { template: '{No}' }
          employeeId: ${employee}
          dueAt: ${at}
          keptAt: { column: Done, format: yyyy-MM-dd }
      - entity: sales.Opportunity
        fields: { customerId: { reference: this }, name: { template: '{No}' }, stage: Stage, ownerId: ${employee} }
      - entity: sales.Lead
        fields: { name: { template: '{No}' }, status: Lead, ownerId: ${employee}, capturedAt: ${at} }
      - entity: sales.Activity
        fields:
          customerId: { reference: this }
          kind: { constant: CALL }
          subject: { template: '{No}' }
          employeeId: ${employee}
          occurredAt: ${at}
          nextStepDescription: { constant: Call again }
          nextStepDueAt: ${at}
          nextStepDoneAt: { column: Done, format: yyyy-MM-dd }
`,
  );
}

const employee = async (name: string): Promise<string> =>
  (await graph.sql('SELECT id FROM identity.employee WHERE name = $1', [name]))[0].id;

const HELD = {
  case: `SELECT subject FROM service.service_case WHERE assignee_id = $1`,
  promise: `SELECT what FROM service.promise WHERE employee_id = $1`,
  opportunity: `SELECT name FROM sales.opportunity WHERE owner_id = $1`,
  lead: `SELECT name FROM sales.lead WHERE owner_id = $1`,
  nextStep: `SELECT subject FROM sales.activity WHERE next_step_employee_id = $1`,
};

/** The numbers of the rows whose work an employee has, by kind; of accounts, how many. */
async function heldBy(id: string): Promise<Record<string, unknown>> {
  const held: Record<string, unknown> = {};
  for (const [kind, statement] of Object.entries(HELD)) {
    const rows = await graph.sql(statement, [id]);
    held[kind] = rows.flatMap((row: Record<string, string>) => Object.values(row)).toSorted();
  }
  const [row] = await graph.sql('SELECT count(*)::int AS n FROM sales.account WHERE owner_id = $1', [id]);
  return { ...held, accounts: row.n };
}

const all = (numbers: readonly string[], accounts: number) => ({
  ...Object.fromEntries(Object.keys(HELD).map((kind) => [kind, numbers])),
  accounts,
});

const allSettled = (): Promise<void> => settled((statement) => graph.sql(statement), Object.keys(graph.urls));

async function leave(id: string): Promise<void> {
  await graph.ask('identity', `mutation { updateEmployee(id: "${id}", input: { active: false }) { id } }`);
  await allSettled();
}

it('gives no open work back, and what is over stays theirs', async () => {
  putWork('left', WORK);
  expect((await run()).counts).toMatchObject({ total: [4, 4, 0, 0, 0] });
  const hannah = await employee('Hannah of left');
  await allSettled();
  expect(await heldBy(hannah)).toEqual(all(['1', '2'], 2));

  await leave(hannah);
  expect(await heldBy(hannah)).toEqual(all(['2'], 0));
  expect((await run()).counts).toMatchObject({ total: [4, 0, 0, 4, 0] });
  expect(await heldBy(hannah)).toEqual(all(['2'], 0));

  putWork('left', `${WORK}3,H,OPEN,,PROPOSAL,NEW,\n4,K,OPEN,,PROPOSAL,NEW,\n`);
  expect((await run()).counts).toMatchObject({ 'work.csv': [4, 2, 0, 2, 0] });
  expect(await heldBy(hannah)).toEqual(all(['2'], 0));
  expect(await heldBy(await employee('Karl of left'))).toEqual(all(['4'], 1));
  expect((await run()).counts).toMatchObject({ total: [6, 0, 0, 6, 0] });

  // What was nobody's is his as soon as the file says so.
  putWork('left', `${WORK.replace('1,H', '1,K')}3,H,OPEN,,PROPOSAL,NEW,\n4,K,OPEN,,PROPOSAL,NEW,\n`);
  expect((await run()).counts).toMatchObject({ 'work.csv': [4, 0, 1, 3, 0] });
  expect(await heldBy(await employee('Karl of left'))).toEqual(all(['1', '4'], 2));
});

it('takes nothing from who took over', async () => {
  putWork('handed', WORK);
  await run();
  const [hannah, karl] = [await employee('Hannah of handed'), await employee('Karl of handed')];
  await allSettled();
  await leave(hannah);
  await graph.ask('sales', `mutation { reassignPortfolio(from: "${hannah}", to: "${karl}") { id } }`);
  const [open] = await graph.sql(
    `SELECT c.id FROM service.service_case AS c JOIN identity.customer AS p ON p.id = c.customer_id
     JOIN identity.external_id AS e ON e.customer_id = p.id WHERE e.source = 'handed' AND c.subject = '1'`,
  );
  await graph.ask('service', `mutation { assignCase(id: "${open.id}", assigneeId: "${karl}") { id } }`);
  const his = { ...all(['1'], 2), promise: [] };
  expect(await heldBy(karl)).toEqual(his);
  expect((await run()).counts).toMatchObject({ total: [4, 0, 0, 4, 0] });
  expect(await heldBy(karl)).toEqual(his);
});
