import { MultiSelect, TextInput } from '@mantine/core';
import { wordsOf } from '../format/wordsOf.ts';
import type { TimelineFilter } from '../graph/operations.ts';
import { CHANNELS, choices, DEPARTMENTS, SENTIMENTS } from '../graph/values.ts';
import classes from './TimelineFilters.module.css';

interface SelectProps<T extends string> {
  readonly label: string;
  readonly values: readonly T[];
  readonly value: readonly T[] | null | undefined;
  readonly pick: (value: T[]) => void;
}

function FilterSelect<T extends string>({ label, values, value, pick }: SelectProps<T>): React.JSX.Element {
  return (
    <MultiSelect
      size="xs"
      aria-label={label}
      placeholder={value?.length ? undefined : label}
      data={choices(values, wordsOf)}
      value={[...(value ?? [])]}
      onChange={(picked) => pick(values.filter((one) => picked.includes(one)))}
      clearable
      hidePickedOptions
      clearButtonProps={{ 'aria-label': `Any ${label.toLowerCase()}` }}
    />
  );
}

interface Props {
  readonly filter: TimelineFilter;
  readonly change: (filter: TimelineFilter) => void;
}

/** What of the timeline is shown. */
export function TimelineFilters({ filter, change }: Props): React.JSX.Element {
  const { channels, departments, sentiments, text } = filter;
  return (
    <div className={classes.filters} role="group" aria-label="Filters of the timeline">
      <TextInput
        size="xs"
        type="search"
        aria-label="Words in the timeline"
        placeholder="Words"
        defaultValue={text ?? ''}
        onChange={({ currentTarget: { value } }) => change({ ...filter, text: value.trim() || undefined })}
      />
      <FilterSelect
        label="Channel"
        values={CHANNELS}
        value={channels}
        pick={(picked) => change({ ...filter, channels: picked })}
      />
      <FilterSelect
        label="Department"
        values={DEPARTMENTS}
        value={departments}
        pick={(picked) => change({ ...filter, departments: picked })}
      />
      <FilterSelect
        label="Mood"
        values={SENTIMENTS}
        value={sentiments}
        pick={(picked) => change({ ...filter, sentiments: picked })}
      />
    </div>
  );
}
