import type { MigrationInterface, QueryRunner } from 'typeorm';
import { customerErased } from '../../../schema/contract.js';

/**
 * Merges and unmerges get numbers, and every subgraph is told once more who was erased: events of the version before do not say it for all who are one, and
 * nobody takes them in any more. `FollowMerges1764450000002` tells who is whom.
 */
export class NumberMerges1764300000001 implements MigrationInterface {
  readonly name = 'NumberMerges1764300000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SEQUENCE merge_position AS bigint');
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
