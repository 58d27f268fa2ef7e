import { SCOPES } from '../../schema/contract.js';
import { defineSubgraph } from '../kit/serve/defineSubgraph.js';
import { auditTrail } from './audit/auditTrail.js';
import { dropOldAuditEntries } from './audit/dropOldAuditEntries.js';
import { AppliedMerge } from './entities/AppliedMerge.js';
import { Address } from './entities/Address.js';
import { AuditEntry } from './entities/AuditEntry.js';
import { Customer } from './entities/Customer.js';
import { CustomerIdentifier } from './entities/CustomerIdentifier.js';
import { CustomerRecord } from './entities/CustomerRecord.js';
import { Employee } from './entities/Employee.js';
import { Erasure } from './entities/Erasure.js';
import { ErasureReceipt } from './entities/ErasureReceipt.js';
import { ExternalId } from './entities/ExternalId.js';
import { Household } from './entities/Household.js';
import { LegalHold } from './entities/LegalHold.js';
import { Membership } from './entities/Membership.js';
import { MergingSubgraph } from './entities/MergingSubgraph.js';
import { Preference } from './entities/Preference.js';
import { Team } from './entities/Team.js';
import { erasureReceipts } from './erasures/erasureReceipts.js';
import { beginHeldErasures } from './erasures/legalHolds.js';
import { identitySettings } from './identitySettings.js';
import { forgetAppliedMerges } from './merges/forgetAppliedMerges.js';
import { mergeProgress } from './merges/mergeProgress.js';
import { AccountForErasures1764800000001 } from './migrations/AccountForErasures1764800000001.js';
import { CompleteIdentity1763900000000 } from './migrations/CompleteIdentity1763900000000.js';
import { CreateAuditLog1764100000000 } from './migrations/CreateAuditLog1764100000000.js';
import { CreateIdentity1763800000000 } from './migrations/CreateIdentity1763800000000.js';
import { DateIdentifiers1764300000003 } from './migrations/DateIdentifiers1764300000003.js';
import { EraseCustomers1764200000001 } from './migrations/EraseCustomers1764200000001.js';
import { FollowMerges1764450000002 } from './migrations/FollowMerges1764450000002.js';
import { MergeCustomers1764200000003 } from './migrations/MergeCustomers1764200000003.js';
import { NumberMerges1764300000001 } from './migrations/NumberMerges1764300000001.js';
import { RecordCustomers1764300000006 } from './migrations/RecordCustomers1764300000006.js';
import { SortHouseholds1764500000001 } from './migrations/SortHouseholds1764500000001.js';
import { TellOfEmployees1764400000000 } from './migrations/TellOfEmployees1764400000000.js';
import { AuditResolver } from './resolvers/AuditResolver.js';
import { CustomerResolver } from './resolvers/CustomerResolver.js';
import { EmployeeResolver } from './resolvers/EmployeeResolver.js';
import { ErasureResolver } from './resolvers/ErasureResolver.js';
import { GroupMutationResolver } from './resolvers/GroupMutationResolver.js';
import { HouseholdResolver } from './resolvers/HouseholdResolver.js';
import { MembershipResolver } from './resolvers/MembershipResolver.js';
import { MergeCustomersPayloadResolver } from './resolvers/MergeCustomersPayload.js';
import { MergeResolver } from './resolvers/MergeResolver.js';
import { MutationResolver } from './resolvers/MutationResolver.js';
import { QueryResolver } from './resolvers/QueryResolver.js';
import { TeamResolver } from './resolvers/TeamResolver.js';
import { retellEmployees } from './retellEmployees.js';

/** Who this is: customers, how to recognise them, households, and our own employees. */
export const identity = defineSubgraph({
  name: 'identity',
  port: 4001,
  access: { read: SCOPES.readCustomers, write: SCOPES.writeIdentity },
  resolvers: [
    QueryResolver,
    AuditResolver,
    MutationResolver,
    ErasureResolver,
    MergeCustomersPayloadResolver,
    GroupMutationResolver,
    CustomerResolver,
    MergeResolver,
    HouseholdResolver,
    MembershipResolver,
    EmployeeResolver,
    TeamResolver,
  ],
  types: [Customer, Employee, Household, Membership, Team],
  references: {
    Customer: (reference, context) => context.byId(Customer, reference.id),
    Employee: (reference, context) => context.byId(Employee, reference.id),
    Household: (reference, context) => context.byId(Household, reference.id),
    Membership: (reference, context) => context.byId(Membership, reference.id),
    Team: (reference, context) => context.byId(Team, reference.id),
  },
  entities: [
    Household,
    Customer,
    CustomerRecord,
    CustomerIdentifier,
    ExternalId,
    Address,
    Preference,
    Membership,
    Team,
    Employee,
    AuditEntry,
    Erasure,
    ErasureReceipt,
    LegalHold,
    MergingSubgraph,
    AppliedMerge,
  ],
  migrations: [
    CreateIdentity1763800000000,
    CompleteIdentity1763900000000,
    CreateAuditLog1764100000000,
    EraseCustomers1764200000001,
    MergeCustomers1764200000003,
    NumberMerges1764300000001,
    DateIdentifiers1764300000003,
    RecordCustomers1764300000006,
    TellOfEmployees1764400000000,
    FollowMerges1764450000002,
    SortHouseholds1764500000001,
    AccountForErasures1764800000001,
  ],
  consumers: [auditTrail, mergeProgress, erasureReceipts],
  chores: [dropOldAuditEntries, retellEmployees, forgetAppliedMerges, beginHeldErasures],
  settings: identitySettings,
});
