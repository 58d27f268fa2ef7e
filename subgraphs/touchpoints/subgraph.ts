import { SCOPES } from '../../schema/contract.js';
import { validate as isUuid } from 'uuid';
import { defineSubgraph } from '../kit/serve/defineSubgraph.js';
import { Customer } from './entities/Customer.js';
import { Employee } from './entities/Employee.js';
import { Journey } from './entities/Journey.js';
import { JourneyExclusion } from './entities/JourneyExclusion.js';
import { Touchpoint } from './entities/Touchpoint.js';
import { AddTouchpointWords1763900000000 } from './migrations/AddTouchpointWords1763900000000.js';
import { AnnounceAfterCommit1764400000000 } from './migrations/AnnounceAfterCommit1764400000000.js';
import { AnnounceTouchpoints1764000000002 } from './migrations/AnnounceTouchpoints1764000000002.js';
import { CreateTouchpoints1763800000000 } from './migrations/CreateTouchpoints1763800000000.js';
import { leaveForeignJourneys } from './journeys/leaveForeignJourneys.js';
import { closeIdleJourneys } from './journeys/closeIdleJourneys.js';
import { LinkJourneys1764000000001 } from './migrations/LinkJourneys1764000000001.js';
import { MakeWordsByTrigger1764700000000 } from './migrations/MakeWordsByTrigger1764700000000.js';
import { ReportTouchpoints1764000000000 } from './migrations/ReportTouchpoints1764000000000.js';
import { TakeTurns1764600000000 } from './migrations/TakeTurns1764600000000.js';
import { CustomerResolver } from './resolvers/CustomerResolver.js';
import { EmployeeResolver } from './resolvers/EmployeeResolver.js';
import { JourneyResolver } from './resolvers/JourneyResolver.js';
import { MutationResolver } from './resolvers/MutationResolver.js';
import { QueryResolver } from './resolvers/QueryResolver.js';
import { SubscriptionResolver } from './resolvers/SubscriptionResolver.js';
import { TouchpointResolver } from './resolvers/TouchpointResolver.js';
import { timeline } from './timeline.js';

/** What happened between a customer and us, in order, through every channel and with every department. */
export const touchpoints = defineSubgraph({
  name: 'touchpoints',
  port: 4002,
  access: { read: SCOPES.readCustomers, write: SCOPES.writeTouchpoints },
  resolvers: [
    QueryResolver,
    MutationResolver,
    SubscriptionResolver,
    CustomerResolver,
    EmployeeResolver,
    TouchpointResolver,
    JourneyResolver,
  ],
  types: [Customer, Employee, Touchpoint, Journey],
  references: {
    Customer: ({ id }) => (typeof id === 'string' && isUuid(id) ? new Customer(id.toLowerCase()) : null),
    Employee: ({ id }) => (typeof id === 'string' && isUuid(id) ? new Employee(id.toLowerCase()) : null),
    Touchpoint: (reference, context) => context.byId(Touchpoint, reference.id),
    Journey: (reference, context) => context.byId(Journey, reference.id),
  },
  entities: [Journey, Touchpoint, JourneyExclusion],
  migrations: [
    CreateTouchpoints1763800000000,
    AddTouchpointWords1763900000000,
    ReportTouchpoints1764000000000,
    LinkJourneys1764000000001,
    AnnounceTouchpoints1764000000002,
    AnnounceAfterCommit1764400000000,
    TakeTurns1764600000000,
    MakeWordsByTrigger1764700000000,
  ],
  rederive: leaveForeignJourneys,
  consumers: [timeline],
  chores: [closeIdleJourneys],
});
