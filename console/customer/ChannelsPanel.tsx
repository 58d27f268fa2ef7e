import { useQuery } from '@apollo/client/react';
import { lazy, Suspense } from 'react';
import { CustomerChannelsDocument } from '../graph/operations.ts';
import { ChartSpace } from '../parts/ChartSpace.tsx';
import { Panel } from '../parts/Panel.tsx';
import { departmentOf } from './departmentOf.ts';

const ChannelChart = lazy(async () => ({ default: (await import('../charts/ChannelChart.tsx')).ChannelChart }));

/** Through which doors we met, and who came to whom. */
export function ChannelsPanel({ customerId }: { readonly customerId: string }): React.JSX.Element {
  const { customer, ...panel } = departmentOf(useQuery(CustomerChannelsDocument, { variables: { id: customerId } }));
  const mix = customer?.channelMix?.value ?? [];
  return (
    <Panel title="Channels" empty="No contact yet." {...panel} isEmpty={mix.length === 0}>
      <Suspense fallback={<ChartSpace />}>
        <ChannelChart mix={mix} />
      </Suspense>
    </Panel>
  );
}
