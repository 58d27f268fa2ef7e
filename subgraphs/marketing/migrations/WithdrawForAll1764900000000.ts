import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who withdraws it, withdraws it for everybody they are known as: whoever writes a withdrawal into the ledger of one of several who are one, it is written for each of the
 * others too who has not said so already. So it holds for all of them when they are taken apart again.
 */
export class WithdrawForAll1764900000000 implements MigrationInterface {
  readonly name = 'WithdrawForAll1764900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX consent_event_by_recorded ON consent_event (recorded_for, purpose, at, sequence);
      CREATE FUNCTION has_withdrawn(customer uuid, for_purpose text, on_channel text, as_of timestamptz) RETURNS boolean
      LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
        SELECT EXISTS (
          SELECT FROM consent_event w
          WHERE w.recorded_for = customer AND w.purpose = for_purpose AND w.action = 'WITHDRAWN'
            AND (w.channel IS NULL OR w.channel = on_channel)
            AND NOT EXISTS (
              SELECT FROM consent_event g
              WHERE g.recorded_for = customer AND g.purpose = for_purpose AND g.action = 'GRANTED'
                AND (on_channel IS NULL OR g.channel IS NULL OR g.channel = on_channel)
                AND (g.at, g.sequence) > (w.at, w.sequence) AND g.at <= as_of))
      $$;

      CREATE FUNCTION withdraw_for_all() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
      DECLARE
        named text := current_setting('customer360.named_customers', true);
      BEGIN
        IF pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
        -- Each is meant as it stands here, by whatever id the caller named them.
        PERFORM set_config('customer360.named_customers', '', true);
        INSERT INTO consent_event (id, customer_id, purpose, channel, action, at, source, text, note)
        SELECT gen_random_uuid(), m.id, NEW.purpose, NEW.channel, NEW.action, NEW.at, NEW.source, NEW.text, NEW.note
        FROM (SELECT customer_id AS id FROM customer_alias WHERE canonical_id = NEW.customer_id UNION SELECT NEW.customer_id) AS m
        WHERE m.id <> NEW.recorded_for AND NOT has_withdrawn(m.id, NEW.purpose, NEW.channel, NEW.at)
        ORDER BY m.id;
        PERFORM set_config('customer360.named_customers', coalesce(named, ''), true);
        RETURN NULL;
      END $$;
      CREATE TRIGGER withdraw_for_all AFTER INSERT ON consent_event
        FOR EACH ROW WHEN (NEW.action = 'WITHDRAWN') EXECUTE FUNCTION withdraw_for_all();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER withdraw_for_all ON consent_event;
      DROP FUNCTION withdraw_for_all;
      DROP FUNCTION has_withdrawn;
      DROP INDEX consent_event_by_recorded;
    `);
  }
}
