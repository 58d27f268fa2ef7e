import { Group, MultiSelect, TextInput } from '@mantine/core';
import { wordsOf } from '../format/wordsOf.ts';
import type { Channel, Department, Sentiment, TimelineFilter } from '../graph/operations.ts';
import { CHANNELS, DEPARTMENTS, SENTIMENTS } from '../graph/values.ts';

interface Props {
  readonly filter: TimelineFilter;
  readonly change: (filter: TimelineFilter) => void;
}

const options = (values: readonly string[]) => values.map((value) => ({ value, label: wordsOf(value) }));

/** What of the timeline is shown. */
export function TimelineFilters({ filter, change }: Props): React.JSX.Element {
  const select = (label: string, values: readonly string[], value: readonly string[] | null | undefined, pick: (value: string[]) => void) => (
    <MultiSelect
      size="xs"
      flex="1 1 120px"
      aria-label={label}
      placeholder={value?.length ? undefined : label}
      data={options(values)}
      value={[...(value ?? [])]}
      onChange={pick}
      clearable
      hidePickedOptions
      clearButtonProps={{ 'aria-label': `Any ${label.toLowerCase()}` }}
    />
  );
  return (
    <Group gap="xs" role="group" aria-label="Filters of the timeline" align="start">
      <TextInput
        size="xs"
        flex="2 1 150px"
        type="search"
        aria-label="Words in the timeline"
        placeholder="Words"
        defaultValue={filter.text ?? ''}
        onChange={({ currentTarget: { value } }) => change({ ...filter, text: value.trim() || undefined })}
      />
      {select('Channel', CHANNELS, filter.channels, (channels) => change({ ...filter, channels: channels as Channel[] }))}
      {select('Department', DEPARTMENTS, filter.departments, (departments) =>
        change({ ...filter, departments: departments as Department[] }),
      )}
      {select('Mood', SENTIMENTS, filter.sentiments, (sentiments) =>
        change({ ...filter, sentiments: sentiments as Sentiment[] }),
      )}
    </Group>
  );
}
