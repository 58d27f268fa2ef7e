import sql from 'sql-template-tag';
import type { TestSubgraph } from './startTestSubgraph.js';
import { waitUntil } from './waitUntil.js';

/** Waits until a subgraph has heard from identity of these employees. */
export async function untilEmployeesKnown(
  { database }: Pick<TestSubgraph, 'database'>,
  ids: readonly string[],
): Promise<void> {
  await waitUntil(async () => {
    const [row] = await database.query<{ n: number }>(
      sql`SELECT count(*)::int AS n FROM employee_copy WHERE id = ANY(${[...ids]}::uuid[])`,
    );
    return row?.n === ids.length;
  });
}
