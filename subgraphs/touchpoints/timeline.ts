import type { EntityManager } from 'typeorm';
import { type TouchpointReported, touchpointReported } from '../../schema/contract.js';
import { eventConsumer, type ReceivedEvent } from '../kit/events/EventConsumer.js';
import { Touchpoint } from './entities/Touchpoint.js';
import { takeTurn } from './takeTurn.js';

/** Writes what the other subgraphs report onto the timeline, each once. */
export const timeline = eventConsumer({
  name: 'timeline',
  event: touchpointReported,
  async handle(events: readonly ReceivedEvent<TouchpointReported>[], manager: EntityManager) {
    const now = new Date();
    const rows = events.map(({ id, data: { source, occurredAt, ...data } }) => ({
      ...data,
      id,
      occurredAt: new Date(occurredAt),
      recordedAt: now,
      sourceType: source.type,
      sourceId: source.id,
      reported: true,
    }));
    await takeTurn(manager);
    await manager.createQueryBuilder().insert().into(Touchpoint).values(rows).updateEntity(false).execute();
  },
});
