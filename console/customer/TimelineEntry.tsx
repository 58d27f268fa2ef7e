import { IconRoute } from '@tabler/icons-react';
import { memo } from 'react';
import type { TimelineItem } from '../graph/Touchpoint.ts';
import { Tag } from '../parts/Tag.tsx';
import { TouchpointCard } from '../parts/TouchpointCard.tsx';
import classes from './TimelineEntry.module.css';

interface Props {
  readonly item: TimelineItem;
  /** The entry above; of the same journey, it has said its name already. */
  readonly before: TimelineItem | undefined;
  /** From 1. */
  readonly position: number;
  /** How many there are; -1 while that is not known. */
  readonly count: number;
  readonly isFresh: boolean;
}

/** A touchpoint on the timeline, under the name of its journey where a new one begins. */
export const TimelineEntry = memo(function TimelineEntry({ item, before, position, count, isFresh }: Props) {
  const { journey } = item;
  const begins = journey && journey.id !== before?.journey?.id;
  return (
    <article
      className={classes.entry}
      data-journey={journey ? '' : undefined}
      data-begins={begins ? '' : undefined}
      data-fresh={isFresh ? '' : undefined}
      data-touchpoint={item.id}
      aria-posinset={position}
      aria-setsize={count}
      aria-label={item.summary}
    >
      {begins && (
        <div className={classes.journey}>
          <IconRoute size={14} aria-hidden="true" />
          <span className={classes.subject} title={journey.subject}>
            {journey.subject}
          </span>
          {journey.status === 'OPEN' && <Tag tone="info">Open</Tag>}
        </div>
      )}
      <TouchpointCard touchpoint={item} />
    </article>
  );
});
