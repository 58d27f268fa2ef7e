import { Channel } from '../../../subgraphs/kit/Channel.js';
import { Address } from '../../../subgraphs/identity/entities/Address.js';
import { Customer, CustomerKind, CustomerRole } from '../../../subgraphs/identity/entities/Customer.js';
import { CustomerIdentifier } from '../../../subgraphs/identity/entities/CustomerIdentifier.js';
import { Employee } from '../../../subgraphs/identity/entities/Employee.js';
import { ExternalId } from '../../../subgraphs/identity/entities/ExternalId.js';
import { identity } from '../../../subgraphs/identity/subgraph.js';
import type { ImportTarget } from './ImportTarget.js';
import { atMost, country, oneOf } from './rules.js';

/** What a mapping can write of identity. */
export const identityTargets: Readonly<Record<string, ImportTarget>> = {
  'identity.Customer': {
    subgraph: identity,
    entity: Customer,
    rules: {
      kind: oneOf(CustomerKind),
      displayName: atMost(200),
      roles: oneOf(CustomerRole),
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
    owner: 'customerId',
    rules: { source: atMost(100), id: atMost(200) },
  },
  'identity.CustomerIdentifier': {
    subgraph: identity,
    entity: CustomerIdentifier,
    rules: { type: oneOf({ EMAIL: 'EMAIL', PHONE: 'PHONE' }) },
    initial: { position: '0' },
  },
  'identity.Address': {
    subgraph: identity,
    entity: Address,
    rules: { label: atMost(100), country },
    initial: { lines: [] },
  },
  'identity.Employee': {
    subgraph: identity,
    entity: Employee,
    rules: { name: atMost(200), team: atMost(200), title: atMost(200) },
    initial: { active: 'true' },
  },
};
