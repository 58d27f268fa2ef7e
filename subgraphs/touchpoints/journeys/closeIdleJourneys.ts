import type { Chore } from '../../kit/serve/defineSubgraph.js';

/** After so many days without a touchpoint a customer has what they wanted, or has given up. */
const IDLE_DAYS = 30;

/** Closes journeys that nobody went on with for 30 days. A touchpoint that joins one later opens it again. */
export const closeIdleJourneys: Chore = {
  name: `closed journeys on which nothing happened for ${IDLE_DAYS} days`,
  async run(dataSource) {
    const [, closed] = await dataSource.query<[unknown, number]>(
      `UPDATE journey SET status = 'CLOSED', updated_at = now(), version = version + 1
       WHERE status = 'OPEN' AND last_touch_at < now() - interval '${IDLE_DAYS} days'`,
    );
    return closed;
  },
};
