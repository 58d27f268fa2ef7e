import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'pg';
import { pino } from 'pino';
import { v7 as uuid } from 'uuid';
import { type Caller, type EmployeeChanged, employeeChanged, SCOPES } from '../../schema/contract.js';
import { feedback } from '../../subgraphs/feedback/subgraph.js';
import { retellEmployees } from '../../subgraphs/identity/retellEmployees.js';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { employeeChanges } from '../../subgraphs/kit/flow/employeeChanges.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { startSubgraph } from '../../subgraphs/kit/serve/startSubgraph.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { migrate } from '../../subgraphs/kit/sql/migrate.js';
import { service } from '../../subgraphs/service/subgraph.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { createTestDatabase } from '../support/postgres.js';
import { settled } from '../support/settled.js';
import { askSubgraph, type GraphQLAnswer, type Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { waitUntil } from '../support/waitUntil.js';

const COPIES = ['touchpoints', 'sales', 'service', 'marketing', 'feedback'];

let graph: TestSubgraphs;
beforeAll(async () => {
  graph = await startTestSubgraphs();
});
afterAll(() => graph.stop());

const allSettled = (): Promise<void> => settled((statement) => graph.sql(statement), Object.keys(graph.urls));

/** What a mutation's one field gives. */
async function write(subgraph: string, call: string, caller?: Caller): Promise<Untyped> {
  return Object.values(await graph.ask(subgraph, `mutation { ${call} }`, {}, caller))[0];
}

/** The error of a mutation that must be refused. */
async function refused(subgraph: string, call: string, caller?: Caller) {
  const answer: GraphQLAnswer = await askSubgraph(
    subgraph,
    graph.urls[subgraph] ?? '',
    `mutation { ${call} }`,
    {},
    caller,
  );
  expect(answer.errors).toHaveLength(1);
  return { ...answer.errors?.[0]?.extensions, message: answer.errors?.[0]?.message };
}

/** An employee whom every subgraph knows. */
async function employee(more: string = ''): Promise<string> {
  const { id } = await write('identity', `createEmployee(input: { name: "Hannah Lang" ${more} }) { id }`);
  await allSettled();
  return id;
}

async function leave(id: string): Promise<void> {
  await write('identity', `updateEmployee(id: "${id}", input: { active: false }) { id }`);
  await allSettled();
}

let serial = 0;
async function customer(): Promise<string> {
  serial += 1;
  const call = `identifyCustomer(input: { displayName: "P", emails: ["p${serial}@example.com"] }) { customer { id } }`;
  return (await write('identity', call)).customer.id;
}

const DUE = new Date(Date.now() + 86_400_000).toISOString();
const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString();

/** Calls that give something to an employee, or write down that they did something; by the argument that names them. */
function givings(id: string, customerId: string, caseId: string, leadId: string, other: string) {
  const who = `customerId: "${customerId}"`;
  return [
    ['service', 'assigneeId', `assignCase(id: "${caseId}", assigneeId: "${id}") { id }`],
    [
      'service',
      'input.assigneeId',
      `openCase(input: { ${who}, subject: "S", kind: PROBLEM, channel: EMAIL, assigneeId: "${id}" }) { id }`,
    ],
    [
      'service',
      'input.assigneeId',
      `escalateCase(id: "${caseId}", input: { reason: "R", assigneeId: "${id}" }) { id }`,
    ],
    [
      'service',
      'input.employeeId',
      `replyToCase(caseId: "${caseId}", input: { body: "B", employeeId: "${id}" }) { id }`,
    ],
    [
      'service',
      'input.employeeId',
      `makePromise(input: { ${who}, what: "W", dueAt: "${DUE}", employeeId: "${id}" }) { id }`,
    ],
    [
      'service',
      'input.employeeId',
      `grantGoodwill(input: { ${who}, amount: { amount: "1", currency: "EUR" }, reason: "R", employeeId: "${id}" }) { id }`,
    ],
    [
      'service',
      'input.employeeId',
      `setGoodwillAuthority(input: { employeeId: "${id}", limit: { amount: "1", currency: "EUR" } }) { id }`,
    ],
    ['sales', 'ownerId', `assignAccount(${who}, ownerId: "${id}") { version }`],
    ['sales', 'input.ownerId', `captureLead(input: { name: "N", source: WEB, ownerId: "${id}" }) { id }`],
    ['sales', 'input.ownerId', `qualifyLead(id: "${leadId}", input: { status: WORKING, ownerId: "${id}" }) { id }`],
    ['sales', 'input.ownerId', `openOpportunity(input: { ${who}, name: "N", ownerId: "${id}" }) { id }`],
    [
      'sales',
      'input.employeeId',
      `logActivity(input: { ${who}, kind: CALL, subject: "S", employeeId: "${id}" }) { id }`,
    ],
    [
      'sales',
      'input.employeeId',
      `setCategorySpend(input: { ${who}, year: ${new Date().getUTCFullYear()}, amount: { amount: "1", currency: "EUR" }, employeeId: "${id}" }) { year }`,
    ],
    ['sales', 'employeeId', `moveOpportunity(id: "${uuid()}", stage: WON, employeeId: "${id}") { id }`],
    [
      'feedback',
      'input.employeeId',
      `closeLoop(responseId: "${uuid()}", input: { employeeId: "${id}", outcome: RECOVERED }) { id }`,
    ],
    ['sales', 'to', `reassignPortfolio(from: "${other}", to: "${id}") { id }`],
    [
      'touchpoints',
      'input.employeeId',
      `recordTouchpoint(input: { ${who}, channel: PHONE, direction: INBOUND, kind: CONTACT, department: SALES, summary: "S", employeeId: "${id}" }) { id }`,
    ],
    [
      'feedback',
      'input.employeeId',
      `recordEmployeeSurvey(input: { employeeId: "${id}", kind: ENPS, score: 9, period: "2026" }) { id }`,
    ],
  ] as const;
}

/** Gives an employee one of everything that can be held; the ids. */
async function giveEverything(id: string) {
  const [customerId, second] = [await customer(), await customer()];
  const who = `customerId: "${customerId}"`;
  const open = `openCase(input: { ${who}, subject: "S", kind: PROBLEM, channel: EMAIL, assigneeId: "${id}" }) { id }`;
  const over = await write('service', open);
  await write('service', `resolveCase(id: "${over.id}", resolution: "Done") { id }`);
  const waiting = await write('service', open);
  await write(
    'service',
    `replyToCase(caseId: "${waiting.id}", input: { body: "B", employeeId: "${id}", awaitingCustomer: true }) { id }`,
  );
  const kept = await write(
    'service',
    `makePromise(input: { ${who}, what: "K", dueAt: "${DUE}", employeeId: "${id}" }) { id }`,
  );
  await write('service', `keepPromise(id: "${kept.id}") { id }`);
  const promise = await write(
    'service',
    `makePromise(input: { ${who}, what: "W", dueAt: "${DUE}", employeeId: "${id}" }) { id }`,
  );
  await write('sales', `assignAccount(${who}, ownerId: "${id}") { version }`);
  await write('sales', `assignAccount(customerId: "${second}", ownerId: "${id}") { version }`);
  const lead = await write('sales', `captureLead(input: { name: "N", source: WEB, ownerId: "${id}" }) { id }`);
  const bad = await write('sales', `captureLead(input: { name: "N", source: WEB, ownerId: "${id}" }) { id }`);
  await write('sales', `qualifyLead(id: "${bad.id}", input: { status: DISQUALIFIED, disqualifiedReason: "R" }) { id }`);
  const opportunity = await write('sales', `openOpportunity(input: { ${who}, name: "N", ownerId: "${id}" }) { id }`);
  const lost = await write('sales', `openOpportunity(input: { ${who}, name: "L", ownerId: "${id}" }) { id }`);
  await write('sales', `moveOpportunity(id: "${lost.id}", stage: LOST, lostReason: "R", employeeId: "${id}") { id }`);
  const activity = await write(
    'sales',
    `logActivity(input: { ${who}, kind: CALL, subject: "S", occurredAt: "${YESTERDAY}", employeeId: "${id}", nextStep: { description: "D", dueAt: "${DUE}" } }) { id }`,
  );
  return {
    customerId,
    second,
    over,
    open: await write('service', open),
    waiting,
    kept,
    promise,
    lead,
    bad,
    opportunity,
    lost,
    activity,
  };
}
type Given = Awaited<ReturnType<typeof giveEverything>>;

const idOf = (one: Untyped): string | null => one?.id ?? null;

/** Who holds each of them. */
async function holders(given: Given): Promise<Untyped> {
  const ask = `query ($r: [_Any!]!) { _entities(representations: $r) {
    ... on Case { assignee { id } } ... on Promise { employee { id } } } }`;
  const { _entities } = await graph.ask('service', ask, {
    r: [given.open, given.waiting, given.over]
      .map(({ id }) => ({ __typename: 'Case', id }))
      .concat([given.promise, given.kept].map(({ id }) => ({ __typename: 'Promise', id }))),
  });
  const [open, waiting, over, promise, kept] = _entities.map(
    (one: Untyped) => (one.assignee ?? one.employee)?.id ?? null,
  );
  const inSales = await graph.ask(
    'sales',
    `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Lead { owner { id } } ... on Opportunity { owner { id } }
      ... on Activity { employee { id } nextStep { owner { id } } } ... on Customer { owner { id } } } }`,
    {
      r: [
        { __typename: 'Lead', id: given.lead.id },
        { __typename: 'Opportunity', id: given.opportunity.id },
        { __typename: 'Opportunity', id: given.lost.id },
        { __typename: 'Activity', id: given.activity.id },
        { __typename: 'Customer', id: given.customerId },
        { __typename: 'Customer', id: given.second },
      ],
    },
  );
  const [lead, opportunity, lost, activity, account, second] = inSales._entities;
  return {
    held: [
      open,
      waiting,
      promise,
      idOf(lead.owner),
      idOf(opportunity.owner),
      idOf(activity.nextStep.owner),
      idOf(account.owner),
      idOf(second.owner),
    ],
    history: [over, kept, idOf(lost.owner), idOf(activity.employee)],
  };
}

const all = (id: string | null, count: number): (string | null)[] => Array<string | null>(count).fill(id);

const HANDOVERS = `query ($id: ID!) { handovers(filter: { fromId: $id }) { nodes {
  to { id } accountCount opportunityCount nextStepCount leadCount } } }`;
const EVERYTHING = { accountCount: 2, opportunityCount: 1, nextStepCount: 1, leadCount: 1 };

/** Who holds what there is of it in sales. */
const inSales = async (given: Given): Promise<Untyped[]> => (await holders(given)).held.slice(3);

describe('who leaves', () => {
  it('holds nothing any more, and what they did stays theirs', async () => {
    const id = await employee();
    const given = await giveEverything(id);
    expect(await holders(given)).toEqual({ held: all(id, 8), history: all(id, 4) });
    await leave(id);
    expect(await holders(given)).toEqual({ held: all(null, 8), history: all(id, 4) });
    const { handovers } = await graph.ask('sales', HANDOVERS, { id });
    expect(handovers.nodes).toEqual([{ to: null, ...EVERYTHING }]);

    // What was over is taken up again: by nobody.
    const reopened = await write('service', `reopenCase(id: "${given.over.id}", reason: "R") { assignee { id } }`);
    expect(reopened.assignee).toBeNull();
    const again = await write(
      'sales',
      `qualifyLead(id: "${given.bad.id}", input: { status: WORKING }) { owner { id } }`,
    );
    expect(again.owner).toBeNull();
    // They come back: what was given up stays so.
    await write('identity', `updateEmployee(id: "${id}", input: { active: true }) { id }`);
    await allSettled();
    expect((await holders(given)).held).toEqual(all(null, 8));
    await write('service', `assignCase(id: "${given.open.id}", assigneeId: "${id}") { id }`);
  });

  it('can be given nothing', async () => {
    const [id, other] = [await employee(), await employee()];
    const customerId = await customer();
    const { id: caseId } = await write(
      'service',
      `openCase(input: { customerId: "${customerId}", subject: "S", kind: PROBLEM, channel: EMAIL }) { id }`,
    );
    const { id: leadId } = await write('sales', 'captureLead(input: { name: "N", source: WEB }) { id }');
    const unknown = uuid();
    await leave(id);
    for (const who of [id, unknown]) {
      for (const [subgraph, argument, call] of givings(who, customerId, caseId, leadId, other)) {
        expect([call, await refused(subgraph, call)]).toEqual([
          call,
          expect.objectContaining({
            code: 'BAD_USER_INPUT',
            argument,
            message: expect.stringContaining(`Employee ${who}`),
          }),
        ]);
      }
    }
    for (const [subgraph, , call] of givings(other, customerId, caseId, leadId, id)) {
      if (!/^(grantGoodwill|closeLoop|moveOpportunity)/.test(call)) await write(subgraph, call);
    }
  });

  it('leaves a portfolio that somebody takes over, before or afterwards', async () => {
    const [leaver, heir] = [await employee(), await employee()];
    const [before, after] = [await giveEverything(leaver), await employee()];
    await write('sales', `reassignPortfolio(from: "${leaver}", to: "${after}") { id }`);
    await leave(leaver);
    expect(await inSales(before)).toEqual(all(after, 5));

    await leave(after);
    expect(await inSales(before)).toEqual(all(null, 5));
    // One of it found somebody meanwhile.
    const third = await employee();
    await write('sales', `assignAccount(customerId: "${before.second}", ownerId: "${third}") { version }`);
    const handover = await write(
      'sales',
      `reassignPortfolio(from: "${after}", to: "${heir}") { accountCount opportunityCount nextStepCount leadCount }`,
    );
    expect(handover).toEqual({ ...EVERYTHING, accountCount: 1 });
    expect(await inSales(before)).toEqual([...all(heir, 4), third]);
  });

  it('leaves to a successor nothing that somebody else had afterwards, and left', async () => {
    const [first, last, heir, other] = [await employee(), await employee(), await employee(), await employee()];
    const given = await giveEverything(first);
    await leave(first);
    await write('sales', `qualifyLead(id: "${given.lead.id}", input: { status: WORKING, ownerId: "${last}" }) { id }`);
    await write('sales', `assignAccount(customerId: "${given.customerId}", ownerId: "${last}") { version }`);
    await leave(last);
    const take = (from: string, to: string) =>
      write(
        'sales',
        `reassignPortfolio(from: "${from}", to: "${to}") { accountCount opportunityCount nextStepCount leadCount }`,
      );
    expect(await take(first, heir)).toEqual({ ...EVERYTHING, accountCount: 1, leadCount: 0 });
    expect(await inSales(given)).toEqual([null, heir, heir, null, heir]);
    expect(await take(last, other)).toEqual({ accountCount: 1, opportunityCount: 0, nextStepCount: 0, leadCount: 1 });
    expect(await inSales(given)).toEqual([other, heir, heir, other, heir]);
  });

  it('holds nothing of what is given at the same moment', async () => {
    const id = await employee();
    const customerId = await customer();
    const cases = await Promise.all(
      Array.from({ length: 12 }, () =>
        write(
          'service',
          `openCase(input: { customerId: "${customerId}", subject: "S", kind: PROBLEM, channel: EMAIL }) { id }`,
        ),
      ),
    );
    const assign = cases.map((one: Untyped) =>
      askSubgraph(
        'service',
        graph.urls.service ?? '',
        `mutation { assignCase(id: "${one.id}", assigneeId: "${id}") { id } }`,
      ),
    );
    await Promise.all([...assign, write('identity', `updateEmployee(id: "${id}", input: { active: false }) { id }`)]);
    await allSettled();
    expect(await graph.sql('SELECT id FROM service.service_case WHERE assignee_id = $1', [id])).toEqual([]);
  });

  it('waits for who is giving them something, and takes that back', async () => {
    const id = await employee();
    const customerId = await customer();
    const { id: caseId } = await write(
      'service',
      `openCase(input: { customerId: "${customerId}", subject: "S", kind: PROBLEM, channel: EMAIL }) { id }`,
    );
    // Somebody holds the case, so that whoever assigns it stands in the middle of that.
    const holder = new Client({ connectionString: graph.databaseUrl });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM service.service_case WHERE id = $1 FOR UPDATE', [caseId]);
    const assigned = write('service', `assignCase(id: "${caseId}", assigneeId: "${id}") { assignee { id } }`);
    const waiting = (mode: string) =>
      graph.sql(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE $1`,
        [mode],
      );
    await waitUntil(async () => (await waiting('SELECT "Case"%')).length > 0);
    await write('identity', `updateEmployee(id: "${id}", input: { active: false }) { id }`);
    await waitUntil(async () => (await waiting('%INSERT INTO employee_copy%')).length > 0);
    await holder.end();
    expect((await assigned).assignee.id).toBe(id);
    await allSettled();
    expect(await graph.sql('SELECT assignee_id FROM service.service_case WHERE id = $1', [caseId])).toEqual([
      { assignee_id: null },
    ]);
  });

  it('may grant no goodwill, and is not named among those who may', async () => {
    const [id, other] = [await employee(), await employee()];
    for (const [who, limit] of [
      [id, '900'],
      [other, '950'],
    ] as const) {
      await write(
        'service',
        `setGoodwillAuthority(input: { employeeId: "${who}", limit: { amount: "${limit}", currency: "CHF" } }) { id }`,
      );
    }
    const third = await employee();
    const call = `grantGoodwill(input: { customerId: "${await customer()}", amount: { amount: "800", currency: "CHF" }, reason: "R", employeeId: "${third}" }) { id }`;
    const named = async () =>
      ((await refused('service', call)) as Untyped).mayGrant.map((one: Untyped) => one.employeeId);
    expect(await named()).toEqual([id, other]);
    await leave(id);
    expect(await named()).toEqual([other]);
  });
});

const goodwill = (customerId: string, employeeId?: string) =>
  `grantGoodwill(input: { customerId: "${customerId}", amount: { amount: "250", currency: "EUR" }, reason: "R"
    ${employeeId ? `employeeId: "${employeeId}"` : ''} }) { employee { id } }`;
const give = (id: string, subject: string) => `updateEmployee(id: "${id}", input: { subject: ${subject} }) { subject }`;

describe('who signs in', () => {
  const AGENT = [
    SCOPES.readCustomers,
    SCOPES.writeService,
    SCOPES.writeSales,
    SCOPES.writeFeedback,
    SCOPES.writeTouchpoints,
  ];
  it('grants goodwill as the employee that they are, and not as another', async () => {
    const [hannah, luc] = [await employee('subject: "auth0|hannah"'), await employee('subject: "auth0|luc"')];
    for (const id of [hannah, luc]) {
      await write(
        'service',
        `setGoodwillAuthority(input: { employeeId: "${id}", limit: { amount: "250", currency: "EUR" } }) { id }`,
      );
    }
    const customerId = await customer();
    const asHannah: Caller = { subject: 'auth0|hannah', scopes: AGENT };
    expect(await write('service', goodwill(customerId, hannah), asHannah)).toEqual({ employee: { id: hannah } });
    const asOther = await refused('service', goodwill(customerId, luc), asHannah);
    expect(asOther).toMatchObject({ code: 'FORBIDDEN', argument: 'input.employeeId', requiredScopes: [['staff:act']] });
    expect(asOther.message).toContain('"staff:act"');
    // Nor again as herself, whether she says so or not.
    for (const again of [hannah, undefined]) {
      expect(await refused('service', goodwill(customerId, again), asHannah)).toMatchObject({
        argument: 'input.amount',
      });
    }
    expect(await write('service', goodwill(customerId), { subject: 'auth0|luc', scopes: AGENT })).toEqual({
      employee: { id: luc },
    });
  });

  it('is who did it, wherever it is written down; an application that is nobody needs the scope to name somebody', async () => {
    const id = await employee('subject: "me"');
    const me: Caller = { subject: 'me', scopes: AGENT };
    const customerId = await customer();
    const who = `customerId: "${customerId}"`;
    const promise = `makePromise(input: { ${who}, what: "W", dueAt: "${DUE}" NAMED }) { employee { id } }`;
    const activity = `logActivity(input: { ${who}, kind: CALL, subject: "S" NAMED }) { employee { id } }`;
    const spend = `setCategorySpend(input: { ${who}, year: ${new Date().getUTCFullYear()}, amount: { amount: "1", currency: "EUR" } NAMED }) { employee { id } }`;
    const touchpoint = `recordTouchpoint(input: { ${who}, channel: PHONE, direction: INBOUND, kind: CONTACT, department: SALES, summary: "S" NAMED }) { employee { id } }`;
    const shop: Caller = { subject: 'shop', scopes: AGENT };
    const importer: Caller = { subject: 'importer', scopes: [...AGENT, SCOPES.actForStaff] };
    for (const [subgraph, call] of [
      ['service', promise],
      ['sales', activity],
      ['sales', spend],
      ['touchpoints', touchpoint],
    ] as const) {
      const unnamed = call.replace('NAMED', '');
      const named = call.replace('NAMED', `employeeId: "${id}"`);
      const nobody = call === touchpoint ? { employee: null } : { employee: { id } };
      expect([call, await write(subgraph, unnamed, me)]).toEqual([call, nobody]);
      expect(await write(subgraph, named, me)).toEqual({ employee: { id } });
      expect(await write(subgraph, unnamed, shop)).toEqual({ employee: null });
      expect(await refused(subgraph, named, shop)).toMatchObject({ code: 'FORBIDDEN', argument: 'input.employeeId' });
      expect(await write(subgraph, named, importer)).toEqual({ employee: { id } });
    }
    const survey = 'recordEmployeeSurvey(input: { kind: ENPS, score: 9, period: "2026" }) { employee { id } }';
    expect(await write('feedback', survey, me)).toEqual({ employee: { id } });
    expect(await refused('feedback', survey, shop)).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'input.employeeId',
    });
    // A customer's words that an employee enters are the customer's.
    const { id: caseId } = await write(
      'service',
      `openCase(input: { ${who}, subject: "S", kind: PROBLEM, channel: EMAIL }) { id }`,
      me,
    );
    const reply = await write(
      'service',
      `replyToCase(caseId: "${caseId}", input: { body: "B" }) { firstRespondedAt }`,
      me,
    );
    expect(reply.firstRespondedAt).toBeNull();

    await leave(id);
    expect(await refused('service', promise.replace('NAMED', ''), me)).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'input.employeeId',
    });
  });

  it('is one employee: a subject is taken once, goes from one to another, and can be taken away', async () => {
    const [first, second] = [await employee('subject: "shared"'), await employee()];
    const taken = { code: 'BAD_USER_INPUT', argument: 'input.subject' };
    expect(await refused('identity', give(second, '"shared"'))).toMatchObject(taken);
    expect(await refused('identity', 'createEmployee(input: { name: "N", subject: "shared" }) { id }')).toMatchObject(
      taken,
    );
    await write('identity', give(first, 'null'));
    expect(await write('identity', give(second, '"shared"'))).toEqual({ subject: 'shared' });
    await allSettled();
    const call = `makePromise(input: { customerId: "${await customer()}", what: "W", dueAt: "${DUE}" }) { employee { id } }`;
    expect(await write('service', call, { subject: 'shared', scopes: AGENT })).toEqual({ employee: { id: second } });
  });
});

const copyOf = (schema: string) =>
  graph.sql(`SELECT id, name, team, active, subject, version FROM ${schema}.employee_copy ORDER BY id`);
const truth = () => graph.sql('SELECT id, name, team, active, subject, version FROM identity.employee ORDER BY id');

describe('the copy of employees', () => {
  it('says in every subgraph what identity says, whoever changes it', async () => {
    const id = await employee('team: "North", subject: "copied"');
    await graph.sql(
      `INSERT INTO identity.employee (id, name, team, active) SELECT gen_random_uuid(), 'N ' || n, 'North', true FROM generate_series(1, 1500) AS n`,
    );
    const [team] = await graph.sql(`SELECT id FROM identity.team WHERE name = 'North'`);
    await allSettled();
    await write('identity', `renameTeam(id: "${team.id}", name: "South") { id }`);
    await write('identity', `updateEmployee(id: "${id}", input: { name: "Hannah Neu", active: false }) { id }`);
    await allSettled();
    const expected = await truth();
    expect(expected.filter((one: Untyped) => one.team === 'South')).toHaveLength(1501);
    for (const schema of COPIES) expect([schema, await copyOf(schema)]).toEqual([schema, expected]);
    // 1501 of a team that was renamed in two events, and none is larger than it may be.
    const events = await graph.sql(
      `SELECT jsonb_array_length(event->'data'->'employees') AS n FROM event_bus.log WHERE name = 'customer360.employee.changed' ORDER BY sequence`,
    );
    expect(events.slice(-3).map(({ n }: Untyped) => n)).toEqual([1000, 501, 1]);
    expect(await graph.sql(`SELECT FROM service.dead_letter`)).toEqual([]);
  });

  it('is whole in a subgraph that is new, long after the events of the beginning are gone', async () => {
    await graph.sql(`UPDATE identity.employee SET told_at = now() - interval '2 days'`);
    await graph.sql(`DELETE FROM event_bus.log WHERE name = 'customer360.employee.changed'`);
    const dataSource = await createDataSource(identity, { url: graph.databaseUrl, poolSize: 1 }).initialize();
    const expected = await truth();
    expect(await retellEmployees.run(dataSource, () => ({}) as never)).toBe(expected.length);
    expect(await retellEmployees.run(dataSource, () => ({}) as never)).toBe(0);
    await dataSource.destroy();
    await allSettled();
    const config = {
      databaseUrl: graph.databaseUrl,
      host: '127.0.0.1',
      port: 0,
      identityUrl: graph.urls.identity ?? '',
      poolSize: 4,
      signingKeys: [TEST_SIGNING_KEY],
    };
    const loyalty = await startSubgraph({ ...feedback, name: 'loyalty' }, config, pino({ level: 'silent' }));
    await waitUntil(async () => (await copyOf('loyalty')).length === expected.length);
    await loyalty.stop();
    expect(await copyOf('loyalty')).toEqual(expected);
  });
});

describe('on a database of its own', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('the newest of each employee holds, in whatever order and however often it comes', async () => {
    await migrateSubgraph(service, database.url);
    const dataSource = await createDataSource(service, { url: database.url, poolSize: 1 }).initialize();
    const ids = [uuid(), uuid(), uuid()];
    const state = fc.record({
      name: fc.string({ maxLength: 5 }).filter((name) => !name.includes('\0')),
      active: fc.boolean(),
    });
    const consumer = employeeChanges(service.release);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(2), state), { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        async (changes, keys) => {
          await dataSource.query('TRUNCATE employee_copy');
          const versions = new Map<string, EmployeeChanged['employees'][number]>();
          const events = changes.map(([index, said]) => {
            const id = ids[index] ?? '';
            const known = { id, ...said, team: null, subject: null, version: (versions.get(id)?.version ?? 0) + 1 };
            versions.set(id, known);
            return { type: employeeChanged.type, data: { employees: [known] } };
          });
          const order = [...events, ...events]
            .map((event) => ({ event, key: keys.next().value as number }))
            .sort((a, b) => a.key - b.key);
          for (const { event } of order)
            await dataSource.transaction((manager) => consumer.handle([event as never], manager));
          const copy = await dataSource.query(
            'SELECT id, name, active, team, subject, version FROM employee_copy ORDER BY id',
          );
          expect(copy).toEqual([...versions.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
        },
      ),
      { numRuns: 50 },
    );
    await dataSource.destroy();
  });

  it('the migration tells of all who are there, and whoever left holds nothing after it', async () => {
    const before = identity.migrations.filter(({ name }) => Number(name.slice(-13)) < 1764400000000);
    await migrate({ ...identity, migrations: before }, database.url);
    const dataSource = await createDataSource(identity, { url: database.url, poolSize: 1 }).initialize();
    const [gone, here, caseId] = [uuid(), uuid(), uuid()];
    await dataSource.query(
      `INSERT INTO employee (id, name, team, active) VALUES ($1, 'Gone', 'North', false), ($2, 'Here', NULL, true)`,
      [gone, here],
    );
    await migrateSubgraph(identity, database.url);
    const rows = await dataSource.query<{ event: { type: string; data: unknown } }[]>('SELECT event FROM outbox');
    await dataSource.destroy();
    expect(rows.map(({ event }) => event.type)).toEqual([employeeChanged.type]);
    const { employees } = employeeChanged.data.parse(rows[0]?.event.data);
    const common = { subject: null, version: 1 };
    expect(employees).toEqual([
      { id: gone, name: 'Gone', team: 'North', active: false, ...common },
      { id: here, name: 'Here', team: null, active: true, ...common },
    ]);

    const own = await createDataSource(service, { url: database.url, poolSize: 1 }).initialize();
    await own.query(
      `INSERT INTO service_case (id, customer_id, subject, kind, channel, opened_at, first_response_due_at, resolution_due_at, assignee_id)
       VALUES ($1, gen_random_uuid(), 'S', 'PROBLEM', 'EMAIL', now(), now(), now(), $2), (gen_random_uuid(), gen_random_uuid(), 'S', 'PROBLEM', 'EMAIL', now(), now(), now(), $3)`,
      [caseId, gone, here],
    );
    await own.transaction((manager) =>
      employeeChanges(service.release).handle([{ data: { employees } } as never], manager),
    );
    expect(await own.query('SELECT id, assignee_id FROM service_case ORDER BY assignee_id NULLS FIRST')).toEqual([
      { id: caseId, assignee_id: null },
      expect.objectContaining({ assignee_id: here }),
    ]);
    await own.destroy();
  });
});
