import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuid } from 'uuid';
import { Employee } from '../../subgraphs/identity/entities/Employee.js';
import { addBusinessTime, businessTimeBetween, type BusinessCalendar } from '../../subgraphs/service/businessTime.js';
import { CaseQueueFilter } from '../../subgraphs/service/caseQueue.js';
import { Case } from '../../subgraphs/service/entities/Case.js';
import { serviceSettings } from '../../subgraphs/service/serviceSettings.js';
import { service } from '../../subgraphs/service/subgraph.js';
import { planOf } from '../support/planOf.js';
import { startTestSubgraph } from '../support/startTestSubgraph.js';
import { untilEmployeesKnown } from '../support/untilEmployeesKnown.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Weekday, day and minute of day of a moment, by Intl: no arithmetic of ours. */
function wallClock(timeZone: string): (moment: number) => { weekday: number; day: string; minute: number } {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (moment) => {
    const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
    return {
      weekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(parts.weekday?.slice(0, 3) ?? '') + 1,
      day: `${parts.year}-${parts.month}-${parts.day}`,
      minute: Number(parts.hour) * 60 + Number(parts.minute),
    };
  };
}

/** Whether the minute that begins at a moment is a business minute. */
function isBusiness(calendar: BusinessCalendar): (moment: number) => boolean {
  const read = wallClock(calendar.timeZone);
  return (moment) => {
    const { weekday, day, minute } = read(moment);
    return (
      calendar.days.has(weekday) &&
      !calendar.holidays.has(day) &&
      minute >= calendar.opensAt &&
      minute < calendar.closesAt
    );
  };
}

