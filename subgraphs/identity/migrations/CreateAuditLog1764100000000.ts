import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The audit log: who read or changed whose personal data. The database itself refuses to change or to empty it; only whoever says by
 * `customer360.audit_retention_days` which age may go, deletes what is older.
 */
export class CreateAuditLog1764100000000 implements MigrationInterface {
  readonly name = 'CreateAuditLog1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- No reference to customer: what was done with the data of somebody outlives the data.
      CREATE TABLE audit_entry (
        id uuid PRIMARY KEY,
        customer_id uuid NOT NULL,
        at timestamptz(3) NOT NULL,
        action text NOT NULL CHECK (action IN ('READ', 'CHANGE')),
        subject text NOT NULL,
        operation text,
        purpose text,
        service text NOT NULL,
        fields text[] NOT NULL,
        request_id text NOT NULL
      );
      CREATE INDEX audit_entry_by_customer ON audit_entry (customer_id, at, id);
      CREATE INDEX audit_entry_by_time ON audit_entry (at);

      CREATE FUNCTION audit_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
          days text := current_setting('customer360.audit_retention_days', true);
        BEGIN
          IF TG_OP = 'DELETE' AND days <> '' AND OLD.at < now() - make_interval(days => days::int) THEN RETURN OLD; END IF;
          RAISE EXCEPTION 'audit_entry is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
        END $$;
      CREATE TRIGGER audit_entry_is_append_only BEFORE UPDATE OR DELETE ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION audit_entry_is_append_only();
      CREATE TRIGGER audit_entry_is_not_emptied BEFORE TRUNCATE ON audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_append_only();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_entry; DROP FUNCTION audit_entry_is_append_only');
  }
}
