import { Column, Entity, PrimaryColumn } from 'typeorm';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';
import { Touchpoint } from './Touchpoint.js';

/** A touchpoint that somebody took off a journey, and that is not to be put there again. */
@Entity('journey_exclusion')
@OwnedBy.through('touchpointId', () => Touchpoint)
export class JourneyExclusion {
  @PrimaryColumn('uuid', { name: 'touchpoint_id' })
  touchpointId: string;

  @PrimaryColumn('uuid', { name: 'journey_id' })
  journeyId: string;

  @OnErasure.keep
  @Column('timestamptz', { default: () => 'now()' })
  at: Date;
}
