import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The first version of sales' tables. Ids of customers and employees are identity's, so they have no foreign key. Each
 * filter of a list has its index in each order of the list; an index on an expression is on just what the order says.
 */
export class CreateSales1763800000000 implements MigrationInterface {
  readonly name = 'CreateSales1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE account (
        customer_id uuid PRIMARY KEY,
        owner_id uuid NOT NULL,
        since timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE product (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        sku text UNIQUE,
        category text,
        unit_price numeric(19,4) NOT NULL CHECK (unit_price >= 0),
        currency char(3) NOT NULL,
        active boolean NOT NULL DEFAULT true,
        source text,
        source_key text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version integer NOT NULL DEFAULT 1,
        CHECK ((source IS NULL) = (source_key IS NULL))
      );
      CREATE UNIQUE INDEX product_by_source ON product (source, source_key);
      CREATE INDEX product_by_name ON product (lower(name), id);
      CREATE INDEX product_by_category_name ON product (category, lower(name), id);
      CREATE INDEX product_by_active_name ON product (active, lower(name), id);

      CREATE TABLE opportunity (
        id uuid PRIMARY KEY,
        customer_id uuid,
        name text NOT NULL,
        stage text NOT NULL CHECK (stage IN
          ('PROSPECTING', 'QUALIFICATION', 'PROPOSAL', 'NEGOTIATION', 'COMMITTED', 'WON', 'LOST')),
        amount numeric(19,4) CHECK (amount >= 0),
        currency char(3),
        probability numeric(5,4) NOT NULL CHECK (probability BETWEEN 0 AND 1),
        expected_close_on date,
        owner_id uuid,
        product_id uuid REFERENCES product (id),
        opened_at timestamptz,
        closed_at timestamptz,
        lost_reason text,
        competitor text,
        source text,
        source_key text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version integer NOT NULL DEFAULT 1,
        CHECK ((amount IS NULL) = (currency IS NULL)),
        CHECK ((source IS NULL) = (source_key IS NULL)),
        CHECK (stage <> 'WON' OR probability = 1),
        CHECK (stage <> 'LOST' OR probability = 0),
        CHECK (stage IN ('WON', 'LOST') OR closed_at IS NULL)
      );
      CREATE UNIQUE INDEX opportunity_by_source ON opportunity (source, source_key);
      CREATE INDEX opportunity_by_opened ON opportunity ((coalesce(opened_at, '-infinity')), id);
      CREATE INDEX opportunity_by_amount ON opportunity ((coalesce(amount, -1)), id);
      CREATE INDEX opportunity_by_close ON opportunity ((coalesce(expected_close_on, 'infinity')), id);
      CREATE INDEX opportunity_by_stage_opened ON opportunity (stage, (coalesce(opened_at, '-infinity')), id);
      CREATE INDEX opportunity_by_stage_amount ON opportunity (stage, (coalesce(amount, -1)), id);
      CREATE INDEX opportunity_by_stage_close ON opportunity (stage, (coalesce(expected_close_on, 'infinity')), id);
      CREATE INDEX opportunity_by_customer_opened ON opportunity (customer_id, (coalesce(opened_at, '-infinity')), id);
      CREATE INDEX opportunity_by_customer_amount ON opportunity (customer_id, (coalesce(amount, -1)), id);
      CREATE INDEX opportunity_by_customer_close ON opportunity (customer_id, (coalesce(expected_close_on, 'infinity')), id);
      CREATE INDEX opportunity_by_owner_opened ON opportunity (owner_id, (coalesce(opened_at, '-infinity')), id);
      CREATE INDEX opportunity_by_owner_amount ON opportunity (owner_id, (coalesce(amount, -1)), id);
      CREATE INDEX opportunity_by_owner_close ON opportunity (owner_id, (coalesce(expected_close_on, 'infinity')), id);
      CREATE INDEX opportunity_by_product_opened ON opportunity (product_id, (coalesce(opened_at, '-infinity')), id);
      CREATE INDEX opportunity_by_product_amount ON opportunity (product_id, (coalesce(amount, -1)), id);
      CREATE INDEX opportunity_by_product_close ON opportunity (product_id, (coalesce(expected_close_on, 'infinity')), id);

      CREATE TABLE stage_change (
        opportunity_id uuid NOT NULL REFERENCES opportunity (id),
        position integer NOT NULL CHECK (position BETWEEN 0 AND 99),
        stage text NOT NULL CHECK (stage IN
          ('PROSPECTING', 'QUALIFICATION', 'PROPOSAL', 'NEGOTIATION', 'COMMITTED', 'WON', 'LOST')),
        at timestamptz,
        employee_id uuid,
        PRIMARY KEY (opportunity_id, position)
      );

      CREATE TABLE customer_order (
        id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        customer_id uuid NOT NULL,
        status text NOT NULL CHECK (status IN ('PLACED', 'CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLED')),
        placed_at timestamptz NOT NULL,
        currency char(3) NOT NULL,
        total numeric(19,4) NOT NULL CHECK (total >= 0),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version integer NOT NULL DEFAULT 1
      );
      CREATE INDEX customer_order_by_placed ON customer_order (placed_at, id);
      CREATE INDEX customer_order_by_total ON customer_order (total, id);
      CREATE INDEX customer_order_by_status_placed ON customer_order (status, placed_at, id);
      CREATE INDEX customer_order_by_status_total ON customer_order (status, total, id);
      CREATE INDEX customer_order_by_customer_placed ON customer_order (customer_id, placed_at, id);
      CREATE INDEX customer_order_by_customer_total ON customer_order (customer_id, total, id);

      CREATE TABLE order_line (
        order_id uuid NOT NULL REFERENCES customer_order (id),
        position integer NOT NULL CHECK (position BETWEEN 0 AND 199),
        product_id uuid NOT NULL REFERENCES product (id),
        quantity integer NOT NULL CHECK (quantity > 0),
        unit_price numeric(19,4) NOT NULL CHECK (unit_price >= 0),
        unit_cost numeric(19,4) CHECK (unit_cost >= 0),
        discount numeric(19,4) NOT NULL DEFAULT 0 CHECK (discount BETWEEN 0 AND quantity * unit_price),
        PRIMARY KEY (order_id, position)
      );

      CREATE TABLE activity (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('CALL', 'EMAIL', 'MEETING', 'PRESENTATION', 'NOTE')),
        customer_id uuid NOT NULL,
        opportunity_id uuid REFERENCES opportunity (id),
        employee_id uuid,
        subject text NOT NULL,
        notes text,
        outcome text,
        occurred_at timestamptz NOT NULL,
        next_step_description text,
        next_step_due_at timestamptz,
        next_step_done_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version integer NOT NULL DEFAULT 1,
        CHECK ((next_step_description IS NULL) = (next_step_due_at IS NULL)),
        CHECK (next_step_done_at IS NULL OR next_step_due_at IS NOT NULL)
      );
      CREATE INDEX activity_by_occurred ON activity (occurred_at, id);
      CREATE INDEX activity_by_kind_occurred ON activity (kind, occurred_at, id);
      CREATE INDEX activity_by_customer_occurred ON activity (customer_id, occurred_at, id);
      CREATE INDEX activity_by_opportunity_occurred ON activity (opportunity_id, occurred_at, id);
      CREATE INDEX activity_by_employee_occurred ON activity (employee_id, occurred_at, id);
      CREATE INDEX activity_by_customer_next_step ON activity (customer_id, next_step_due_at, id)
        WHERE next_step_due_at IS NOT NULL AND next_step_done_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE activity, order_line, customer_order, stage_change, opportunity, product, account');
  }
}
