import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { KeyOfCustomer } from '../../kit/ownership/KeyOfCustomer.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('segment_member')
@OwnedBy.columns('customerId')
@KeyOfCustomer(['segmentId'], 'since')
@OnErasure.deleteRow
@Directive('@key(fields: "id")')
@ObjectType({ description: 'That a customer belongs to a segment. At most one for both.', simpleResolvers: true })
export class SegmentMembership {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'segment_id' })
  segmentId: string;

  @Column('uuid', { name: 'customer_id' })
  customerId: string;

  @Column('timestamptz')
  @Field(() => DateTime, { description: 'Since when the customer belongs to the segment.' })
  since: Date;
}

export const SegmentMembershipConnection = connectionType(SegmentMembership, 'SegmentMembership');
