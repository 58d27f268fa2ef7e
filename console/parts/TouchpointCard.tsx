import { IconArrowDownLeft, IconArrowUpRight } from '@tabler/icons-react';
import { Link } from 'wouter';
import { wordsOf } from '../format/wordsOf.ts';
import type { TimelineItem } from '../graph/Touchpoint.ts';
import { ChannelMark } from './ChannelMark.tsx';
import { Tag, type Tone } from './Tag.tsx';
import { When } from './When.tsx';
import classes from './TouchpointCard.module.css';

interface Props {
  readonly touchpoint: Omit<TimelineItem, 'journey' | 'journeyLink'>;
  /** Whose it is, where the page is not the customer's own. */
  readonly customer?: { readonly id: string; readonly displayName: string } | null | undefined;
}

const TONES: Readonly<Record<string, Tone>> = { POSITIVE: 'good', NEGATIVE: 'bad' };

/** One thing that happened between a customer and us. Plain elements: a timeline mounts dozens of them in a frame. */
export function TouchpointCard({ touchpoint, customer }: Props): React.JSX.Element {
  const { channel, department, direction, emotion, employee, occurredAt, sentiment, summary } = touchpoint;
  const Arrow = direction === 'INBOUND' ? IconArrowDownLeft : IconArrowUpRight;
  return (
    <div className={classes.card}>
      <ChannelMark channel={channel} department={department} />
      <div className={classes.body}>
        <div className={classes.summary}>
          {customer && (
            <>
              <Link to={`/customers/${customer.id}`} className={classes.customer}>
                {customer.displayName}
              </Link>
              {' · '}
            </>
          )}
          {summary}
        </div>
        <div className={classes.meta}>
          <When at={occurredAt} />
          <span className={classes.direction}>
            <Arrow size={13} aria-hidden="true" />
            {wordsOf(channel)}
          </span>
          <span>{wordsOf(department)}</span>
          {employee && <span>{employee.name}</span>}
          {sentiment && sentiment !== 'NEUTRAL' && (
            <Tag tone={TONES[sentiment] ?? 'neutral'}>{wordsOf(emotion ?? sentiment)}</Tag>
          )}
        </div>
      </div>
    </div>
  );
}
