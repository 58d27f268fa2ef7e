import fc from 'fast-check';
import { DEFAULT_LIMITS } from '../../../gateway/limits/limits.js';
import { PlanQueue, type QueuedPlan } from '../../../gateway/engine/plan/PlanQueue.js';
import { OperationRefused } from '../../../gateway/operations/OperationRefused.js';

interface Plan extends QueuedPlan {
  readonly no: number;
}

const plan = (caller: string | undefined, no = 0): Plan => ({ caller, no });

const refusalOf = (act: () => void): OperationRefused => {
  try {
    act();
  } catch (error) {
    if (error instanceof OperationRefused) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

test('each caller gets its turn after one plan of each other, in its own order, and nothing is lost', () => {
  const callers = fc.constantFrom('anna', 'ben', 'eve');
  fc.assert(
    fc.property(fc.array(fc.option(callers), { maxLength: 40 }), (steps) => {
      const queue = new PlanQueue<Plan>({ waiting: 1_000, waitingPerCaller: 1_000 });
      const waiting = new Map<string, number[]>();
      const waitedFor = new Map<string, number>();
      const take = (): void => {
        const next = queue.next();
        const caller = next?.caller;
        expect(next === undefined).toBe(waiting.size === 0);
        if (next === undefined || caller === undefined) return;
        expect(waiting.get(caller)?.shift()).toBe(next.no);
        if (waiting.get(caller)?.length === 0) waiting.delete(caller);
        waitedFor.delete(caller);
        for (const other of waiting.keys()) {
          if (other !== caller) waitedFor.set(other, (waitedFor.get(other) ?? 0) + 1);
          expect(waitedFor.get(other) ?? 0).toBeLessThanOrEqual(2);
        }
      };
      for (const [no, caller] of steps.entries()) {
        if (caller === null) take();
        else {
          queue.add(plan(caller, no));
          waiting.set(caller, [...(waiting.get(caller) ?? []), no]);
        }
      }
      while (queue.size > 0) take();
      expect(waiting.size).toBe(0);
    }),
  );
});

test('who has used up the time of the planner is refused, and nobody else', () => {
  const queue = new PlanQueue<Plan>(DEFAULT_LIMITS.planning);
  queue.charge(plan('eve'), 5_000);
  const { status, errors, headers } = refusalOf(() => queue.add(plan('eve')));
  expect([status, errors[0]?.extensions?.['code']]).toEqual([429, 'RATE_LIMITED']);
  expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(2);
  queue.add(plan('anna'));
  // What the gateway itself plans is for all.
  queue.charge(plan(undefined), 60_000);
  queue.add(plan(undefined));
  expect(queue.size).toBe(2);
});

test('who has too many waiting is refused with 429, and all with 503 when there are too many in all', () => {
  const queue = new PlanQueue<Plan>({ waiting: 5, waitingPerCaller: 3 });
  for (let count = 0; count < 3; count++) queue.add(plan('eve'));
  expect(refusalOf(() => queue.add(plan('eve'))).status).toBe(429);
  queue.add(plan('anna'));
  queue.add(plan('ben'));
  expect(refusalOf(() => queue.add(plan('carl'))).status).toBe(503);
  queue.next();
  queue.add(plan('carl'));
});
