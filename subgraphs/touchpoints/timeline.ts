import type { EntityManager } from 'typeorm';
import { type TouchpointReported, touchpointReported } from '../../schema/contract.js';
import { addTouchpoint } from './addTouchpoint.js';
import { eventConsumer, type ReceivedEvent } from '../kit/flow/EventConsumer.js';
import { takeTurn } from './takeTurn.js';

/** Writes what the other subgraphs report onto the timeline, each once. */
export const timeline = eventConsumer({
  name: 'timeline',
  event: touchpointReported,
  async handle(events: readonly ReceivedEvent<TouchpointReported>[], manager: EntityManager) {
    const recordedAt = new Date();
    await takeTurn(manager);
    for (const { id, data } of events) {
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
