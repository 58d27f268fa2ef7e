import { Channel } from '../../../subgraphs/kit/graph/Channel.js';
import { Address } from '../../../subgraphs/identity/entities/Address.js';
import { Customer, CustomerKind, CustomerRole } from '../../../subgraphs/identity/entities/Customer.js';
import { CustomerIdentifier } from '../../../subgraphs/identity/entities/CustomerIdentifier.js';
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

/** What a mapping can write of identity. */
export const identityTargets: Readonly<Record<string, ImportTarget>> = {
  'identity.Customer': {
    subgraph: identity,
    entity: Customer,
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
  },
  'identity.CustomerIdentifier': {
    subgraph: identity,
    entity: CustomerIdentifier,
    rules: { type: oneOf({ EMAIL: 'EMAIL', PHONE: 'PHONE' }) },
    initial: { position: '0' },
    complete: checkIdentifier,
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
    rules: { name: atMost(200), email, team: atMost(200), title: atMost(200) },
    initial: { active: 'true' },
  },
};
