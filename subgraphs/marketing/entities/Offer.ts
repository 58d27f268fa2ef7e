import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { money, Money } from '../../kit/graph/Money.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('offer')
@OwnedBy.nobody('it is made to many')
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'Something at a price for a time, out of a proposition, in a campaign, or both.',
  simpleResolvers: true,
})
export class Offer {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('text')
  @Field(() => String, { description: 'What we call it. Names may repeat.' })
  name: string;

  @Column('uuid', { name: 'proposition_id', nullable: true })
  propositionId: string | null;

  @Column('uuid', { name: 'campaign_id', nullable: true })
  campaignId: string | null;

  @Column('timestamptz', { name: 'valid_from' })
  @Field(() => DateTime, { description: 'From when it may be taken up.' })
  validFrom: Date;

  @Column('timestamptz', { name: 'valid_until', nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'Until when it may be taken up, that moment not included; null while that is open.',
  })
  validUntil: Date | null;

  @Column('numeric', { name: 'price_amount', precision: 19, scale: 4 })
  priceAmount: string;

  @Column('char', { name: 'price_currency', length: 3 })
  priceCurrency: string;

  @Field(() => Money, { description: 'What it costs the customer.' })
  get price(): Money {
    return money(this.priceAmount, this.priceCurrency);
  }

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'Its conditions, in words. At most 10,000 characters.' })
  terms: string | null;

  /** The system that an import took the row from, and the row's key there. */
  @Column('text', { nullable: true })
  source: string | null;

  @Column('text', { name: 'source_key', nullable: true })
  sourceKey: string | null;

  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was first recorded.' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it was last changed; null while it never was.' })
  updatedAt: Date | null;

  @Column('integer')
  @Field(() => Int, {
    description: 'Rises with each change; give it as `expectedVersion` to change only what you have seen.',
  })
  version: number;
}

export const OfferConnection = connectionType(Offer, 'Offer');
