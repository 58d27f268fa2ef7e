import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The first version of identity's tables. Each index names the list or lookup that it serves. */
export class CreateIdentity1763800000000 implements MigrationInterface {
  readonly name = 'CreateIdentity1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE household (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX household_by_name ON household (lower(name), id);

      CREATE TABLE customer (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('PERSON', 'ORGANIZATION')),
        display_name text NOT NULL,
        roles text[] NOT NULL DEFAULT '{}',
        locale text,
        time_zone text,
        preferred_channel text,
        household_id uuid REFERENCES household (id),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version integer NOT NULL DEFAULT 1
      );
      CREATE INDEX customer_by_created ON customer (created_at, id);
      CREATE INDEX customer_by_name ON customer (lower(display_name), id);
      CREATE INDEX customer_by_kind_created ON customer (kind, created_at, id);
      CREATE INDEX customer_by_kind_name ON customer (kind, lower(display_name), id);
      CREATE INDEX customer_by_household_created ON customer (household_id, created_at, id);
      CREATE INDEX customer_by_household_name ON customer (household_id, lower(display_name), id);
      CREATE INDEX customer_by_role ON customer USING gin (roles);
      CREATE INDEX customer_by_words ON customer USING gin (to_tsvector('simple', display_name));

      CREATE TABLE customer_identifier (
        customer_id uuid NOT NULL REFERENCES customer (id),
        type text NOT NULL CHECK (type IN ('EMAIL', 'PHONE')),
        value text NOT NULL,
        position integer NOT NULL DEFAULT 0,
        PRIMARY KEY (customer_id, type, value)
      );
      CREATE INDEX customer_identifier_by_value ON customer_identifier (type, value);

      CREATE TABLE external_id (
        source text NOT NULL,
        id text NOT NULL,
        customer_id uuid NOT NULL REFERENCES customer (id),
        PRIMARY KEY (source, id)
      );
      CREATE INDEX external_id_by_customer ON external_id (customer_id);

      CREATE TABLE address (
        customer_id uuid NOT NULL REFERENCES customer (id),
        label text NOT NULL,
        lines text[] NOT NULL DEFAULT '{}',
        city text,
        postal_code text,
        country char(2) NOT NULL,
        PRIMARY KEY (customer_id, label)
      );

      CREATE TABLE employee (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        email text,
        team text,
        title text,
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX employee_by_name ON employee (lower(name), id);
      CREATE INDEX employee_by_team_name ON employee (team, lower(name), id);
      CREATE INDEX employee_by_active_name ON employee (active, lower(name), id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE address, external_id, customer_identifier, customer, household, employee');
  }
}
