import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { enumType } from '../../kit/graph/enumType.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

export const ExposureOutcome = enumType('ExposureOutcome', 'How far an exposure came, as the furthest step known.', {
  CONTROL: 'Sent nothing: the customer is of the control group.',
  SENT: 'Sent, and nothing more is known.',
  OPENED: 'Opened.',
  CLICKED: 'Something in it was clicked.',
  RESPONDED: 'The customer did what the campaign is for.',
});
export type ExposureOutcome = keyof typeof ExposureOutcome;

@Entity('exposure')
@OwnedBy.columns('customerId')
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'That a campaign reached a customer once, or left them out as one of its control group.',
  simpleResolvers: true,
})
export class Exposure {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @OnErasure.keep
  @Column('uuid', { name: 'campaign_id' })
  campaignId: string;

  @Column('uuid', { name: 'customer_id' })
  customerId: string;

  @OnErasure.keep
  @Column('timestamptz', { name: 'sent_at' })
  @Field(() => DateTime, {
    description: 'When it was sent; for the control group, when it would have been.',
  })
  sentAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'opened_at', nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was first opened; always null for the control group.',
  })
  openedAt: Date | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'clicked_at', nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When something in it was first clicked; always null for the control group.',
  })
  clickedAt: Date | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'responded_at', nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When the customer did what the campaign is for. The control group may do so too, unprompted.',
  })
  respondedAt: Date | null;

  @OnErasure.keep
  @Column('boolean')
  @Field(() => Boolean, { description: 'Whether the customer is of the control group: chosen, and sent nothing.' })
  control: boolean;

  @Field(() => ExposureOutcome, { description: 'How far it came: the furthest of the steps above.' })
  get outcome(): ExposureOutcome {
    if (this.control) return 'CONTROL';
    if (this.respondedAt !== null) return 'RESPONDED';
    if (this.clickedAt !== null) return 'CLICKED';
    return this.openedAt === null ? 'SENT' : 'OPENED';
  }

  /** The system that an import took the row from, and the row's key there. */
  @OnErasure.clear
  @Column('text', { nullable: true })
  source: string | null;

  @OnErasure.clear
  @Column('text', { name: 'source_key', nullable: true })
  sourceKey: string | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'updated_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it was last changed; null while it never was.' })
  updatedAt: Date | null;

  @OnErasure.keep
  @Column('integer')
  @Field(() => Int, { description: 'Rises with each change.' })
  version: number;
}

export const ExposureConnection = connectionType(Exposure, 'Exposure');
