import { defineSubgraph } from '../kit/defineSubgraph.js';
import { Address } from './entities/Address.js';
import { Customer } from './entities/Customer.js';
import { CustomerIdentifier } from './entities/CustomerIdentifier.js';
import { Employee } from './entities/Employee.js';
import { ExternalId } from './entities/ExternalId.js';
import { Household } from './entities/Household.js';
import { CreateIdentity1763800000000 } from './migrations/CreateIdentity1763800000000.js';
import { CustomerResolver } from './resolvers/CustomerResolver.js';
import { HouseholdResolver } from './resolvers/HouseholdResolver.js';
import { MutationResolver } from './resolvers/MutationResolver.js';
import { QueryResolver } from './resolvers/QueryResolver.js';

/** Who this is: customers, how to recognise them, households, and our own employees. */
export const identity = defineSubgraph({
  name: 'identity',
  port: 4001,
  resolvers: [QueryResolver, MutationResolver, CustomerResolver, HouseholdResolver],
  types: [Customer, Employee, Household],
  references: {
    Customer: (reference, context) => context.byId(Customer, reference.id),
    Employee: (reference, context) => context.byId(Employee, reference.id),
    Household: (reference, context) => context.byId(Household, reference.id),
  },
  entities: [Household, Customer, CustomerIdentifier, ExternalId, Address, Employee],
  migrations: [CreateIdentity1763800000000],
});
