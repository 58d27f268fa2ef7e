import { setImmediate as nextTurn } from 'node:timers/promises';
import { TurnBudget } from '../../../gateway/operations/TurnBudget.js';

/** Keeps the event loop busy. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('a burst is worked off over several turns, in its order, and what else there is to do comes between', async () => {
  const budget = new TurnBudget(5);
  const done: (number | 'other')[] = [];
  const piece = (index: number): Promise<void> =>
    budget.run(() => {
      work(6);
      done.push(index);
    });
  const burst = Promise.all([0, 1, 2, 3].map(piece));
  const others = (async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      await nextTurn();
      done.push('other');
    }
  })();
  await Promise.all([burst, others]);
  expect(done.filter((one) => one !== 'other')).toEqual([0, 1, 2, 3]);
  // The first began in the turn of the test itself.
  expect(done.indexOf('other')).toBeLessThan(done.indexOf(2));
  expect(done.slice(0, done.indexOf(3)).filter((one) => one === 'other')).toHaveLength(2);
});

test('pieces that are short share a turn', async () => {
  const budget = new TurnBudget(10_000);
  let turns = 0;
  const counting = setImmediate(() => (turns += 1));
  for (let index = 0; index < 100; index += 1) await budget.run(() => undefined);
  clearImmediate(counting);
  expect(turns).toBe(0);
});
