import { SCOPES } from '../../schema/contract.js';
import { defineSubgraph } from '../kit/serve/defineSubgraph.js';
import { touchpointReference } from '../kit/graph/touchpointReference.js';
import { Case } from './entities/Case.js';
import { CaseMessage } from './entities/CaseMessage.js';
import { CaseStatusChange } from './entities/CaseStatusChange.js';
import { Customer, customerStub } from './entities/Customer.js';
import { Employee, employeeStub } from './entities/Employee.js';
import { Goodwill } from './entities/Goodwill.js';
import { GoodwillAuthority } from './entities/GoodwillAuthority.js';
import { ServicePromise } from './entities/ServicePromise.js';
import { Touchpoint } from './entities/Touchpoint.js';
import { CompleteService1763900000000 } from './migrations/CompleteService1763900000000.js';
import { CreateService1763800000000 } from './migrations/CreateService1763800000000.js';
import { MarkDemoLinksInService1764000000000 } from './migrations/MarkDemoLinksInService1764000000000.js';
import { LetServiceErase1764200000001 } from './migrations/LetServiceErase1764200000001.js';
import { MoveServiceRows1764200000003 } from './migrations/MoveServiceRows1764200000003.js';
import { LetServiceFollow1764300000001 } from './migrations/LetServiceFollow1764300000001.js';
import { CaseMessageResolver } from './resolvers/CaseMessageResolver.js';
import { CaseResolver } from './resolvers/CaseResolver.js';
import { CustomerResolver } from './resolvers/CustomerResolver.js';
import { EmployeeResolver } from './resolvers/EmployeeResolver.js';
import { GoodwillResolver } from './resolvers/GoodwillResolver.js';
import { MutationResolver } from './resolvers/MutationResolver.js';
import { PromiseResolver } from './resolvers/PromiseResolver.js';
import { QueryResolver } from './resolvers/QueryResolver.js';
import { TouchpointResolver } from './resolvers/TouchpointResolver.js';
import { releaseService } from './releaseService.js';
import { serviceSettings } from './serviceSettings.js';

/** Promises kept, complaints never lost: cases and their messages, promises, goodwill. */
export const service = defineSubgraph({
  name: 'service',
  port: 4004,
  access: { read: SCOPES.readCustomers, write: SCOPES.writeService },
  resolvers: [
    QueryResolver,
    MutationResolver,
    CustomerResolver,
    CaseResolver,
    CaseMessageResolver,
    PromiseResolver,
    GoodwillResolver,
    EmployeeResolver,
    TouchpointResolver,
  ],
  types: [Customer, Employee, Touchpoint],
  references: {
    Customer: (reference) => customerStub(reference.id),
    Employee: (reference) => employeeStub(reference.id),
    Touchpoint: touchpointReference(Touchpoint),
    Case: (reference, context) => context.byId(Case, reference.id),
    CaseMessage: (reference, context) => context.byId(CaseMessage, reference.id),
    Promise: (reference, context) => context.byId(ServicePromise, reference.id),
    Goodwill: (reference, context) => context.byId(Goodwill, reference.id),
  },
  entities: [Case, CaseMessage, CaseStatusChange, ServicePromise, Goodwill, GoodwillAuthority],
  migrations: [
    CreateService1763800000000,
    CompleteService1763900000000,
    MarkDemoLinksInService1764000000000,
    LetServiceErase1764200000001,
    MoveServiceRows1764200000003,
    LetServiceFollow1764300000001,
  ],
  release: releaseService,
  settings: serviceSettings,
});
