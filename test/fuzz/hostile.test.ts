import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FuzzTarget } from '../../bench/fuzz/FuzzTarget.js';
import { HOSTILE_KINDS } from '../../bench/fuzz/hostileKinds.js';
import { sendMany } from '../../bench/fuzz/sendMany.js';
import { untilIdle } from '../../bench/fuzz/untilIdle.js';
import { SEED } from './survives.js';

/** Of each kind; `npm run fuzz` sends thousands, and looks at the clock as well. */
const COUNT = 100;
/** Each of these takes the planner its whole time. */
const COUNT_OF_HARD = 20;

let target: FuzzTarget;

beforeAll(async () => {
  target = await FuzzTarget.start();
});

afterAll(() => target.stop());

/** How much a counter went up while something was done. */
async function countsDuring(work: () => Promise<void>): Promise<(name: string) => number> {
  const before = await target.metrics();
  await work();
  const after = await target.metrics();
  return (name) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
}

const sentToSubgraphs = (): number => target.graph.subgraphs.reduce((sum, { requests }) => sum + requests.length, 0);

function kindOf(wanted: string): (typeof HOSTILE_KINDS)[number] {
  const found = HOSTILE_KINDS.find(({ name }) => name === wanted);
  if (!found) throw new Error(`there is no kind ${wanted}`);
  return found;
}

describe(`hostile clients (seed ${SEED})`, () => {
  it.each(HOSTILE_KINDS.map((kind) => [kind.name, kind] as const))(
    '%s: each is answered as it should be, and nothing stays open',
    async (name, kind) => {
      const count = name === 'hard-plans' ? COUNT_OF_HARD : COUNT;
      const { outcomes, problems } = await sendMany(kind, target, { from: 0, to: count, seed: SEED });
      expect(problems).toEqual([]);
      expect(Object.values(outcomes).reduce((sum, one) => sum + one)).toBe(count);
      expect(await untilIdle(target)).toEqual([]);
      expect(target.gateway.child.exitCode).toBeNull();
    },
    120_000,
  );

  it.each([['unknown-keys'], ['wrong-elements']])(
    'of %s, ten are told each time, and no subgraph is asked',
    async (name) => {
      const asked = sentToSubgraphs();
      const counted = await countsDuring(async () => {
        await sendMany(kindOf(name), target, { from: 0, to: 100, seed: SEED });
      });
      expect(counted('errors_total{code="BAD_USER_INPUT"}')).toBeLessThanOrEqual(100 * 10);
      expect(counted('errors_total{code="BAD_USER_INPUT"}')).toBeGreaterThan(100);
      expect(sentToSubgraphs()).toBe(asked);
    },
    60_000,
  );

  it('what is refused is neither planned nor compiled', async () => {
    const counted = await countsDuring(async () => {
      for (const name of ['newlines', 'bad-tokens']) {
        const { outcomes } = await sendMany(kindOf(name), target, { from: 1_000, to: 1_100, seed: SEED });
        // On a busy machine some are turned away before they are looked at.
        expect(outcomes).toMatchObject({ answered: 0, left: 0 });
        expect(outcomes.refused + outcomes.shed).toBe(100);
        expect(outcomes.refused).toBeGreaterThan(0);
      }
    });
    expect(counted('compiled_operation_lookups_total{result="miss"}')).toBe(0);
  }, 60_000);

  it('afterwards it still answers, has logged nothing that nobody foresaw, and keeps what it may', async () => {
    const { status, text } = await target.request('POST', '/graphql', {}, '{"query":"{ name }"}');
    expect([status, JSON.parse(text)]).toEqual([200, { data: { name: 'things' } }]);
    const lines = target.gateway.output().split('\n');
    expect(lines.filter((line) => line.includes('"level":50'))).toEqual([]);
    expect((await target.metrics()).get('operation_bytes')).toBeLessThan(17 * 1024 * 1024);
  });
});
