import { FieldResolver, Resolver, Root } from 'type-graphql';
import { Trait } from '../entities/Trait.js';
import { Customer, customerStub } from '../entities/Customer.js';

@Resolver(() => Trait)
export class TraitResolver {
  @FieldResolver(() => Customer, { nullable: true, description: 'Whose it is.' })
  customer(@Root() trait: Trait): Customer | null {
    return customerStub(trait.customerId);
  }
}
