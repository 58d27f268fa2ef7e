import type { EntityManager } from 'typeorm';
import { type PersonalDataAccessed, personalDataAccessed } from '../../../schema/contract.js';
import { eventConsumer, type ReceivedEvent } from '../../kit/flow/EventConsumer.js';

/** Appends what all subgraphs tell of personal data that was read or changed to the audit log, each once. */
export const auditTrail = eventConsumer({
  name: 'audit',
  event: personalDataAccessed,
  async handle(events: readonly ReceivedEvent<PersonalDataAccessed>[], manager: EntityManager) {
    const entries = events.flatMap(({ data }) => data.entries);
    await manager.query(
      `INSERT INTO audit_entry (id, customer_id, at, action, subject, operation, purpose, service, fields, request_id)
       SELECT gen_random_uuid(), unnest("customerIds"), at, action, subject, operation, purpose, service, fields, "requestId"
       FROM jsonb_to_recordset($1::jsonb) AS e("customerIds" uuid[], at timestamptz, action text, subject text, operation text,
         purpose text, service text, fields text[], "requestId" text)`,
      [JSON.stringify(entries)],
    );
  },
});
