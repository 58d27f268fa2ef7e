import classes from './Tag.module.css';

/** What a tag says by its colour, beside its word. */
export type Tone = 'neutral' | 'good' | 'bad' | 'warning' | 'info';

/** A short word in a pill; its colour never says more than its word. A plain element: long lists are full of them. */
export function Tag({
  tone = 'neutral',
  children,
}: {
  readonly tone?: Tone;
  readonly children: string;
}): React.JSX.Element {
  return (
    <span className={classes.tag} data-tone={tone}>
      {children}
    </span>
  );
}
