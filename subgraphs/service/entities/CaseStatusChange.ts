import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { CaseStatus } from '../caseStatus.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';
import { Case } from './Case.js';

@Entity('case_status_change')
@OwnedBy.through('caseId', () => Case)
@ObjectType({
  description:
    'A step in the life of a case. Steps are never changed. Those of imported cases, and of the time before steps were kept, are not known.',
  simpleResolvers: true,
})
export class CaseStatusChange {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'case_id' })
  caseId: string;

  @OnErasure.keep
  @Column('text', { name: 'from_status', nullable: true })
  @Field(() => CaseStatus, { nullable: true, description: 'Where it stood; null when the case was opened.' })
  fromStatus: CaseStatus | null;

  @OnErasure.keep
  @Column('text', { name: 'to_status' })
  @Field(() => CaseStatus, { description: 'Where it stood from then on.' })
  toStatus: CaseStatus;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, {
    nullable: true,
    description:
      'Why: the resolution of a case that was resolved, the reason for reopening it. At most 10,000 characters.',
  })
  note: string | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'changed_at' })
  @Field(() => DateTime, { description: 'When.' })
  changedAt: Date;
}

export const CaseStatusChangeConnection = connectionType(CaseStatusChange, 'CaseStatusChange');