describe('business time', () => {
  /** Zones that change their clocks by an hour, by half of one, at midnight and not at all; one that skipped a day. */
  const ZONES = [
    ['Europe/Vienna', '2026-03-26T00:00:00Z'],
    ['Europe/Vienna', '2026-10-22T00:00:00Z'],
    ['America/New_York', '2026-03-06T00:00:00Z'],
    ['America/Havana', '2025-11-01T00:00:00Z'],
    ['America/Havana', '2026-03-06T00:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-03T00:00:00Z'],
    ['Asia/Kathmandu', '2026-05-01T00:00:00Z'],
    ['Pacific/Apia', '2011-12-28T00:00:00Z'],
  ] as const;

  const cases = fc
    .record({
      zone: fc.constantFrom(...ZONES),
      days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 3 }),
      // Opening and closing times stay clear of the hours in which clocks change; midnight itself does not.
      opensAt: fc.constantFrom(0, 8 * 60, 9 * 60 + 30),
      closesAt: fc.constantFrom(12 * 60, 17 * 60 + 15, 1440),
      holiday: fc.integer({ min: 0, max: 4 }),
      startMinute: fc.integer({ min: 0, max: 4 * 1440 }),
      minutes: fc.integer({ min: 0, max: 2000 }),
    })
    .map(({ zone: [timeZone, from], days, opensAt, closesAt, holiday, startMinute, minutes }) => {
      const begin = Date.parse(from);
      const holidays = new Set([new Date(begin + holiday * 24 * HOUR).toISOString().slice(0, 10)]);
      const calendar: BusinessCalendar = { days: new Set(days), opensAt, closesAt, timeZone, holidays };
      return { calendar, start: begin + startMinute * MINUTE, minutes };
    });

  it('is added as if one counted minute by minute', () => {
    fc.assert(
      fc.property(cases, ({ calendar, start, minutes }) => {
        const counts = isBusiness(calendar);
        let moment = start;
        for (let left = minutes; left > 0; moment += MINUTE) if (counts(moment)) left -= 1;
        const after = addBusinessTime(calendar, new Date(start), minutes * MINUTE);
        expect(after.toISOString()).toBe(new Date(moment).toISOString());
      }),
      { numRuns: 25 },
    );
  });

  it('between two moments is as many minutes as one counts', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: -100, max: 6000 }), ({ calendar, start }, minutes) => {
        const counts = isBusiness(calendar);
        let expected = 0;
        for (let i = 0; i < minutes; i += 1) if (counts(start + i * MINUTE)) expected += 1;
        const end = new Date(start + minutes * MINUTE);
        expect(businessTimeBetween(calendar, new Date(start), end)).toBe(expected * MINUTE);
      }),
      { numRuns: 25 },
    );
  });

  it('that was added lies between, whatever the milliseconds', () => {
    fc.assert(
      fc.property(cases, fc.nat(200 * HOUR), ({ calendar, start }, milliseconds) => {
        const from = new Date(start);
        expect(businessTimeBetween(calendar, from, addBusinessTime(calendar, from, milliseconds))).toBe(milliseconds);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the settings', () => {
  it('are Monday to Friday, nine to five UTC, unless told otherwise', () => {
    expect(serviceSettings.read({})).toEqual({
      calendar: { days: new Set([1, 2, 3, 4, 5]), opensAt: 540, closesAt: 1020, timeZone: 'UTC', holidays: new Set() },
      reopenDays: 30,
      dueSoonHours: 4,
    });
    const set = serviceSettings.read({
      SERVICE_BUSINESS_DAYS: 'SA, SU',
      SERVICE_BUSINESS_HOURS: '00:00-24:00',
      SERVICE_TIME_ZONE: 'Asia/Tokyo',
      SERVICE_HOLIDAYS: '2026-12-25, 2026-12-26',
      SERVICE_REOPEN_DAYS: '7',
      SERVICE_DUE_SOON_HOURS: '1',
    });
    expect(set).toMatchObject({ calendar: { opensAt: 0, closesAt: 1440, timeZone: 'Asia/Tokyo' }, reopenDays: 7 });
    expect(set.calendar.days).toEqual(new Set([6, 7]));
    expect(set.calendar.holidays.size).toBe(2);
  });

  it.each([
    ['SERVICE_BUSINESS_DAYS', 'MO,XX'],
    ['SERVICE_BUSINESS_DAYS', ''],
    ['SERVICE_BUSINESS_HOURS', '17:00-09:00'],
    ['SERVICE_BUSINESS_HOURS', '9-5'],
    ['SERVICE_TIME_ZONE', 'Mars/Olympus'],
    ['SERVICE_HOLIDAYS', '2026-02-30'],
    ['SERVICE_REOPEN_DAYS', 'many'],
  ])('refuse %s=%j by name', (name, value) => {
    expect(() => serviceSettings.read({ [name]: value })).toThrow(name);
  });
});

/** Makes it this moment, for `Date` alone: timers and sockets go on. */
function itIs(moment: string): void {
  jest.useFakeTimers({
    now: new Date(moment),
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  });
}

describe('the clock of a case', () => {
  const EVA = uuid();
  let subgraph: Awaited<ReturnType<typeof startTestSubgraph>>;
  let customerId: string;
  beforeAll(async () => {
    subgraph = await startTestSubgraph(service, {
      SERVICE_TIME_ZONE: 'Europe/Vienna',
      SERVICE_HOLIDAYS: '2026-04-06',
      SERVICE_DUE_SOON_HOURS: '2',
    });
    const employee = { id: EVA, name: 'Eva', active: true, createdAt: new Date() };
    await subgraph.identity.database.dataSource.manager.insert(Employee, employee);
    await untilEmployeesKnown(subgraph, [EVA]);
    const { data } = await subgraph.identity.ask(
      'mutation { identifyCustomer(input: { displayName: "N", emails: ["n@example.com"] }) { customer { id } } }',
    );
    customerId = data.identifyCustomer.customer.id;
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  afterAll(() => subgraph.stop());

  const STATE = `id status openedAt firstRespondedAt resolvedAt timeToResolve { seconds explain { inputs { name value } n } }
    sla { firstResponseDueAt resolutionDueAt breached breachesAt stoppedSince clock }`;

  async function change(mutation: string) {
    const { data, errors } = await subgraph.ask(`mutation { it: ${mutation} { ${STATE} } }`);
    expect(errors).toBeUndefined();
    return data.it;
  }
  const open = (priority: string) =>
    change(
      `openCase(input: { customerId: "${customerId}", subject: "S", kind: PROBLEM, channel: PHONE, priority: ${priority} })`,
    );
  const reply = (id: string, more = '') => change(`replyToCase(caseId: "${id}", input: { body: "B"${more} })`);
  const read = async (id: string) => (await subgraph.ask(`{ case(id: "${id}") { ${STATE} } }`)).data.case;

  it('runs in business hours: not at night, not at weekends, not on holidays, by the wall clock', async () => {
    // Friday 16:00 in Vienna; the clocks go forward on Sunday, and Monday a week later is Easter Monday.
    itIs('2026-03-27T15:00:00Z');
    expect((await open('URGENT')).sla).toMatchObject({
      firstResponseDueAt: '2026-03-27T16:00:00.000Z',
      resolutionDueAt: '2026-03-30T14:00:00.000Z',
      clock: 'BUSINESS_HOURS',
    });
    itIs('2026-04-03T15:00:00Z');
    expect((await open('HIGH')).sla).toMatchObject({
      firstResponseDueAt: '2026-04-07T11:00:00.000Z',
      resolutionDueAt: '2026-04-08T15:00:00.000Z',
    });
  });

  it('stands still while the customer is awaited, and runs on with what was left', async () => {
    itIs('2026-03-02T08:00:00Z'); // Monday 09:00 in Vienna.
    const { id } = await open('URGENT');
    itIs('2026-03-02T08:30:00Z');
    const asked = await reply(id, `, employeeId: "${EVA}", awaitingCustomer: true`);
    expect(asked.sla).toMatchObject({ stoppedSince: '2026-03-02T08:30:00.000Z', breachesAt: null, breached: false });
    // Long after the case would have been due.
    itIs('2026-03-05T15:00:00Z');
    expect((await read(id)).sla).toMatchObject({ breached: false, breachesAt: null });
    const back = await reply(id);
    // 7.5 of 8 hours were left; Thursday 16:00 + 1 h + 6.5 h on Friday.
    expect(back.sla).toEqual({
      firstResponseDueAt: '2026-03-02T09:00:00.000Z',
      resolutionDueAt: '2026-03-06T14:30:00.000Z',
      breached: false,
      breachesAt: '2026-03-06T14:30:00.000Z',
      stoppedSince: null,
      clock: 'BUSINESS_HOURS',
    });
    itIs('2026-03-06T14:30:00Z');
    expect((await read(id)).sla.breached).toBe(false);
    itIs('2026-03-06T14:30:01Z');
    expect((await read(id)).sla.breached).toBe(true);
    const resolved = await change(`resolveCase(id: "${id}", resolution: "R")`);
    // 4 days 6.5 hours and a second, of which the customer was awaited for 3 days 6.5 hours.
    expect(resolved.timeToResolve).toMatchObject({ seconds: 86_401, explain: { n: 1 } });
    expect(resolved.sla).toMatchObject({ breached: true, breachesAt: null });
  });

  it('stands still while a case is taken for resolved, and when it was resolved while the customer was awaited', async () => {
    itIs('2026-03-02T08:00:00Z');
    const { id } = await open('URGENT');
    itIs('2026-03-02T09:00:00Z');
    await reply(id, `, employeeId: "${EVA}", awaitingCustomer: true`);
    itIs('2026-03-10T09:00:00Z');
    const resolved = await change(`resolveCase(id: "${id}", resolution: "No answer")`);
    expect(resolved).toMatchObject({ timeToResolve: { seconds: 3600 }, sla: { breached: false, stoppedSince: null } });
    itIs('2026-03-16T10:00:00Z');
    const reopened = await change(`reopenCase(id: "${id}", reason: "Again")`);
    // Seven of eight hours are left: Monday 11:00 + 6 h + 1 h on Tuesday.
    expect(reopened.sla).toMatchObject({ resolutionDueAt: '2026-03-17T09:00:00.000Z', breached: false });
    expect(reopened.timeToResolve).toMatchObject({ seconds: null, explain: { n: 0 } });
    itIs('2026-03-16T10:30:00Z');
    expect((await change(`resolveCase(id: "${id}", resolution: "R")`)).timeToResolve.seconds).toBe(5400);
  });

  it('runs on towards the first reply too, when there was none', async () => {
    itIs('2026-03-02T08:00:00Z');
    const { id } = await open('URGENT');
    itIs('2026-03-02T08:30:00Z');
    await change(`resolveCase(id: "${id}", resolution: "R")`);
    itIs('2026-03-04T10:00:00Z');
    expect((await change(`reopenCase(id: "${id}", reason: "Again")`)).sla).toMatchObject({
      firstResponseDueAt: '2026-03-04T10:30:00.000Z',
      breachesAt: '2026-03-04T10:30:00.000Z',
      breached: false,
    });
  });

  it('does not mend what was broken before it stood still', async () => {
    itIs('2026-03-02T08:00:00Z');
    const { id } = await open('URGENT');
    itIs('2026-03-03T12:00:00Z');
    const asked = await reply(id, `, employeeId: "${EVA}", awaitingCustomer: true`);
    expect(asked.sla).toMatchObject({ breached: true, breachesAt: '2026-03-02T09:00:00.000Z' });
    itIs('2026-03-09T12:00:00Z');
    expect((await reply(id)).sla).toMatchObject({ ...asked.sla, stoppedSince: null });
  });

  it('goes on around the clock for a case of before', async () => {
    itIs('2026-03-02T08:00:00Z');
    const id = uuid();
    const [firstResponseDueAt, resolutionDueAt] = [new Date('2026-03-02T16:00:00Z'), new Date('2026-03-05T08:00:00Z')];
    await subgraph.database.dataSource.manager.insert(Case, {
      id,
      customerId,
      subject: 'Old',
      kind: 'QUESTION',
      channel: 'PHONE',
      priority: 'NORMAL',
      status: 'OPEN',
      openedAt: new Date(),
      firstResponseDueAt,
      resolutionDueAt,
    });
    itIs('2026-03-02T09:00:00Z');
    await reply(id, `, employeeId: "${EVA}", awaitingCustomer: true`);
    itIs('2026-03-07T21:00:00Z'); // A Saturday night.
    expect((await reply(id)).sla).toMatchObject({ clock: 'ELAPSED', resolutionDueAt: '2026-03-10T20:00:00.000Z' });
  });

  const planFor = async (work: () => Promise<unknown>) => {
    const [statement = ''] = await subgraph.statements(work);
    return planOf(subgraph.database.dataSource, statement);
  };

  describe('in the queue', () => {
    const QUEUE = `query ($filter: CaseQueueFilter!, $first: Int, $after: String) {
      caseQueue(filter: $filter, first: $first, after: $after) {
        totalCount nodes { id subject status firstRespondedAt assignee { id } escalationLevel sla { breached breachesAt } }
        pageInfo { hasNextPage endCursor }
      }
    }`;

    it('comes in the order in which agreements break, each filter as the cases themselves say', async () => {
      const now = '2026-06-01T10:00:00Z';
      itIs(now);
      const at = (hours: number) => new Date(Date.parse(now) + hours * HOUR);
      const rows: Partial<Case>[] = [];
      for (const assigneeId of [null, EVA]) {
        for (const firstRespondedAt of [null, at(-3), at(-9)]) {
          for (const firstResponseDueAt of [at(-5), at(1), at(2), at(9)]) {
            for (const waitingSince of [null, at(-1)]) {
              rows.push({ assigneeId, firstRespondedAt, firstResponseDueAt, resolutionDueAt: at(-4), waitingSince });
              rows.push({ assigneeId, firstRespondedAt, firstResponseDueAt, resolutionDueAt: at(1.5), waitingSince });
              rows.push({
                assigneeId,
                firstRespondedAt,
                firstResponseDueAt,
                resolutionDueAt: at(50),
                resolvedAt: at(-1),
              });
            }
          }
        }
      }
      const given = { customerId, subject: 'Queued', kind: 'QUESTION', channel: 'PHONE', priority: 'LOW' } as const;
      await subgraph.database.dataSource.manager.insert(
        Case,
        rows.map((row, index) => ({
          ...given,
          ...row,
          id: uuid(),
          openedAt: at(-10),
          status: row.resolvedAt ? 'RESOLVED' : row.waitingSince ? 'AWAITING_CUSTOMER' : 'OPEN',
          ...(index % 5 === 0 ? { escalationLevel: 1, escalatedAt: at(-2) } : {}),
        })),
      );
      interface Queued {
        id: string;
        subject: string;
        status: string;
        firstRespondedAt: string | null;
        assignee: object | null;
        escalationLevel: number;
        sla: { breached: boolean; breachesAt: string | null };
      }
      const { data } = await subgraph.ask(`{ cases(first: 100, filter: { status: OPEN }) { nodes { id } } }`);
      expect(data.cases.nodes.length).toBeGreaterThan(10);
      const walk = async (filter: string) => {
        const nodes: Queued[] = [];
        let totalCount = 0;
        for (let after: string | null = null, more = true; more;) {
          const page = await subgraph.ask(QUEUE, { filter, first: 40, after });
          expect(page.errors).toBeUndefined();
          const queue = page.data.caseQueue;
          nodes.push(...queue.nodes);
          ({ totalCount } = queue);
          ({ hasNextPage: more, endCursor: after } = queue.pageInfo);
        }
        expect(nodes).toHaveLength(totalCount);
        return nodes;
      };
      const all = await walk('ALL');
      expect(all.filter(({ subject }) => subject === 'Queued')).toHaveLength(96);
      const breaks = all.map(({ sla }) => (sla.breachesAt === null ? Infinity : Date.parse(sla.breachesAt)));
      expect(breaks).toEqual(breaks.toSorted((a, b) => (a === b ? 0 : a - b)));
      expect(breaks).toContain(Infinity);
      const soon = (moment: string | null) => moment !== null && Date.parse(moment) <= at(2).getTime();
      const means: Record<CaseQueueFilter, (node: Queued) => boolean> = {
        ALL: () => true,
        UNANSWERED: (node) => node.firstRespondedAt === null,
        UNASSIGNED: (node) => node.assignee === null,
        ESCALATED: (node) => node.escalationLevel > 0,
        DUE_SOON: (node) => !node.sla.breached && soon(node.sla.breachesAt),
        BREACHED: (node) => node.sla.breached,
      };
      for (const [filter, matches] of Object.entries(means)) {
        const expected = all.filter((node) => matches(node));
        expect([filter, expected.length]).not.toEqual([filter, 0]);
        expect([filter, await walk(filter)]).toEqual([filter, expected]);
      }
      const [employee] = await subgraph.entities(
        'Employee',
        [EVA],
        'assignedCaseCount { value explain { n inputs { name value } } } assignedCases(first: 100) { totalCount nodes { id } }',
      );
      const mine = all.filter((node) => node.assignee !== null);
      expect(employee.assignedCaseCount).toMatchObject({ value: mine.length, explain: { n: mine.length } });
      expect(employee.assignedCases.totalCount).toBe(mine.length);
      expect(employee.assignedCases.nodes).toEqual(mine.map((node) => ({ id: node.id })));
    });

    it('has an index for each filter, and for the cases of an employee', async () => {
      const asked = [
        ...Object.keys(CaseQueueFilter).map(
          (filter) => () => subgraph.ask(`{ caseQueue(filter: ${filter}) { nodes { id } } }`),
        ),
        () => subgraph.entities('Employee', [EVA], 'assignedCases { nodes { id } }'),
        () => subgraph.ask('{ promises(filter: { kind: WARRANTY }) { nodes { id } } }'),
      ];
      for (const work of asked) {
        const plan = await planFor(work);
        expect(plan).toContain('Index');
        expect(plan).not.toMatch(/Seq Scan|Sort|Filter/);
      }
    });
  });

  it('is read for fifty employees in as many statements as for one', async () => {
    const ids = [EVA, ...Array.from({ length: 49 }, () => uuid())];
    const selection = `assignedCaseCount { value } goodwillAuthorities { id }
      assignedCases(first: 2) { totalCount nodes { id reopenableUntil statusChanges(first: 1) { totalCount nodes { id } } } }`;
    const one = await subgraph.statements(() => subgraph.entities('Employee', [EVA], selection));
    const fifty = await subgraph.statements(() => subgraph.entities('Employee', ids, selection));
    expect(fifty).toHaveLength(one.length);
    expect(one.length).toBeGreaterThan(0);
    const found = await subgraph.entities(
      'Employee',
      [EVA.toUpperCase(), 'x', uuid()],
      'id assignedCaseCount { value }',
    );
    expect(found).toEqual([
      { id: EVA, assignedCaseCount: { value: expect.any(Number) } },
      null,
      { id: expect.any(String), assignedCaseCount: { value: 0 } },
    ]);
  });
});
