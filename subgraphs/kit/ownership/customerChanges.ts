import type { EntityManager } from 'typeorm';
import { customerErased, customerMerged, customerUnmerged } from '../../../schema/contract.js';
import { eraseCustomer } from './eraseCustomer.js';
import { type EventConsumer, eventConsumer, type ReceivedEvent } from '../flow/EventConsumer.js';
import { takeInAliases } from './takeInAliases.js';

/** What is to be done when customers change. */
export interface CustomerChangeHooks {
  /** They were erased: what is remembered of them is to be forgotten. */
  onErased(customerIds: readonly string[]): void;
  /** Some were merged or unmerged: their rows are to follow, once that is committed. */
  onMerged(): void;
  /** What was taken in is committed. */
  onCommitted(): void;
}

/**
 * Takes in that customers were erased, and who is whom. Every subgraph has this consumer; what a
 * subgraph says itself, it did when it said it.
 * @param subgraph its name
 */
export function customerChanges(subgraph: string, hooks?: CustomerChangeHooks): EventConsumer {
  let areMerged = false;
  return eventConsumer({
    name: 'customers',
    event: customerErased,
    also: [customerMerged, customerUnmerged],
    async handle(events: readonly ReceivedEvent<unknown>[], manager: EntityManager) {
      for (const event of events) {
        if (event.source === `/customer360/${subgraph}`) continue;
        areMerged ||= event.type !== customerErased.type;
        await takeInChange(event, manager, hooks);
      }
    },
    // Not for an erasure: as long as nobody was merged, requests need not ask who is whom. Afterwards it does no harm, and of two transactions at once
    // (held events are taken in beside later ones) neither takes the other's word away.
    committed() {
      if (areMerged) hooks?.onMerged();
      hooks?.onCommitted();
    },
  });
}

async function takeInChange(
  { type, data }: ReceivedEvent<unknown>,
  manager: EntityManager,
  hooks: CustomerChangeHooks | undefined,
): Promise<void> {
  if (type === customerErased.type) {
    const { customerId, customerIds } = customerErased.data.parse(data);
    const ids = customerIds.map((id) => id.toLowerCase());
    await eraseCustomer(manager, { customerId: customerId.toLowerCase(), customerIds: ids });
    hooks?.onErased(ids);
  } else {
    await takeInAliases(manager, (type === customerMerged.type ? customerMerged : customerUnmerged).data.parse(data));
  }
}
