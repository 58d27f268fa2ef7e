import { Channel } from '../../../subgraphs/kit/graph/Channel.js';
import { Address } from '../../../subgraphs/identity/entities/Address.js';
import { CustomerKind, CustomerRole } from '../../../subgraphs/identity/entities/Customer.js';
import { CustomerIdentifier } from '../../../subgraphs/identity/entities/CustomerIdentifier.js';
import { CustomerRecord } from '../../../subgraphs/identity/entities/CustomerRecord.js';
import { Employee } from '../../../subgraphs/identity/entities/Employee.js';
import { ExternalId } from '../../../subgraphs/identity/entities/ExternalId.js';
import { Household } from '../../../subgraphs/identity/entities/Household.js';
import { Membership } from '../../../subgraphs/identity/entities/Membership.js';
import { Preference } from '../../../subgraphs/identity/entities/Preference.js';
import { identity } from '../../../subgraphs/identity/subgraph.js';
import { notBefore } from './checks.js';
import type { ImportTarget, RowValues } from './ImportTarget.js';
import { atMost, country, email, language, oneOf, phone, timeZone } from './rules.js';

/** Somebody is found by an address only when it is written as addresses are compared. */
function checkIdentifier(row: RowValues): void {
  const [rule, value] = [row.get('type') === 'EMAIL' ? email : phone, row.get('value') ?? ''];
  const issue = rule.safeParse(value).error?.issues[0];
  if (issue) row.refuse('value', issue.message);
}

/** Ends, or removes, the addresses and numbers that a record said before, and none of its columns says any more. */
function endFormer(staged: string, all: readonly string[], becomes: 'keep' | 'remove'): string {
  const columns = 'record_, recorded_for, type, value, said_by';
  const said = all.map((one) => `SELECT ${columns} FROM ${one} WHERE NOT removed_`).join(' UNION ALL ');
  const change =
    becomes === 'keep'
      ? 'UPDATE identity.customer_identifier AS t SET until = now(), said_by = NULL FROM record AS r'
      : 'DELETE FROM identity.customer_identifier AS t USING record AS r';
  return `WITH said AS (${said}),
      record AS (SELECT DISTINCT record_, recorded_for, type, said_by FROM ${staged} WHERE NOT removed_)
    ${change}
    WHERE t.recorded_for = r.recorded_for AND t.type = r.type AND t.said_by = r.said_by
      AND t.value NOT IN (SELECT s.value FROM said AS s WHERE s.record_ = r.record_ AND s.type = r.type)
    RETURNING r.record_ AS record`;
}

/** What a mapping can write of identity. */
export const identityTargets: Readonly<Record<string, ImportTarget>> = {
  'identity.Customer': {
    subgraph: identity,
    entity: CustomerRecord,
    rules: {
      kind: oneOf(CustomerKind),
      displayName: atMost(200),
      roles: oneOf(CustomerRole),
      locale: language,
      timeZone,
      preferredChannel: oneOf(Channel),
    },
    initial: { roles: [] },
    // So customer360(externalId) finds them by the key that the source knows them by.
    companions: (source) => [
      {
        entity: 'identity.ExternalId',
        fields: { source: { constant: source }, id: { key: true }, customerId: { reference: 'this' } },
      },
    ],
  },
  'identity.ExternalId': {
    subgraph: identity,
    entity: ExternalId,
    rules: { source: atMost(100), id: atMost(200) },
    // As the graph looks them up: see externalIdInput.
    complete(row) {
      for (const property of ['source', 'id']) row.set(property, row.get(property)?.normalize('NFC') ?? null);
    },
  },
  'identity.CustomerIdentifier': {
    subgraph: identity,
    entity: CustomerIdentifier,
    rules: { type: oneOf({ EMAIL: 'EMAIL', PHONE: 'PHONE' }) },
    initial: { position: '0' },
    // What had ended is theirs again when a file says so.
    fills: { until: 'always' },
    complete: checkIdentifier,
    former: { saidBy: 'saidBy', statement: endFormer },
  },
  'identity.Address': {
    subgraph: identity,
    entity: Address,
    rules: { label: atMost(100), lines: atMost(200), city: atMost(100), postalCode: atMost(20), country },
    initial: { lines: [] },
  },
  'identity.Preference': {
    subgraph: identity,
    entity: Preference,
    rules: { label: atMost(100), note: atMost(2000) },
  },
  'identity.Household': { subgraph: identity, entity: Household, rules: { name: atMost(200) } },
  'identity.Membership': {
    subgraph: identity,
    entity: Membership,
    rules: { role: atMost(100) },
    complete: (row) => notBefore(row, 'until', 'since'),
  },
  'identity.Employee': {
    subgraph: identity,
    entity: Employee,
    rules: { name: atMost(200), email, team: atMost(200), title: atMost(200), subject: atMost(200) },
    initial: { active: 'true' },
  },
};
