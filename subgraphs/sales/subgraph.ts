import { validate as isUuid } from 'uuid';
import { defineSubgraph } from '../kit/defineSubgraph.js';
import { Account } from './entities/Account.js';
import { Activity } from './entities/Activity.js';
import { Customer } from './entities/Customer.js';
import { Employee } from './entities/Employee.js';
import { Opportunity } from './entities/Opportunity.js';
import { Order } from './entities/Order.js';
import { OrderLine } from './entities/OrderLine.js';
import { Product } from './entities/Product.js';
import { StageChange } from './entities/StageChange.js';
import { Touchpoint } from './entities/Touchpoint.js';
import { CreateSales1763800000000 } from './migrations/CreateSales1763800000000.js';
import { ActivityResolver } from './resolvers/ActivityResolver.js';
import { CustomerResolver } from './resolvers/CustomerResolver.js';
import { MutationResolver } from './resolvers/MutationResolver.js';
import { OpportunityResolver } from './resolvers/OpportunityResolver.js';
import { OrderLineResolver } from './resolvers/OrderLineResolver.js';
import { OrderResolver } from './resolvers/OrderResolver.js';
import { QueryResolver } from './resolvers/QueryResolver.js';
import { TouchpointResolver } from './resolvers/TouchpointResolver.js';
import { touchpointReference } from './touchpointReference.js';

/** From first interest to the close, and what it is worth: products, opportunities, orders, and what salespeople do. */
export const sales = defineSubgraph({
  name: 'sales',
  port: 4003,
  resolvers: [
    QueryResolver,
    MutationResolver,
    CustomerResolver,
    OpportunityResolver,
    OrderResolver,
    OrderLineResolver,
    ActivityResolver,
    TouchpointResolver,
  ],
  types: [Customer, Employee, Product, Opportunity, Order, Activity, Touchpoint],
  references: {
    Customer: ({ id }) => (typeof id === 'string' && isUuid(id) ? new Customer(id.toLowerCase()) : null),
    Product: (reference, context) => context.byId(Product, reference.id),
    Opportunity: (reference, context) => context.byId(Opportunity, reference.id),
    Order: (reference, context) => context.byId(Order, reference.id),
    Activity: (reference, context) => context.byId(Activity, reference.id),
    Touchpoint: touchpointReference,
  },
  entities: [Account, Product, Opportunity, StageChange, Order, OrderLine, Activity],
  migrations: [CreateSales1763800000000],
});
