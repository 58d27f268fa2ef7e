import { Channel } from '../../../subgraphs/kit/graph/Channel.js';
import { Journey, JourneyStatus } from '../../../subgraphs/touchpoints/entities/Journey.js';
import {
  Department,
  Direction,
  Sentiment,
  Touchpoint,
  TouchpointKind,
} from '../../../subgraphs/touchpoints/entities/Touchpoint.js';
import { touchpoints } from '../../../subgraphs/touchpoints/subgraph.js';
import { bothOrNone, notBefore } from './checks.js';
import type { ImportTarget } from './ImportTarget.js';
import { atMost, oneOf } from './rules.js';

/** What a mapping can write of touchpoints. */
export const touchpointTargets: Readonly<Record<string, ImportTarget>> = {
  'touchpoints.Touchpoint': {
    subgraph: touchpoints,
    entity: Touchpoint,
    rules: {
      channel: oneOf(Channel),
      direction: oneOf(Direction),
      kind: oneOf(TouchpointKind),
      department: oneOf(Department),
      summary: atMost(500),
      sentiment: oneOf(Sentiment),
      emotion: atMost(50),
      sourceType: atMost(100),
      sourceId: atMost(200),
    },
    ids: ['sourceId'],
    initial: { recordedAt: 'now' },
    complete: (row) => bothOrNone(row, 'sourceType', 'sourceId'),
  },
  'touchpoints.Journey': {
    subgraph: touchpoints,
    entity: Journey,
    rules: { subject: atMost(200), status: oneOf(JourneyStatus) },
    complete: (row) => notBefore(row, 'lastTouchAt', 'openedAt'),
  },
};
