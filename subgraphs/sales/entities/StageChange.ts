import { Field, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { DateTime } from '../../kit/graph/DateTime.js';
import { OpportunityStage } from '../opportunityStages.js';
import { Employee } from './Employee.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';
import { Opportunity } from './Opportunity.js';

/** How often an opportunity can change its stage, its first stage counted. */
export const MAX_STAGE_CHANGES = 100;

@Entity('stage_change')
@OwnedBy.through('opportunityId', () => Opportunity)
@ObjectType({ description: 'The moment at which an opportunity entered a stage.', simpleResolvers: true })
export class StageChange {
  @PrimaryColumn('uuid', { name: 'opportunity_id' })
  opportunityId: string;

  /** 0 is the stage in which it was opened. */
  @PrimaryColumn('integer')
  position: number;

  @OnErasure.keep
  @Column('text')
  @Field(() => OpportunityStage, { description: 'The stage that it entered.' })
  stage: OpportunityStage;

  @OnErasure.keep
  @Column('timestamptz', { nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When; null when the system it came from does not say.' })
  at: Date | null;

  @OnErasure.keep
  @Column('uuid', { name: 'employee_id', nullable: true })
  employeeId: string | null;

  @Field(() => Employee, { nullable: true, description: 'Who moved it there, when that is known.' })
  get employee(): Employee | null {
    return this.employeeId === null ? null : new Employee(this.employeeId);
  }
}
