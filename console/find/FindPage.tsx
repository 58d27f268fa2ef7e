import { useQuery } from '@apollo/client/react';
import { Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { failureOf } from '../graph/failure.ts';
import { LatestTouchpointsDocument } from '../graph/operations.ts';
import { Panel } from '../parts/Panel.tsx';
import { TouchpointCard } from '../parts/TouchpointCard.tsx';
import { FindBox } from './FindBox.tsx';
import classes from './FindPage.module.css';

const LATEST = 8;

/** The start page: one box, and whom we met last. */
export function FindPage(): React.JSX.Element {
  useDocumentTitle('Find · Customer360');
  const { data, error, loading, refetch } = useQuery(LatestTouchpointsDocument, { variables: { first: LATEST } });
  const latest = data?.touchpoints.nodes ?? [];
  return (
    <Stack className={classes.page} gap="xl">
      <Stack gap="sm" className={classes.search}>
        <Title order={1} ta="center">
          Who is it?
        </Title>
        <FindBox large />
        <Text size="sm" c="dimmed" ta="center">
          Beginnings of names will do, phone numbers in any form.
        </Text>
      </Stack>
      <Panel
        title="Latest contacts"
        loading={loading && !data}
        failure={failureOf(error)}
        isEmpty={latest.length === 0}
        empty="Nobody yet. What departments write appears here."
        retry={() => void refetch()}
      >
        <Stack component="ul" gap={0} className={classes.list}>
          {latest.map((touchpoint) => (
            <li key={touchpoint.id}>
              <TouchpointCard touchpoint={touchpoint} customer={touchpoint.customer} />
            </li>
          ))}
        </Stack>
      </Panel>
    </Stack>
  );
}
