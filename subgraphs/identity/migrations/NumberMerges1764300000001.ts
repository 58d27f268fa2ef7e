import type { MigrationInterface, QueryRunner } from 'typeorm';
import { customerErased, customerMerged } from '../../../schema/contract.js';

/**
 * Numbers merges and unmerges, and tells every subgraph once more who is whom and who was erased: events of the version before say neither for all
 * who are one, and nobody takes them in any more.
 */
export class NumberMerges1764300000001 implements MigrationInterface {
  readonly name = 'NumberMerges1764300000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SEQUENCE merge_position AS bigint');
    await runner.query(
      `WITH groups AS (
         SELECT canonical_id AS id, nextval('merge_position') AS position, max(merged_at) AS at, min(customer_id::text) AS one
         FROM customer_alias GROUP BY canonical_id
       ), said AS (
         SELECT g.*, (SELECT jsonb_agg(jsonb_build_object('customerId', a.customer_id, 'parentId', a.parent_id))
             FROM customer_alias a WHERE a.canonical_id = g.id)
           || jsonb_build_array(jsonb_build_object('customerId', g.id, 'parentId', NULL)) AS customers
         FROM groups g
       )
       INSERT INTO outbox (event) SELECT jsonb_build_object(
         'specversion', '1.0', 'id', gen_random_uuid(), 'source', '/customer360/identity', 'type', $1::text, 'subject', id,
         'time', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'datacontenttype', 'application/json',
         'data', jsonb_build_object('customerId', one, 'intoId', id, 'position', position, 'customers', customers,
           'mergedAt', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
       FROM said`,
      [customerMerged.type],
    );
    await runner.query(
      `INSERT INTO outbox (event) SELECT jsonb_build_object(
         'specversion', '1.0', 'id', gen_random_uuid(), 'source', '/customer360/identity', 'type', $1::text, 'subject', id,
         'time', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'datacontenttype', 'application/json',
         'data', jsonb_build_object('customerId', id, 'customerIds', jsonb_build_array(id),
           'erasedAt', to_char(erased_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
       FROM customer WHERE erased_at IS NOT NULL`,
      [customerErased.type],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SEQUENCE merge_position');
  }
}
