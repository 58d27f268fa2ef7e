import type { EntityManager } from 'typeorm';
import { type CustomerErased, customerErased } from '../../../schema/contract.js';
import { type EventConsumer, eventConsumer, type ReceivedEvent } from '../events/EventConsumer.js';
import type { Erase } from './Erase.js';
import { eraseCustomers } from './eraseCustomers.js';

/**
 * Takes in that customers were erased: what is personal of them leaves this subgraph too. Every subgraph has this consumer.
 * @param onErased called with their ids, so that what is remembered of them is forgotten
 */
export function erasures(erase: Erase, onErased: (customerIds: readonly string[]) => void = () => {}): EventConsumer {
  return eventConsumer({
    name: 'erasures',
    event: customerErased,
    async handle(events: readonly ReceivedEvent<CustomerErased>[], manager: EntityManager) {
      const ids = [...new Set(events.map(({ data }) => data.customerId.toLowerCase()))];
      await manager.query(
        'INSERT INTO erased_customer (customer_id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING',
        [ids],
      );
      await eraseCustomers(manager, erase, ids);
      onErased(ids);
    },
  });
}
