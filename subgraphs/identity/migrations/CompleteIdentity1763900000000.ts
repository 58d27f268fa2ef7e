import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Preferences, memberships, teams, versions of households and employees, and search by identifiers. The version of the code
 * before this can go on writing: what it does not know has a default or is filled by the trigger.
 */
export class CompleteIdentity1763900000000 implements MigrationInterface {
  readonly name = 'CompleteIdentity1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE preference (
        customer_id uuid NOT NULL REFERENCES customer (id),
        label text NOT NULL,
        note text NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (customer_id, label)
      );

      CREATE TABLE membership (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL REFERENCES customer (id),
        person_id uuid NOT NULL REFERENCES customer (id),
        role text,
        since date NOT NULL,
        until date CHECK (until >= since),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version integer NOT NULL DEFAULT 1
      );
      CREATE UNIQUE INDEX membership_current ON membership (organization_id, person_id) WHERE until IS NULL;
      CREATE INDEX membership_by_since ON membership (since, id);
      CREATE INDEX membership_current_by_since ON membership (since, id) WHERE until IS NULL;
      CREATE INDEX membership_ended_by_since ON membership (since, id) WHERE until IS NOT NULL;
      CREATE INDEX membership_by_organization ON membership (organization_id, since, id);
      CREATE INDEX membership_by_person ON membership (person_id, since, id);

      ALTER TABLE household
        ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN version integer NOT NULL DEFAULT 1;

      CREATE TABLE team (
        id uuid PRIMARY KEY,
        name text NOT NULL UNIQUE,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version integer NOT NULL DEFAULT 1
      );
      CREATE INDEX team_by_name ON team (lower(name), id);

      ALTER TABLE employee
        ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD COLUMN team_id uuid REFERENCES team (id);
      CREATE INDEX employee_by_team_id ON employee (team_id, lower(name), id);
      CREATE INDEX employee_by_team_id_active ON employee (team_id, active, lower(name), id);

      -- Waits while the team is renamed, and then looks again.
      CREATE FUNCTION team_of_employee() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          NEW.team_id := NULL;
          IF NEW.team IS NULL THEN RETURN NEW; END IF;
          LOOP
            SELECT id INTO NEW.team_id FROM team WHERE name = NEW.team FOR KEY SHARE;
            EXIT WHEN FOUND;
            INSERT INTO team (id, name) VALUES (gen_random_uuid(), NEW.team) ON CONFLICT (name) DO NOTHING;
          END LOOP;
          RETURN NEW;
        END $$;
      CREATE TRIGGER employee_team BEFORE INSERT OR UPDATE OF team ON employee
        FOR EACH ROW EXECUTE FUNCTION team_of_employee();
      UPDATE employee SET team = team WHERE team IS NOT NULL;

      CREATE INDEX customer_by_name_words ON customer USING gin (words_of(display_name));
      CREATE INDEX customer_identifier_by_beginning ON customer_identifier (type, value text_pattern_ops);
      CREATE INDEX external_id_by_id ON external_id (id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX external_id_by_id, customer_identifier_by_beginning, customer_by_name_words;
      DROP TRIGGER employee_team ON employee;
      DROP FUNCTION team_of_employee();
      ALTER TABLE employee DROP COLUMN team_id, DROP COLUMN version, DROP COLUMN updated_at;
      ALTER TABLE household DROP COLUMN version, DROP COLUMN updated_at;
      DROP TABLE team, membership, preference;
    `);
  }
}
