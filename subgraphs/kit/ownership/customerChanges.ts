import type { EntityManager } from 'typeorm';
import { customerErased, customerMerged, customerUnmerged } from '../../../schema/contract.js';
import { eraseCustomers } from './eraseCustomers.js';
import { type EventConsumer, eventConsumer, type ReceivedEvent } from '../flow/EventConsumer.js';
import { mergeRows } from './mergeRows.js';
import { unmergeRows } from './unmergeRows.js';

/** What is to be done when customers change. */
export interface CustomerChangeHooks {
  /** They were erased: what is remembered of them is to be forgotten. */
  onErased(customerIds: readonly string[]): void;
  /** Some were merged. */
  onMerged(): void;
}

/**
 * Takes in that customers were erased or merged, or that a merge was taken back, in the order in which identity says it. Every subgraph has this consumer; what a
 * subgraph says itself, it did when it said it.
 * @param subgraph its name
 */
export function customerChanges(subgraph: string, hooks?: CustomerChangeHooks): EventConsumer {
  return eventConsumer({
    name: 'customers',
    event: customerErased,
    also: [customerMerged, customerUnmerged],
    async handle(events: readonly ReceivedEvent<unknown>[], manager: EntityManager) {
      for (const event of events) {
        if (event.source !== `/customer360/${subgraph}`) await takeInChange(event, manager, hooks);
      }
    },
  });
}

async function takeInChange(
  { type, data }: ReceivedEvent<unknown>,
  manager: EntityManager,
  hooks: CustomerChangeHooks | undefined,
): Promise<void> {
  if (type === customerErased.type) {
    const id = customerErased.data.parse(data).customerId.toLowerCase();
    await eraseCustomers(manager, [id]);
    hooks?.onErased([id]);
  } else if (type === customerMerged.type) {
    const { customerId, intoId } = customerMerged.data.parse(data);
    await mergeRows(manager, customerId.toLowerCase(), intoId.toLowerCase());
    hooks?.onMerged();
  } else {
    await unmergeRows(manager, customerUnmerged.data.parse(data).customerId.toLowerCase());
  }
}
