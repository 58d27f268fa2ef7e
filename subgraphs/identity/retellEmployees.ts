import type { Chore } from '../kit/serve/defineSubgraph.js';

/**
 * Tells of each employee once a day, changed or not. Events are kept for some days: so those that are kept always tell of everybody, and a subgraph that is
 * new, or whose events were lost, knows all employees when it has read them.
 */
export const retellEmployees: Chore = {
  name: 'told of employees again',
  async run(dataSource) {
    const [row] = await dataSource.query<{ count: number }[]>(
      `WITH due AS (UPDATE employee SET told_at = now() WHERE told_at < now() - interval '1 day' RETURNING id),
       told AS (SELECT tell_of_employees(array_agg(id)) FROM due)
       SELECT (SELECT count(*)::int FROM due) AS count FROM told`,
    );
    return row?.count ?? 0;
  },
};
