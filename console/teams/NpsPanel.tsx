import { useQuery } from '@apollo/client/react';
import { Alert, Group, Progress, Select, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { formatChange, formatNumber, formatShare } from '../format/formatNumber.ts';
import { wordsOf } from '../format/wordsOf.ts';
import { failureOf } from '../graph/failure.ts';
import { type NpsGroupBy, TeamNpsDocument, type TeamNpsQuery } from '../graph/operations.ts';
import { choices, NPS_GROUPS } from '../graph/values.ts';
import { Metric } from '../parts/Metric.tsx';
import { Panel } from '../parts/Panel.tsx';
import { lastDays } from './period.ts';

const DAYS = 90;

type Summary = TeamNpsQuery['npsSummary'];

function nameOf({ key, kind, survey }: Summary['groups'][number], groupBy: NpsGroupBy): string {
  if (kind !== 'NAMED' || key === null) return kind === 'OTHER' ? 'Others' : 'Not said';
  if (survey) return survey.title;
  return groupBy === 'CHANNEL' ? wordsOf(key) : key;
}

/** How many recommend us, and why that changed: because other people answered, or because they think otherwise. */
export function NpsPanel(): React.JSX.Element {
  const [groupBy, setGroupBy] = useState<NpsGroupBy>('EXPERIENCE');
  const { data, error, loading, refetch } = useQuery(TeamNpsDocument, {
    variables: { ...lastDays(DAYS, new Date()), groupBy },
  });
  const summary = data?.npsSummary;
  return (
    <Panel
      title="Net promoter score"
      loading={loading && !data}
      failure={failureOf(error)}
      isEmpty={!summary || summary.total.n === 0}
      empty={`Nobody answered in the last ${DAYS} days.`}
      retry={() => void refetch()}
      actions={
        <Select
          size="xs"
          w={160}
          aria-label="Divided by"
          data={choices(NPS_GROUPS, (value) => `By ${wordsOf(value).toLowerCase()}`)}
          value={groupBy}
          onChange={(value) => setGroupBy(value ?? 'EXPERIENCE')}
          allowDeselect={false}
        />
      }
    >
      {summary && <Figures summary={summary} groupBy={groupBy} />}
    </Panel>
  );
}

function Figures({ summary, groupBy }: { readonly summary: Summary; readonly groupBy: NpsGroupBy }): React.JSX.Element {
  const { total, change, groups } = summary;
  const share = (count: number): number => (total.n === 0 ? 0 : (100 * count) / total.n);
  const parts = [
    { name: 'Promoters', count: total.promoters, color: 'teal.7' },
    { name: 'Passives', count: total.passives, color: 'gray.5' },
    { name: 'Detractors', count: total.detractors, color: 'red.6' },
  ];
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 2, xs: 4 }} spacing="sm">
        <Metric label={`NPS, last ${DAYS} days`} value={formatNumber(total.nps)} />
        <Metric label="Change" value={formatChange(change?.nps)} />
        <Metric label="of it mix" value={formatChange(change?.mix)} />
        <Metric label="of it rate" value={formatChange(change?.rate)} />
      </SimpleGrid>
      <div>
        <Progress.Root size={14} aria-hidden="true">
          {parts.map(({ name, count, color }) => (
            <Progress.Section key={name} value={share(count)} color={color} />
          ))}
        </Progress.Root>
        <Group gap="md" mt={6}>
          {parts.map(({ name, count }) => (
            <Text key={name} size="xs" c="dimmed">
              {name} {formatNumber(count)} ({formatShare(share(count) / 100)})
            </Text>
          ))}
        </Group>
      </div>
      {change && (
        <Text size="sm" role={change.againstEveryGroup ? 'note' : undefined}>
          {change.reading}
        </Text>
      )}
      {change?.againstEveryGroup && (
        <Alert color="orange" title="Against every group">
          The total moved one way and each group the other: who answered changed more than what they think.
        </Alert>
      )}
      <Table.ScrollContainer minWidth={420} tabIndex={0} aria-label="Scores by group" role="region">
        <Table verticalSpacing={5} fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Group</Table.Th>
              <Table.Th scope="col" ta="end">
                Share
              </Table.Th>
              <Table.Th scope="col" ta="end">
                NPS
              </Table.Th>
              <Table.Th scope="col" ta="end">
                Mix
              </Table.Th>
              <Table.Th scope="col" ta="end">
                Rate
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {groups.slice(0, 12).map((group) => (
              <Table.Tr key={`${group.kind} ${group.key ?? ''}`}>
                <Table.Th scope="row" fw={400}>
                  {nameOf(group, groupBy)}
                </Table.Th>
                <Table.Td ta="end">{formatShare(group.share)}</Table.Td>
                <Table.Td ta="end">{formatNumber(group.figures.nps)}</Table.Td>
                <Table.Td ta="end">{formatChange(group.change?.mix)}</Table.Td>
                <Table.Td ta="end">{formatChange(group.change?.rate)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
