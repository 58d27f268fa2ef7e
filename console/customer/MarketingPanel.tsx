import { useQuery } from '@apollo/client/react';
import { Group, SimpleGrid, Stack, Title } from '@mantine/core';
import { formatDay } from '../format/formatMoment.ts';
import { formatNumber, formatShare } from '../format/formatNumber.ts';
import { wordsOf } from '../format/wordsOf.ts';
import { CustomerMarketingDocument } from '../graph/operations.ts';
import { Metric } from '../parts/Metric.tsx';
import { Panel } from '../parts/Panel.tsx';
import { ShowMore } from '../parts/ShowMore.tsx';
import { Tag, type Tone } from '../parts/Tag.tsx';
import { When } from '../parts/When.tsx';
import { departmentOf } from './departmentOf.ts';
import { PanelRow } from './PanelRow.tsx';

const OUTCOMES: Readonly<Record<string, Tone>> = { RESPONDED: 'good', CLICKED: 'info', OPENED: 'info' };

/** What they allow us, to which segments they belong, and what campaigns sent them. */
export function MarketingPanel({ customerId }: { readonly customerId: string }): React.JSX.Element {
  const { customer, ...panel } = departmentOf(useQuery(CustomerMarketingDocument, { variables: { id: customerId } }));
  const consents = customer?.consents ?? [];
  const segments = customer?.segments?.nodes ?? [];
  const exposures = customer?.exposures?.nodes ?? [];
  return (
    <Panel title="Marketing" empty="Nothing is known yet." {...panel}>
      <Stack gap="md">
        <SimpleGrid cols={2} spacing="xs">
          <Metric label="Campaign messages" value={formatNumber(customer?.exposures?.totalCount)} />
          <Metric
            label="They respond to"
            value={formatShare(customer?.responseRate?.value)}
            explain={customer?.responseRate?.explain}
          />
        </SimpleGrid>
        <section aria-label="Consents">
          <Title order={3} size="sm">
            Consents
          </Title>
          {consents.length === 0 && <PanelRow title="None given. No entry means no." />}
          {consents.map(({ id, purpose, channel, action, at, source }) => (
            <PanelRow
              key={id}
              title={`${wordsOf(purpose)}, ${channel ? wordsOf(channel).toLowerCase() : 'all channels'}`}
              side={<Tag tone={action === 'GRANTED' ? 'good' : 'bad'}>{wordsOf(action)}</Tag>}
            >
              <span>{formatDay(at)}</span>
              <span>{source}</span>
            </PanelRow>
          ))}
        </section>
        {segments.length > 0 && (
          <section aria-label="Segments">
            <Title order={3} size="sm" mb={6}>
              Segments
            </Title>
            <Group gap={6}>
              {segments.map(({ id, segment }) => (
                <Tag key={id}>{segment.name}</Tag>
              ))}
            </Group>
          </section>
        )}
        {exposures.length > 0 && (
          <section aria-label="Campaigns">
            <Title order={3} size="sm">
              Campaigns
            </Title>
            <ShowMore of={exposures} first={3}>
              {({ id, campaign, sentAt, outcome }) => (
                <PanelRow
                  key={id}
                  title={campaign.name}
                  side={
                    <Tag tone={OUTCOMES[outcome] ?? 'neutral'}>
                      {outcome === 'CONTROL' ? 'Control group' : wordsOf(outcome)}
                    </Tag>
                  }
                >
                  <span>{wordsOf(campaign.channel)}</span>
                  <When at={sentAt} />
                </PanelRow>
              )}
            </ShowMore>
          </section>
        )}
      </Stack>
    </Panel>
  );
}
