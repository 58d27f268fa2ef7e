import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Masked } from '../../kit/graph/Masked.js';
import { maskExternalId } from '../maskExternalId.js';
import { KeyOfCustomer } from '../../kit/ownership/KeyOfCustomer.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('external_id')
@OwnedBy.columns('customerId')
@KeyOfCustomer(['source', 'id'])
@OnErasure.deleteRow
@ObjectType({ description: 'The id under which another system knows the customer.', simpleResolvers: true })
export class ExternalId {
  @PrimaryColumn('text')
  @Field(() => String, { description: 'The other system: `sap`, `maven-crm`.' })
  source: string;

  @PrimaryColumn('text')
  @Masked(maskExternalId)
  @Field(() => ID, { description: 'Its id there.' })
  id: string;

  @Column('uuid', { name: 'customer_id' })
  customerId: string;
}
