import { Anchor, Group, Text } from '@mantine/core';
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

/** One thing that happened between a customer and us. */
export function TouchpointCard({ touchpoint, customer }: Props): React.JSX.Element {
  const { channel, department, direction, emotion, employee, occurredAt, sentiment, summary } = touchpoint;
  const Arrow = direction === 'INBOUND' ? IconArrowDownLeft : IconArrowUpRight;
  return (
    <Group className={classes.card} gap={12} wrap="nowrap" align="start">
      <ChannelMark channel={channel} department={department} />
      <div className={classes.body}>
        <Text size="sm" className={classes.summary}>
          {customer && (
            <>
              <Anchor component={Link} to={`/customers/${customer.id}`} fw={650}>
                {customer.displayName}
              </Anchor>
              {' · '}
            </>
          )}
          {summary}
        </Text>
        <Group gap={8} className={classes.meta}>
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
        </Group>
      </div>
    </Group>
  );
}
