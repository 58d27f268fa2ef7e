import type { CustomerTimelineQuery, TouchpointAddedSubscription } from './operations.ts';

/** A touchpoint as the timeline shows it. */
export type TimelineItem = NonNullable<NonNullable<CustomerTimelineQuery['customer360']>['timeline']>['nodes'][number];

/** A touchpoint as it comes in live. */
export type LiveTouchpoint = TouchpointAddedSubscription['touchpointAdded']['touchpoint'];
