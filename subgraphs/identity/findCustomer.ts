import sql, { type Sql } from 'sql-template-tag';
import { validate as isUuid } from 'uuid';
import { badUserInput } from '../kit/graph/errors.js';
import { emailAddress, parseInput } from '../kit/graph/parseInput.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Customer } from './entities/Customer.js';
import { externalIdInput } from '../kit/graph/ExternalIdInput.js';
import { phoneCandidates } from './phone.js';

/** The ways to say which customer is meant. */
export interface CustomerIdentifiers {
  readonly id?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly externalId?: { readonly source: string; readonly id: string } | null;
}

const NAMES = ['id', 'email', 'phone', 'externalId'] as const;

/** How many customers with one identifier are told apart in an error. */
const SHOWN = 10;

/** Whose rows are, each customer once: who are one may have the same, and rows of who was merged follow moments later. */
function whoseIs(rows: Sql, where: Sql): Sql {
  return sql`SELECT DISTINCT coalesce(a.canonical_id, t.recorded_for) AS id FROM ${rows}
    LEFT JOIN customer_alias a ON a.customer_id = t.recorded_for WHERE ${where} LIMIT ${SHOWN}`;
}

function lookup(given: CustomerIdentifiers, name: (typeof NAMES)[number]): Sql | null {
  switch (name) {
    case 'id':
      return isUuid(given.id) ? sql`SELECT id FROM customer WHERE id = ${given.id}::uuid` : null;
    case 'email': {
      const email = parseInput(emailAddress, given.email, 'email');
      return whoseIs(sql`customer_identifier t`, sql`t.type = 'EMAIL' AND t.value = ${email}`);
    }
    case 'phone': {
      const phones = phoneCandidates(given.phone ?? '');
      if (phones.length === 0) {
        throw badUserInput('phone is not a phone number; write it with its country code: +43 1 234 5678', 'phone');
      }
      return whoseIs(sql`customer_identifier t`, sql`t.type = 'PHONE' AND t.value = ANY(${phones})`);
    }
    case 'externalId': {
      const { source, id } = parseInput(externalIdInput, given.externalId, 'externalId');
      return whoseIs(sql`external_id t`, sql`t.source = ${source} AND t.id = ${id}`);
    }
  }
}

/**
 * The customer that exactly one identifier names; null when we know none.
 * @throws BAD_USER_INPUT for no identifier or several, a malformed one, or one that several customers share
 */
export async function findCustomer(context: RequestContext, given: CustomerIdentifiers): Promise<Customer | null> {
  const names = NAMES.filter((name) => given[name] !== undefined && given[name] !== null);
  const [name] = names;
  if (name === undefined || names.length > 1) {
    throw badUserInput(
      `give exactly one of ${NAMES.join(', ')}; ${names.length === 0 ? 'none was given' : `${names.join(' and ')} were given`}`,
      names[1] ?? 'id',
      { oneOf: NAMES },
    );
  }
  const statement = lookup(given, name);
  const found = statement ? await context.database.query<{ id: string }>(statement) : [];
  if (found.length > 1) {
    throw badUserInput(`${name} belongs to ${found.length} customers; ask for one of them by id`, name, {
      customerIds: found.map((row) => row.id),
    });
  }
  return context.byId(Customer, found[0]?.id);
}
