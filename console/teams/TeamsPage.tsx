import { SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { NpsPanel } from './NpsPanel.tsx';
import { PipelinePanel } from './PipelinePanel.tsx';
import { QueuePanel } from './QueuePanel.tsx';
import classes from './TeamsPage.module.css';

const today = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });

/** The one page that a manager opens in the morning: what waits, what may be sold, and how well we do. */
export function TeamsPage(): React.JSX.Element {
  useDocumentTitle('Teams · Customer360');
  return (
    <Stack gap="md" className={classes.page}>
      <div>
        <Title order={1}>Teams</Title>
        <Text c="dimmed" size="sm">
          {today.format(new Date())}
        </Text>
      </div>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" className={classes.grid}>
        <Stack gap="md">
          <QueuePanel />
          <NpsPanel />
        </Stack>
        <Stack gap="md">
          <PipelinePanel />
        </Stack>
      </SimpleGrid>
    </Stack>
  );
}
