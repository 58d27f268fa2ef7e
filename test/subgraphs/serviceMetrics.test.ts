import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Big } from 'big.js';
import fc from 'fast-check';
import { v7 as uuid } from 'uuid';
import { Case } from '../../subgraphs/service/entities/Case.js';
import { service } from '../../subgraphs/service/subgraph.js';
import { startTestSubgraph } from '../support/startTestSubgraph.js';

let subgraph: Awaited<ReturnType<typeof startTestSubgraph>>;
beforeAll(async () => {
  subgraph = await startTestSubgraph(service);
});
afterAll(() => subgraph.stop());

const OPENED = Date.parse('2026-01-05T08:00:00Z');
/** Two due moments long past or far ahead, so that the moment at which the test runs decides nothing. */
const FAR = Date.parse('2126-01-05T08:00:00Z');

/** A row as the recomputation sees it: times in milliseconds since it was opened. */
interface Told {
  readonly customer: number;
  readonly kind: 'QUESTION' | 'COMPLAINT';
  readonly answered: number | null;
  readonly ended: { readonly after: number; readonly closed: boolean } | null;
  readonly waitingAfter: number | null;
  readonly waitedSeconds: string;
  readonly firstDue: number;
  readonly due: number;
}

const CUSTOMERS = 4;
const duration = fc.integer({ min: 0, max: 20 * 86_400_000 });
// Few values, so that moments fall together and what comes on the dot is met.
const moment = fc.oneof(duration, fc.constantFrom(0, 1, 1000, 3_600_000));
const told: fc.Arbitrary<Told> = fc.record({
  customer: fc.integer({ min: 0, max: CUSTOMERS - 2 }),
  kind: fc.constantFrom('QUESTION' as const, 'COMPLAINT' as const),
  answered: fc.option(moment),
  ended: fc.option(fc.record({ after: moment, closed: fc.boolean() })),
  waitingAfter: fc.option(moment),
  waitedSeconds: fc.nat(10_000_000).map((thousandths) => (thousandths / 1000).toFixed(3)),
  firstDue: fc.oneof(moment, fc.constant(FAR - OPENED)),
  due: fc.oneof(moment, fc.constant(FAR - OPENED)),
});

/** So many milliseconds after the opening. */
const at = (milliseconds: number) => new Date(OPENED + milliseconds);

function toRow(row: Told, customerId: string): Partial<Case> {
  const status = row.ended ? (row.ended.closed ? 'CLOSED' : 'RESOLVED') : null;
  return {
    id: uuid(),
    customerId,
    subject: 'S',
    kind: row.kind,
    channel: 'PHONE',
    priority: 'NORMAL',
    status: status ?? (row.waitingAfter === null ? 'OPEN' : 'AWAITING_CUSTOMER'),
    openedAt: at(0),
    firstRespondedAt: row.answered === null ? null : at(row.answered),
    resolvedAt: row.ended ? at(row.ended.after) : null,
    waitingSince: row.ended || row.waitingAfter === null ? null : at(row.waitingAfter),
    waitedSeconds: row.waitedSeconds,
    firstResponseDueAt: at(row.firstDue),
    resolutionDueAt: at(row.due),
  };
}

/** Whether a case broke its agreement: any of two deadlines was passed by what met it, or by the clock. */
function isMissed({ answered, ended, waitingAfter, firstDue, due }: Told): boolean {
  const clock = ended ? ended.after : (waitingAfter ?? Date.now() - OPENED);
  const [answer] = [answered, clock].filter((time) => time !== null);
  return [
    [answer ?? clock, firstDue],
    [clock, due],
  ].some(([time = 0, limit = 0]) => time > limit);
}

function mean(sum: Big, count: number): number | null {
  // The sum is exact; only the last division is a float's.
  return count === 0 ? null : sum.toNumber() / count;
}

