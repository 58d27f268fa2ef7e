import sql from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import type { Database } from '../kit/sql/Database.js';
import { Order } from './entities/Order.js';

/** The next free number of an order: `O-000123`; beyond a million it grows longer. Numbers of imported orders are passed over. */
export async function nextOrderNumber(database: Database, manager: EntityManager): Promise<string> {
  for (;;) {
    const [row] = await database.query<{ serial: string }>(sql`SELECT nextval('order_number') AS serial`, manager);
    const number = `O-${(row?.serial ?? '').padStart(6, '0')}`;
    if (!(await manager.existsBy(Order, { number }))) return number;
  }
}
