import { formatDuration } from '../format/formatDuration.ts';
import { Tag } from './Tag.tsx';
import { useNow } from './useNow.ts';

interface Props {
  readonly status: string;
  readonly sla: {
    readonly breached: boolean;
    readonly breachesAt?: string | null;
    readonly stoppedSince?: string | null;
  };
}

/** So long before the end a clock turns from calm to warning. */
const SOON_S = 4 * 3_600;

/** How much time a case has left before its service level breaks, or that it broke. */
export function SlaClock({ status, sla }: Props): React.JSX.Element | null {
  const now = useNow();
  if (sla.breached) return <Tag tone="bad">SLA broken</Tag>;
  if (status === 'RESOLVED' || status === 'CLOSED') return <Tag tone="good">SLA kept</Tag>;
  if (sla.stoppedSince) return <Tag>Clock stands still</Tag>;
  if (!sla.breachesAt) return null;
  const left = (Date.parse(sla.breachesAt) - now) / 1000;
  if (left <= 0) return <Tag tone="bad">SLA broken</Tag>;
  return <Tag tone={left < SOON_S ? 'warning' : 'neutral'}>{`${formatDuration(left)} left`}</Tag>;
}
