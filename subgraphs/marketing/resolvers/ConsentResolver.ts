import { FieldResolver, Resolver, Root } from 'type-graphql';
import { Consent } from '../entities/Consent.js';
import { Customer, customerStub } from '../entities/Customer.js';

@Resolver(() => Consent)
export class ConsentResolver {
  @FieldResolver(() => Customer, { nullable: true, description: 'Who said so.' })
  customer(@Root() consent: Consent): Customer | null {
    return customerStub(consent.customerId);
  }
}
