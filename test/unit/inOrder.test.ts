import fc from 'fast-check';
import { InOrder } from '../../gateway/subscriptions/InOrder.js';

describe('work on several items that is handed on in order', () => {
  test('keeps the order and the bound, whatever ends first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.nat({ max: 12 }),
        async (s, parallel, count) => {
          const items = Array.from({ length: count }, (_, index) => index + 1);
          const handedOn: number[] = [];
          let begun = 0;
          let most = 0;
          const queue = new InOrder<number, number>(
            parallel,
            async (item) => {
              begun += 1;
              most = Math.max(most, begun - handedOn.length);
              await s.schedule(Promise.resolve(), `work on ${item}`);
              return item;
            },
            async (item) => {
              await s.schedule(Promise.resolve(), `hand on ${item}`);
              handedOn.push(item);
            },
          );
          for (const item of items) queue.push(item);
          await s.waitIdle();
          expect(handedOn).toEqual(items);
          expect(most).toBeLessThanOrEqual(parallel);
        },
      ),
    );
  });
});
