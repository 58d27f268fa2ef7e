import { Field, InputType, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { KeyOfCustomer } from '../../kit/ownership/KeyOfCustomer.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('address')
@OwnedBy.columns('customerId')
@KeyOfCustomer(['label'])
@OnErasure.deleteRow
@ObjectType({ description: 'A postal address of the customer.', simpleResolvers: true })
export class Address {
  @PrimaryColumn('uuid', { name: 'customer_id' })
  customerId: string;

  @PrimaryColumn('text')
  @Field(() => String, { description: 'What it is for: `home`, `billing`, `headquarters`.' })
  label: string;

  @Column('text', { array: true })
  @Field(() => [String], { description: 'Street and number, as written on an envelope.' })
  lines: string[];

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'City or town.' })
  city: string | null;

  @Column('text', { name: 'postal_code', nullable: true })
  @Field(() => String, { nullable: true, description: 'Postal code.' })
  postalCode: string | null;

  @Column('text')
  @Field(() => String, { description: 'Country, ISO 3166-1 alpha-2: `AT`.' })
  country: string;
}

@InputType({ description: 'A postal address.' })
export class AddressInput {
  @Field(() => String, { description: 'What it is for: `home`, `billing`. At most 50 characters.' })
  label: string;

  @Field(() => [String], {
    description: 'Street and number, as written on an envelope: 1 to 6 lines of at most 200 characters.',
  })
  lines: string[];

  @Field(() => String, { nullable: true, description: 'City or town. At most 100 characters.' })
  city?: string | null;

  @Field(() => String, { nullable: true, description: 'Postal code. At most 20 characters.' })
  postalCode?: string | null;

  @Field(() => String, { description: 'Country, ISO 3166-1 alpha-2, in any case: `AT`.' })
  country: string;
}
