import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The columns of a customer of which a record may say nothing, so that another's counts. */
const OPTIONAL = ['locale', 'time_zone', 'preferred_channel', 'household_id'] as const;
const COPIED = ['id', 'kind', 'display_name', 'roles', ...OPTIONAL, 'created_at', 'updated_at'].join(', ');

/**
 * What was written of each customer, apart from what is shown of them: `customer_record` is what was written, and `customer` follows from the
 * records of all who are one.
 */
export class RecordCustomers1764300000006 implements MigrationInterface {
  readonly name = 'RecordCustomers1764300000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Processes of the version before that write customers at this moment are waited for, and wait.
      LOCK TABLE customer IN SHARE ROW EXCLUSIVE MODE;
      -- The row of who was merged may still name a household that none of the records does; those are what keeps it.
      ALTER TABLE customer DROP CONSTRAINT customer_household_id_fkey;
      CREATE TABLE customer_record (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        display_name text NOT NULL,
        roles text[] NOT NULL DEFAULT '{}',
        locale text,
        time_zone text,
        preferred_channel text,
        household_id uuid REFERENCES household (id),
        cleared text[] NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX customer_record_by_household ON customer_record (household_id) WHERE household_id IS NOT NULL;
      INSERT INTO customer_record (${COPIED}) SELECT ${COPIED} FROM customer WHERE erased_at IS NULL;
    `);
    const [row] = (await runner.query('SELECT quote_ident(current_schema()) AS schema')) as { schema: string }[];
    for (const statement of workingOut(row?.schema ?? '')) await runner.query(statement);
    await runner.query(
      'SELECT work_out_customers(ARRAY(SELECT DISTINCT canonical_id FROM customer_alias WHERE customer_id <> canonical_id))',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE customer SET household_id = NULL WHERE household_id NOT IN (SELECT id FROM household);
      ALTER TABLE customer ADD CONSTRAINT customer_household_id_fkey FOREIGN KEY (household_id) REFERENCES household (id);
      DROP TABLE customer_record;
      DROP FUNCTION customer_record_changed();
      DROP FUNCTION work_out_customers(uuid[]);
      DROP FUNCTION customers_of_records(uuid[], uuid[]);
    `);
  }
}

/** The functions, the last of them the trigger that no writer of a record gets past. */
function workingOut(schema: string): readonly string[] {
  const firsts = OPTIONAL.map((column) => {
    const isSaid = `FILTER (WHERE ${column} IS NOT NULL OR '${column}' = ANY (cleared))`;
    return `(array_agg(${column} ORDER BY place) ${isSaid})[1] AS ${column}, (array_agg(id ORDER BY place) ${isSaid})[1] AS ${column}_from`;
  });
  const shown = ['kind', 'display_name', 'roles', ...OPTIONAL, 'created_at'];
  const [before, after] = ['c', 'excluded'].map((table) => shown.map((column) => `${table}.${column}`).join(', '));
  return [
    // A row for each survivor, by the records given for them: members[n] is a record of survivors[n]. The survivor's own counts first, then the newest. Where
    // each value comes from stands beside it.
    `CREATE FUNCTION customers_of_records(survivors uuid[], members uuid[]) RETURNS TABLE (
       id uuid, kind text, display_name text, roles text[], roles_from uuid[],
       ${OPTIONAL.map((column) => `${column} ${column === 'household_id' ? 'uuid' : 'text'}, ${column}_from uuid`).join(', ')},
       created_at timestamptz, created_at_from uuid, updated_at timestamptz)
     LANGUAGE sql STABLE AS $$
       WITH said AS (
         SELECT p.survivor, r.*, row_number() OVER (PARTITION BY p.survivor ORDER BY r.id <> p.survivor, r.updated_at DESC, r.id) AS place
         FROM unnest(survivors, members) AS p (survivor, member) JOIN ${schema}.customer_record r ON r.id = p.member
       ), role AS (
         SELECT survivor, u.role, min(place * 1000 + u.position) AS at, (array_agg(id ORDER BY place))[1] AS said_by
         FROM said, unnest(roles) WITH ORDINALITY AS u (role, position) GROUP BY survivor, u.role
       ), role_list AS (
         SELECT survivor, array_agg(role ORDER BY at) AS roles, array_agg(said_by ORDER BY at) AS roles_from FROM role GROUP BY survivor
       ), one AS (
         SELECT survivor, (array_agg(kind ORDER BY place))[1] AS kind, (array_agg(display_name ORDER BY place))[1] AS display_name,
           ${firsts.join(',\n           ')},
           min(created_at) AS created_at, (array_agg(id ORDER BY created_at, place))[1] AS created_at_from, max(updated_at) AS updated_at
         FROM said GROUP BY survivor HAVING bool_or(id = survivor)
       )
       SELECT one.survivor, kind, display_name, coalesce(roles, '{}'), coalesce(roles_from, '{}'),
         ${OPTIONAL.map((column) => `${column}, ${column}_from`).join(', ')}, created_at, created_at_from, updated_at
       FROM one LEFT JOIN role_list ON role_list.survivor = one.survivor
     $$`,
    // Locks first and reads afterwards, in another statement: of two at once the second sees what the first wrote.
    `CREATE FUNCTION work_out_customers(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
       BEGIN
         PERFORM FROM ${schema}.customer WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
         INSERT INTO ${schema}.customer AS c (id, ${shown.join(', ')}, updated_at)
         SELECT w.id, ${shown.map((column) => `w.${column}`).join(', ')}, w.updated_at
         FROM (
           SELECT array_agg(survivor) AS survivors, array_agg(member) AS members FROM (
             SELECT i AS survivor, i AS member FROM unnest(ids) AS i
             UNION ALL SELECT canonical_id, customer_id FROM ${schema}.customer_alias WHERE canonical_id = ANY (ids) AND customer_id <> canonical_id
           ) AS m
         ) AS p, ${schema}.customers_of_records(p.survivors, p.members) AS w ORDER BY w.id
         ON CONFLICT (id) DO UPDATE
         SET (${shown.join(', ')}) = (${shown.map((column) => `excluded.${column}`).join(', ')}), updated_at = now(), version = c.version + 1
         WHERE c.erased_at IS NULL AND (${before ?? ''}) IS DISTINCT FROM (${after ?? ''});
       END $$`,
    // By the protocol of merges: the locks of the customers, and then, in another statement, who they are.
    `CREATE FUNCTION customer_record_changed() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         PERFORM pg_advisory_xact_lock_shared(hashtext('customer360.customers.${schema}'), lock)
         FROM (SELECT DISTINCT ${schema}.customer_lock(id) AS lock FROM changed ORDER BY 1) AS l;
         PERFORM ${schema}.work_out_customers(ARRAY(
           SELECT DISTINCT coalesce(a.canonical_id, r.id) FROM changed r LEFT JOIN ${schema}.customer_alias a ON a.customer_id = r.id));
         RETURN NULL;
       END $$`,
    ...['INSERT', 'UPDATE'].map(
      (event) => `CREATE TRIGGER customer_record_after_${event.toLowerCase()} AFTER ${event} ON customer_record
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION customer_record_changed()`,
    ),
  ];
}
