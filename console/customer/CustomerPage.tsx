import { useApolloClient } from '@apollo/client/react';
import { Paper, SegmentedControl, Stack, VisuallyHidden } from '@mantine/core';
import { useDebouncedCallback, useDebouncedValue, useMediaQuery } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import { noteCustomer } from '../graph/noteCustomer.ts';
import type { TimelineFilter } from '../graph/operations.ts';
import type { LiveTouchpoint } from '../graph/Touchpoint.ts';
import { ChannelsPanel } from './ChannelsPanel.tsx';
import { CustomerHeader } from './CustomerHeader.tsx';
import classes from './CustomerPage.module.css';
import { FeedbackPanel } from './FeedbackPanel.tsx';
import { Journeys } from './Journeys.tsx';
import { MarketingPanel } from './MarketingPanel.tsx';
import { SalesPanel } from './SalesPanel.tsx';
import { ServicePanel } from './ServicePanel.tsx';
import { Timeline } from './Timeline.tsx';
import { TimelineFilters } from './TimelineFilters.tsx';

/** A burst of touchpoints makes the panels ask once. */
const SETTLED_MS = 400;
/** So long after the last letter the timeline is read anew. */
const TYPING_PAUSE_MS = 250;

/** Which question has to be asked again when a department wrote something. */
const QUESTIONS: Readonly<Record<string, string>> = {
  SALES: 'CustomerSales',
  SERVICE: 'CustomerService',
  MARKETING: 'CustomerMarketing',
  FEEDBACK: 'CustomerFeedback',
};

/** The whole customer: who they are, everything that happened, and what each department knows. */
export function CustomerPage({ id }: { readonly id: string }): React.JSX.Element {
  const client = useApolloClient();
  useEffect(() => noteCustomer(client, id), [client, id]);
  const [filter, setFilter] = useState<TimelineFilter>({});
  const [settled] = useDebouncedValue(filter, TYPING_PAUSE_MS);
  const [view, setView] = useState('timeline');
  const isNarrow = useMediaQuery('(max-width: 62em)') ?? false;
  const outdated = useRef(new Set<string>());

  const refresh = useDebouncedCallback(() => {
    // Only what is on the page is asked again.
    const shown = [...client.getObservableQueries('active')].map(({ queryName }) => queryName ?? '');
    const include = shown.filter((name) => outdated.current.has(name));
    outdated.current.clear();
    if (include.length > 0) void client.refetchQueries({ include });
  }, SETTLED_MS);
  const onActivity = (touchpoint: LiveTouchpoint | null): void => {
    const questions = touchpoint ? [QUESTIONS[touchpoint.department] ?? ''] : Object.values(QUESTIONS);
    for (const name of ['CustomerHeader', 'CustomerChannels', 'CustomerJourneys', ...questions])
      outdated.current.add(name);
    refresh();
  };

  const views = [
    { value: 'timeline', label: 'Timeline' },
    { value: 'journeys', label: 'Journeys' },
    ...(isNarrow ? [{ value: 'departments', label: 'Departments' }] : []),
  ];
  const shown = views.some(({ value }) => value === view) ? view : 'timeline';
  return (
    <Stack gap="md" className={classes.page}>
      <CustomerHeader customerId={id} />
      <div className={classes.columns}>
        <div className={classes.history}>
          <SegmentedControl
            data={views}
            value={shown}
            onChange={setView}
            aria-label="What is shown"
            fullWidth={isNarrow}
            className={classes.views}
          />
          {/* Kept alive under another view: what happens goes on arriving. */}
          <Paper
            component="section"
            withBorder
            className={classes.timeline}
            aria-label="Timeline with filters"
            hidden={shown !== 'timeline'}
          >
            <VisuallyHidden component="h2">Timeline</VisuallyHidden>
            <div className={classes.filters}>
              <TimelineFilters filter={filter} change={setFilter} />
            </div>
            <Timeline customerId={id} filter={settled} onActivity={onActivity} />
          </Paper>
          {shown === 'journeys' && <Journeys customerId={id} />}
        </div>
        {(!isNarrow || shown === 'departments') && (
          <div className={classes.departments}>
            <ServicePanel customerId={id} />
            <SalesPanel customerId={id} />
            <FeedbackPanel customerId={id} />
            <MarketingPanel customerId={id} />
            <ChannelsPanel customerId={id} />
          </div>
        )}
      </div>
    </Stack>
  );
}
