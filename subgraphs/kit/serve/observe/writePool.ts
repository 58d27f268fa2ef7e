import type { DataSource } from 'typeorm';
import type { PoolReadings } from './createSubgraphMetrics.js';

/** The connections of a data source, as TypeORM's driver for Postgres keeps them; zeros when it has none. */
export function writePool({ driver }: DataSource): PoolReadings {
  return 'master' in driver && isPool(driver.master) ? driver.master : { totalCount: 0, idleCount: 0, waitingCount: 0 };
}

function isPool(pool: unknown): pool is PoolReadings {
  return typeof pool === 'object' && pool !== null && 'totalCount' in pool && 'waitingCount' in pool;
}
