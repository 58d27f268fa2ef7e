export interface Told {
  /** Who it is about. */
  readonly id: string;
  /** Tells what is written of them from what is written of others. */
  readonly number: number;
  /** Whom they referred to us. */
  readonly next: string;
  readonly employee: string;
}

/** Writes something of a customer into every table; some of it is the same for all, so that it cannot be twice with one. */
export async function tellOfCustomer(
  sql: (statement: string, ...values: readonly unknown[]) => Promise<unknown>,
  { id, number, next, employee }: Told,
): Promise<void> {
  const word = `p${number}`;
  const uuid = 'gen_random_uuid()';
  await sql(
    `INSERT INTO identity.customer_identifier (customer_id, type, value, position)
     VALUES ($1, 'EMAIL', 'shared@example.com', 1), ($1, 'PHONE', $2, 0)`,
    id,
    `+4366000000${number}`,
  );
  await sql(`INSERT INTO identity.external_id (source, id, customer_id) VALUES ('crm', $2, $1)`, id, word);
  await sql(`INSERT INTO identity.address (customer_id, label, lines, country) VALUES ($1, 'home', $2, 'AT')`, id, [
    word,
  ]);
  await sql(
    `INSERT INTO identity.preference (customer_id, label, note) VALUES ($1, 'meat', $2), ($1, $2, $2)`,
    id,
    word,
  );
  await sql(
    `INSERT INTO identity.membership (id, organization_id, person_id, since)
     SELECT ${uuid}, id, $1, '2020-01-01' FROM identity.customer WHERE kind = 'ORGANIZATION'`,
    id,
  );
  await sql(`INSERT INTO sales.account (customer_id, owner_id) VALUES ($1, $2)`, id, employee);
  await sql(
    `INSERT INTO sales.category_spend (customer_id, year, currency, amount) VALUES ($1, 2026, 'EUR', 5), ($1, $2, 'EUR', 6)`,
    id,
    1900 + (number % 100),
  );
  await sql(
    `INSERT INTO sales.lead (id, customer_id, name, source, status, captured_at) VALUES (${uuid}, $1, $2, 'WEB', 'NEW', now())`,
    id,
    word,
  );
  await sql(
    `INSERT INTO sales.activity (id, customer_id, kind, subject, occurred_at) VALUES (${uuid}, $1, 'CALL', $2, now())`,
    id,
    word,
  );
  await sql(
    `INSERT INTO sales.opportunity (id, customer_id, name, stage, probability) VALUES (${uuid}, $1, $2, 'PROPOSAL', 0.5)`,
    id,
    word,
  );
  await sql(
    `INSERT INTO sales.customer_order (id, number, customer_id, status, placed_at, currency, total)
     VALUES (${uuid}, $2, $1, 'PLACED', now(), 'EUR', ${number + 1})`,
    id,
    word,
  );
  await sql(
    `WITH c AS (INSERT INTO service.service_case (id, customer_id, subject, kind, channel, opened_at, first_response_due_at, resolution_due_at)
       VALUES (${uuid}, $1, $2, 'COMPLAINT', 'EMAIL', now(), now(), now()) RETURNING id)
     INSERT INTO service.promise (id, customer_id, case_id, what, due_at) SELECT ${uuid}, $1, id, $2, now() FROM c`,
    id,
    word,
  );
  await sql(
    `INSERT INTO service.goodwill (id, customer_id, amount, currency, reason, employee_id) VALUES (${uuid}, $1, 5, 'EUR', $2, $3)`,
    id,
    word,
    employee,
  );
  await sql(
    `INSERT INTO feedback.survey_response (id, survey_id, customer_id, kind, score, responded_at)
     SELECT ${uuid}, id, $1, 'NPS', ${number % 11}, now() FROM feedback.survey`,
    id,
  );
  await sql(
    `INSERT INTO feedback.review (id, customer_id, site, rating, published_at) VALUES (${uuid}, $1, 'X', 3, now())`,
    id,
  );
  await sql(
    `INSERT INTO feedback.competitor_rating (id, customer_id, competitor, experience, rating, rated_at) VALUES (${uuid}, $1, 'Y', 'price', 3, now())`,
    id,
  );
  await sql(
    `INSERT INTO feedback.referral (id, customer_id, referred_customer_id, referred_at) VALUES (${uuid}, $1, $2, now())`,
    id,
    next,
  );
  await sql(
    `INSERT INTO marketing.trait (id, customer_id, name, kind, value, source, observed_at)
     VALUES (${uuid}, $1, 'age', 'DEMOGRAPHIC', $2, 'shop', now()), (${uuid}, $1, $2, 'DEMOGRAPHIC', $2, 'shop', now())`,
    id,
    word,
  );
  await sql(
    `INSERT INTO marketing.segment_member (id, segment_id, customer_id) SELECT ${uuid}, id, $1 FROM marketing.segment`,
    id,
  );
  await sql(
    `INSERT INTO marketing.exposure (id, campaign_id, customer_id, sent_at) SELECT ${uuid}, id, $1, now() FROM marketing.campaign`,
    id,
  );
  await sql(
    `INSERT INTO marketing.consent_event (id, customer_id, purpose, action, source, text) VALUES (${uuid}, $1, 'MARKETING', 'GRANTED', 'shop', 'Yes')`,
    id,
  );
  await sql(
    `WITH j AS (INSERT INTO touchpoints.journey (id, customer_id, subject, status, opened_at, last_touch_at)
       VALUES (${uuid}, $1, $2, 'OPEN', now(), now()) RETURNING id)
     INSERT INTO touchpoints.touchpoint (id, customer_id, occurred_at, channel, direction, kind, department, summary, journey_id)
     SELECT ${uuid}, $1, now(), 'PHONE', 'INBOUND', 'CONTACT', 'SALES', $2, id FROM j`,
    id,
    word,
  );
}
