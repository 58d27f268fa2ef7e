import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Channel } from '../../kit/graph/Channel.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { money, Money } from '../../kit/graph/Money.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('campaign')
@OwnedBy.nobody('it goes to many')
@Directive('@key(fields: "id")')
@ObjectType({ description: 'One effort to win customers for something, on one channel.', simpleResolvers: true })
export class Campaign {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('text')
  @Field(() => String, { description: 'What we call it: `Spring mailing 2026`. Names may repeat.' })
  name: string;

  @Column('text')
  @Field(() => Channel, { description: 'The channel on which it reaches customers.' })
  channel: Channel;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'What it is to achieve.' })
  objective: string | null;

  @Column('numeric', { name: 'budget_amount', precision: 19, scale: 4, nullable: true })
  budgetAmount: string | null;

  @Column('char', { name: 'budget_currency', length: 3, nullable: true })
  budgetCurrency: string | null;

  @Field(() => Money, { nullable: true, description: 'What it may cost in all; null when nobody has set it.' })
  get budget(): Money | null {
    if (this.budgetAmount === null || this.budgetCurrency === null) return null;
    return money(this.budgetAmount, this.budgetCurrency);
  }

  /** As Postgres gives it: `0.1000`. */
  @Column('numeric', { name: 'control_share', precision: 5, scale: 4 })
  controlShareText: string;

  @Field(() => Float, {
    description:
      'The share, 0 to 1, of those chosen who are left out on purpose, so that the effect can be measured against them.',
  })
  get controlShare(): number {
    return Number(this.controlShareText);
  }

  @Column('timestamptz', { name: 'starts_at' })
  @Field(() => DateTime, { description: 'When it starts.' })
  startsAt: Date;

  @Column('timestamptz', { name: 'ends_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it ends; null while that is open.' })
  endsAt: Date | null;

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

export const CampaignConnection = connectionType(Campaign, 'Campaign');
