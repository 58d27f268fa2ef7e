import { SCOPES } from '../../schema/contract.js';
import { validate as isUuid } from 'uuid';
import { defineSubgraph } from '../kit/serve/defineSubgraph.js';
import { touchpointReference } from '../kit/graph/touchpointReference.js';
import { Account } from './entities/Account.js';
import { Activity } from './entities/Activity.js';
import { ActivityDocument } from './entities/ActivityDocument.js';
import { CategorySpend } from './entities/CategorySpend.js';
import { Customer } from './entities/Customer.js';
import { Employee } from './entities/Employee.js';
import { Handover } from './entities/Handover.js';
import { HandoverItem } from './entities/HandoverItem.js';
import { Lead } from './entities/Lead.js';
import { Opportunity } from './entities/Opportunity.js';
import { Order } from './entities/Order.js';
import { OrderLine } from './entities/OrderLine.js';
import { Product } from './entities/Product.js';
import { StageChange } from './entities/StageChange.js';
import { Touchpoint } from './entities/Touchpoint.js';
import { CreateSales1763800000000 } from './migrations/CreateSales1763800000000.js';
import { CompleteSales1763900000000 } from './migrations/CompleteSales1763900000000.js';
import { MarkDemoLinksInSales1764000000000 } from './migrations/MarkDemoLinksInSales1764000000000.js';
import { ReleaseInSales1764400000001 } from './migrations/ReleaseInSales1764400000001.js';
import { releaseSales } from './releaseSales.js';
import { ActivityResolver } from './resolvers/ActivityResolver.js';
import { CustomerResolver } from './resolvers/CustomerResolver.js';
import { EmployeeResolver } from './resolvers/EmployeeResolver.js';
import { HandoverItemResolver } from './resolvers/HandoverItemResolver.js';
import { HandoverResolver } from './resolvers/HandoverResolver.js';
import { LeadResolver } from './resolvers/LeadResolver.js';
import { MutationResolver } from './resolvers/MutationResolver.js';
import { OpportunityResolver } from './resolvers/OpportunityResolver.js';
import { OrderLineResolver } from './resolvers/OrderLineResolver.js';
import { OrderResolver } from './resolvers/OrderResolver.js';
import { PortfolioResolver } from './resolvers/PortfolioResolver.js';
import { QueryResolver } from './resolvers/QueryResolver.js';
import { TouchpointResolver } from './resolvers/TouchpointResolver.js';

/** From first interest to the close, and what it is worth: products, opportunities, orders, and what salespeople do. */
export const sales = defineSubgraph({
  name: 'sales',
  port: 4003,
  access: { read: SCOPES.readCustomers, write: SCOPES.writeSales },
  resolvers: [
    QueryResolver,
    MutationResolver,
    CustomerResolver,
    EmployeeResolver,
    PortfolioResolver,
    HandoverResolver,
    HandoverItemResolver,
    LeadResolver,
    OpportunityResolver,
    OrderResolver,
    OrderLineResolver,
    ActivityResolver,
    TouchpointResolver,
  ],
  types: [Customer, Employee, Product, Lead, Opportunity, Order, Activity, Handover, Touchpoint],
  references: {
    Customer: ({ id }) => (typeof id === 'string' && isUuid(id) ? new Customer(id.toLowerCase()) : null),
    Employee: ({ id }) => (typeof id === 'string' && isUuid(id) ? new Employee(id.toLowerCase()) : null),
    Lead: (reference, context) => context.byId(Lead, reference.id),
    Handover: (reference, context) => context.byId(Handover, reference.id),
    Product: (reference, context) => context.byId(Product, reference.id),
    Opportunity: (reference, context) => context.byId(Opportunity, reference.id),
    Order: (reference, context) => context.byId(Order, reference.id),
    Activity: (reference, context) => context.byId(Activity, reference.id),
    Touchpoint: touchpointReference(Touchpoint),
  },
  entities: [
    Account,
    CategorySpend,
    Product,
    Opportunity,
    StageChange,
    Lead,
    Order,
    OrderLine,
    Activity,
    ActivityDocument,
    Handover,
    HandoverItem,
  ],
  migrations: [
    CreateSales1763800000000,
    CompleteSales1763900000000,
    MarkDemoLinksInSales1764000000000,
    ReleaseInSales1764400000001,
  ],
  release: releaseSales,
});
