import type { EntityManager } from 'typeorm';
import { type TouchpointReported, touchpointReported } from '../../schema/contract.js';
import { addTouchpoint } from './addTouchpoint.js';
import { eventConsumer, type ReceivedEvent } from '../kit/flow/EventConsumer.js';
import { nameCustomers } from '../kit/flow/nameCustomers.js';
import { keepFromMerging } from '../kit/ownership/holdCustomer.js';
import { takeTurn } from './takeTurn.js';

/** Writes what the other subgraphs report onto the timeline, each once. */
export const timeline = eventConsumer({
  name: 'timeline',
  event: touchpointReported,
  async handle(events: readonly ReceivedEvent<TouchpointReported>[], manager: EntityManager) {
    const recordedAt = new Date();
    // Customers before the turn, as mutations do it.
    await keepFromMerging(
      manager,
      events.map(({ data }) => data.customerId),
    );
    await takeTurn(manager);
    for (const [index, { id, data }] of events.entries()) {
      // Several come together where nobody of them was merged before. If one was meanwhile, for whom it is recorded is nothing to the next.
      if (index > 0) await nameCustomers(manager, new Map());
      const { source, occurredAt, concludes, employeeId, sentiment, emotion, threadKey, ...columns } = data;
      await addTouchpoint(manager, {
        ...columns,
        id,
        customerId: data.customerId.toLowerCase(),
        occurredAt: new Date(occurredAt),
        recordedAt,
        employeeId: employeeId?.toLowerCase() ?? null,
        sentiment: sentiment ?? null,
        emotion: emotion ?? null,
        sourceType: source.type,
        sourceId: source.id,
        reported: true,
        threadKey: threadKey ?? null,
        concludes: concludes ?? false,
      });
    }
  },
});
