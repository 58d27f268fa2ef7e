import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { maskPhone } from '../../kit/guard/maskPhone.js';
import { maskEmail } from '../../kit/guard/maskEmail.js';
import { Masked } from '../../kit/graph/Masked.js';
import { maskName } from '../../kit/guard/maskName.js';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { enumType } from '../../kit/graph/enumType.js';
import { money } from '../../kit/graph/Money.js';
import { LeadStatus } from '../leadStatus.js';
import { Customer } from './Customer.js';
import { Employee } from './Employee.js';
import { LeadQualification, type LeadAuthority } from './LeadQualification.js';
import { ERASED_TEXT, OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

export const LeadSource = enumType('LeadSource', 'How a lead came to us.', {
  WEB: 'Through our web site or app.',
  REFERRAL: 'Somebody who knows us sent them.',
  EVENT: 'We met at a fair, a seminar, a party.',
  CAMPAIGN: 'In answer to a campaign.',
  OUTREACH: 'We called or wrote first.',
  PARTNER: 'Through a partner.',
  SOCIAL: 'Through a social network.',
  WALK_IN: 'They came in.',
  OTHER: 'In another way.',
});
export type LeadSource = keyof typeof LeadSource;

@Entity('lead')
@OwnedBy.columns('customerId')
@Directive('@key(fields: "id")')
@ObjectType({ description: 'Somebody who may be interested, before there is an opportunity.', simpleResolvers: true })
export class Lead {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'customer_id', nullable: true })
  customerId: string | null;

  @OnErasure.write(ERASED_TEXT)
  @Column('text')
  @Masked(maskName)
  @Field(() => String, { description: 'Who it is, as they told us. At most 200 characters.' })
  name: string;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'For which company they speak. At most 200 characters.' })
  company: string | null;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @Masked(maskEmail)
  @Field(() => String, { nullable: true, description: 'Where to write to, in lower case.' })
  email: string | null;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @Masked(maskPhone)
  @Field(() => String, { nullable: true, description: 'Where to call, E.164.' })
  phone: string | null;

  @OnErasure.keep
  @Column('text')
  @Field(() => LeadSource, { description: 'How it came to us.' })
  source: LeadSource;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: 'In what they are interested. At most 1,000 characters.' })
  interest: string | null;

  @OnErasure.keep
  @Column('text')
  @Field(() => LeadStatus, { description: 'How far it has come.' })
  status: LeadStatus;

  @OnErasure.keep
  @Column('uuid', { name: 'owner_id', nullable: true })
  ownerId: string | null;

  @OnErasure.keep
  @Column('numeric', { name: 'budget_amount', precision: 19, scale: 4, nullable: true })
  budgetAmount: string | null;

  @OnErasure.keep
  @Column('char', { name: 'budget_currency', length: 3, nullable: true })
  budgetCurrency: string | null;

  @OnErasure.keep
  @Column('text', { nullable: true })
  authority: LeadAuthority | null;

  @OnErasure.clear
  @Column('text', { nullable: true })
  need: string | null;

  @OnErasure.keep
  @Column('date', { nullable: true })
  timing: string | null;

  @OnErasure.clear
  @Column('text', { name: 'disqualified_reason', nullable: true })
  @Field(() => String, { nullable: true, description: 'Why it is DISQUALIFIED; null otherwise.' })
  disqualifiedReason: string | null;

  @OnErasure.keep
  @Column('uuid', { name: 'opportunity_id', nullable: true })
  opportunityId: string | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'captured_at' })
  @Field(() => DateTime, { description: 'When they showed their interest.' })
  capturedAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'converted_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it became an opportunity; null when it has not.' })
  convertedAt: Date | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was recorded.' })
  createdAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'updated_at' })
  @Field(() => DateTime, { description: 'When it last changed.' })
  updatedAt: Date;

  @OnErasure.keep
  @Column('integer')
  @Field(() => Int, {
    description: 'Rises with each change; give it as `expectedVersion` to change only what you have seen.',
  })
  version: number;

  @Field(() => Customer, { nullable: true, description: 'Which customer it is; null while nobody knows.' })
  get customer(): Customer | null {
    return this.customerId === null ? null : new Customer(this.customerId);
  }

  @Field(() => Employee, { nullable: true, description: 'Who of ours follows it up; null while nobody does.' })
  get owner(): Employee | null {
    return this.ownerId === null ? null : new Employee(this.ownerId);
  }

  @Field(() => LeadQualification, { description: 'What we know of it by BANT.' })
  get qualification(): LeadQualification {
    const { budgetAmount, budgetCurrency, authority, need, timing } = this;
    const budget = budgetAmount === null || budgetCurrency === null ? null : money(budgetAmount, budgetCurrency);
    const known = { budget, authority, need, timing };
    return { ...known, missing: Object.entries(known).flatMap(([name, value]) => (value === null ? [name] : [])) };
  }
}

export const LeadConnection = connectionType(Lead, 'Lead');
