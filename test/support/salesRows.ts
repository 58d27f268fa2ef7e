import { v7 as uuid } from 'uuid';
import { Employee } from '../../subgraphs/identity/entities/Employee.js';
import { Activity } from '../../subgraphs/sales/entities/Activity.js';
import { Opportunity } from '../../subgraphs/sales/entities/Opportunity.js';
import { Order } from '../../subgraphs/sales/entities/Order.js';
import { OrderLine } from '../../subgraphs/sales/entities/OrderLine.js';
import { Product } from '../../subgraphs/sales/entities/Product.js';
import type { TestSubgraph } from './startTestSubgraph.js';
import { untilEmployeesKnown } from './untilEmployeesKnown.js';

type Sales = TestSubgraph & { identity: TestSubgraph };

/** A customer whom identity knows. */
export async function knownCustomer({ identity }: Sales): Promise<string> {
  const input = { displayName: 'Somebody', emails: [`${uuid()}@example.com`] };
  const { data } = await identity.ask(
    'mutation ($input: IdentifyCustomerInput!) { identifyCustomer(input: $input) { customer { id } } }',
    { input },
  );
  return data.identifyCustomer.customer.id as string;
}

/** An employee whom identity and sales know. */
export async function knownEmployee(subgraph: Sales): Promise<string> {
  const id = uuid();
  await subgraph.identity.database.dataSource.manager.insert(Employee, { id, name: 'Ada Seller', active: true });
  await untilEmployeesKnown(subgraph, [id]);
  return id;
}

/** A product row. */
export async function productRow({ database }: TestSubgraph, more: Partial<Product> = {}): Promise<string> {
  const id = uuid();
  const row = { id, name: `Product ${id}`, unitPriceAmount: '10', currency: 'EUR', active: true, ...more };
  await database.dataSource.manager.insert(Product, row);
  return id;
}

/** An order row, with as many lines as are given. */
export async function orderRow(
  { database }: TestSubgraph,
  order: Partial<Order> & { customerId: string },
  lines: Partial<OrderLine>[] = [],
): Promise<string> {
  const id = uuid();
  await database.dataSource.manager.insert(Order, {
    id,
    number: `N-${id}`,
    status: 'DELIVERED',
    placedAt: new Date('2026-03-01T09:00:00Z'),
    currency: 'EUR',
    totalAmount: '10',
    ...order,
  });
  const rows = lines.map((line, position) => ({
    orderId: id,
    position,
    quantity: 1,
    unitPriceAmount: '10',
    discountAmount: '0',
    ...line,
  }));
  if (rows.length > 0) await database.dataSource.manager.insert(OrderLine, rows);
  return id;
}

/** An opportunity row. */
export async function opportunityRow({ database }: TestSubgraph, more: Partial<Opportunity> = {}): Promise<string> {
  const id = uuid();
  const row = { id, name: 'Refit', stage: 'PROPOSAL' as const, probability: '0.4', openedAt: new Date(), ...more };
  await database.dataSource.manager.insert(Opportunity, row);
  return id;
}

/** An activity row. */
export async function activityRow({ database }: TestSubgraph, more: Partial<Activity> = {}): Promise<string> {
  const id = uuid();
  const row = { id, kind: 'CALL' as const, customerId: uuid(), subject: 'Offer', occurredAt: new Date(), ...more };
  await database.dataSource.manager.insert(Activity, row);
  return id;
}
