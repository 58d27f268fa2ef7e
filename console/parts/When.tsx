import { formatAgo, formatFully } from '../format/formatMoment.ts';
import { useNow } from './useNow.ts';

/** A moment as people speak of it, exact on hover. */
export function When({ at }: { readonly at: string }): React.JSX.Element {
  const now = useNow();
  return (
    <time dateTime={at} title={formatFully(at)}>
      {formatAgo(at, now)}
    </time>
  );
}
