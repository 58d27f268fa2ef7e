import fc from 'fast-check';
import { RestartBudget, type RestartPolicy } from '../../scripts/start/RestartBudget.js';

const POLICY: RestartPolicy = { most: 4, windowMs: 100_000, delayMs: 100, maxDelayMs: 300, resetMs: 5_000 };

test('each wait is twice the one before, up to the longest', () => {
  const budget = new RestartBudget(POLICY);
  expect([1, 2, 3, 4].map((moment) => budget.take(10, moment))).toEqual([100, 200, 300, 300]);
});

test('after a long run the waits begin anew', () => {
  const budget = new RestartBudget(POLICY);
  expect([budget.take(10, 1), budget.take(10, 2), budget.take(5_000, 3), budget.take(4_999, 4)]).toEqual([
    100, 200, 100, 200,
  ]);
});

test('a budget that is spent gives one restart again when the oldest is out of the window', () => {
  const budget = new RestartBudget(POLICY);
  for (const moment of [0, 1_000, 2_000, 3_000]) budget.take(10, moment);
  expect(budget.take(10, 99_999)).toBeUndefined();
  expect(budget.take(10, 100_000)).toBeDefined();
  expect(budget.take(10, 100_001)).toBeUndefined();
});

test('whatever happens when: never more than so many within any window, and no wait over the longest', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(60_000), fc.nat(10_000)), { maxLength: 60 }), (deaths) => {
      const budget = new RestartBudget(POLICY);
      const restarts: number[] = [];
      let now = 0;
      for (const [after, ran] of deaths) {
        now += after;
        const wait = budget.take(ran, now);
        if (wait === undefined) continue;
        expect(wait).toBeLessThanOrEqual(POLICY.maxDelayMs);
        restarts.push(now);
      }
      for (const start of restarts) {
        const inWindow = restarts.filter((moment) => moment >= start && moment < start + POLICY.windowMs);
        expect(inWindow.length).toBeLessThanOrEqual(POLICY.most);
      }
    }),
  );
});