/** The metrics of one customer, from the rows, in thousandths of seconds. */
function recomputed(rows: readonly Told[]) {
  let [live, complaints, answered, resolved, met, missed, undecided] = [0, 0, 0, 0, 0, 0, 0];
  let [response, work] = [new Big(0), new Big(0)];
  for (const row of rows) {
    if (row.ended === null) live += 1;
    if (row.kind === 'COMPLAINT') complaints += 1;
    if (row.answered !== null) {
      answered += 1;
      response = response.plus(row.answered);
    }
    if (row.ended !== null) {
      resolved += 1;
      work = work.plus(row.ended.after).minus(new Big(row.waitedSeconds).times(1000));
    }
    if (isMissed(row)) missed += 1;
    else if (row.ended) met += 1;
    else undecided += 1;
  }
  return {
    openCaseCount: live,
    complaintCount: complaints,
    averageFirstResponse: [mean(response.div(1000), answered), answered],
    averageTimeToResolve: [mean(work.div(1000), resolved), resolved],
    slaCompliance: [mean(new Big(met), met + missed), met + missed],
    decided: { met, missed, undecided },
  };
}

describe('the metrics of cases', () => {
  it('are what one recomputes from the rows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(told, { maxLength: 30 }), async (rows) => {
        const ids = Array.from({ length: CUSTOMERS }, () => uuid());
        const inserted = rows.map((row) => toRow(row, ids[row.customer] ?? ''));
        if (inserted.length > 0) await subgraph.database.dataSource.manager.insert(Case, inserted);
        const entities = await subgraph.entities(
          'Customer',
          ids,
          `openCaseCount { value explain { n } } complaintCount { value explain { n } }
           averageFirstResponse { seconds explain { n } } averageTimeToResolve { seconds explain { n } }
           slaCompliance { value explain { n inputs { name value } } }
           cases(first: 100) { nodes { id timeToResolve { seconds } sla { breached } } }`,
        );
        ids.forEach((_, customer) => {
          const ofCustomer = rows.filter((row) => row.customer === customer);
          const expected = recomputed(ofCustomer);
          const entity = entities[customer];
          expect(entity.openCaseCount).toEqual({
            value: expected.openCaseCount,
            explain: { n: expected.openCaseCount },
          });
          expect(entity.complaintCount.value).toBe(expected.complaintCount);
          for (const name of ['averageFirstResponse', 'averageTimeToResolve', 'slaCompliance'] as const) {
            const { seconds, value = seconds, explain } = entity[name];
            const [number, n] = expected[name];
            expect([name, explain.n]).toEqual([name, n]);
            expect([name, value]).toEqual([name, number]);
          }
          const inputs = entity.slaCompliance.explain.inputs as { name: string; value: string }[];
          expect(Object.fromEntries(inputs.map(({ name, value }) => [name, Number(value)]))).toEqual(expected.decided);
        });
        const cases = new Map(
          entities.flatMap(({ cases: { nodes } }) => nodes).map((node: { id: string }) => [node.id, node]),
        );
        rows.forEach((row, index) => {
          const seconds = row.ended ? new Big(row.ended.after).div(1000).minus(row.waitedSeconds).toNumber() : null;
          const sla = { breached: isMissed(row) };
          expect(cases.get(inserted[index]?.id ?? '')).toMatchObject({ timeToResolve: { seconds }, sla });
        });
      }),
      { numRuns: 25 },
    );
  });

  it('count the cases of an employee that are not over', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(told, { maxLength: 20 }), async (rows) => {
        const employees = Array.from({ length: CUSTOMERS }, () => uuid());
        const inserted = rows.map((row) => ({ ...toRow(row, uuid()), assigneeId: employees[row.customer] ?? null }));
        if (inserted.length > 0) await subgraph.database.dataSource.manager.insert(Case, inserted);
        const found = await subgraph.entities('Employee', employees, 'assignedCaseCount { value explain { n } }');
        const expected = employees.map((_, employee) => {
          const n = rows.filter((row) => row.customer === employee && row.ended === null).length;
          return { assignedCaseCount: { value: n, explain: { n } } };
        });
        expect(found).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });
});
