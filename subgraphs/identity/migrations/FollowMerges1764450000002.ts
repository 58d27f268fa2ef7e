import type { MigrationInterface, QueryRunner } from 'typeorm';
import { customerMerged } from '../../../schema/contract.js';

/**
 * Which subgraphs have applied which merges. Merges from before they were numbered get a number, and every subgraph is told once more who is whom: so it says
 * of them, too, that they are applied. Events of that version do not say it for all who are one, and nobody takes them in any more.
 */
export class FollowMerges1764450000002 implements MigrationInterface {
  readonly name = 'FollowMerges1764450000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE merging_subgraph (name text PRIMARY KEY, heard_at timestamptz NOT NULL);
      CREATE TABLE applied_merge (
        position bigint NOT NULL,
        subgraph text NOT NULL,
        applied_at timestamptz NOT NULL,
        PRIMARY KEY (position, subgraph)
      );
      CREATE INDEX customer_alias_by_position ON customer_alias (position);
    `);
    await runner.query(
      `WITH groups AS (
         SELECT canonical_id AS id, nextval('merge_position') AS position, max(merged_at) AS at, min(customer_id::text) AS one
         FROM customer_alias GROUP BY canonical_id HAVING bool_and(position = 0) AND bool_or(customer_id <> canonical_id)
       ), roots AS (
         INSERT INTO customer_alias (customer_id, parent_id, canonical_id, position) SELECT id, NULL, id, position FROM groups
         ON CONFLICT (customer_id) DO UPDATE SET position = excluded.position
       ), numbered AS (
         UPDATE customer_alias a SET position = g.position FROM groups g WHERE a.canonical_id = g.id AND a.customer_id <> g.id
       ), said AS (
         SELECT g.*, (SELECT jsonb_agg(jsonb_build_object('customerId', a.customer_id, 'parentId', a.parent_id))
             FROM customer_alias a WHERE a.canonical_id = g.id AND a.customer_id <> g.id)
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
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX customer_alias_by_position; DROP TABLE applied_merge, merging_subgraph');
  }
}
