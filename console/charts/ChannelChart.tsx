import { BarChart } from '@mantine/charts';
import { wordsOf } from '../format/wordsOf.ts';
import type { Channel } from '../graph/operations.ts';
import { ChartFigure } from './ChartFigure.tsx';

interface Props {
  readonly mix: readonly { readonly channel: Channel; readonly inbound: number; readonly outbound: number }[];
}

/** How often we met through which channel, by who came to whom. */
export function ChannelChart({ mix }: Props): React.JSX.Element {
  const data = [...mix]
    .sort((one, other) => other.inbound + other.outbound - one.inbound - one.outbound)
    .map(({ channel, inbound, outbound }) => ({ channel: wordsOf(channel), inbound, outbound }));
  const summary = data.map(({ channel, inbound, outbound }) => `${channel} ${inbound} in, ${outbound} out`).join('; ');
  return (
    <ChartFigure title="Contacts by channel" summary={summary}>
      <BarChart
        h={Math.max(110, data.length * 30 + 50)}
        data={data}
        dataKey="channel"
        type="stacked"
        orientation="vertical"
        withLegend
        legendProps={{ verticalAlign: 'bottom', height: 30 }}
        gridAxis="x"
        barProps={{ barSize: 14 }}
        yAxisProps={{ width: 92 }}
        xAxisProps={{ allowDecimals: false }}
        barChartProps={{ accessibilityLayer: false }}
        series={[
          { name: 'inbound', label: 'They came to us', color: 'sea.6' },
          { name: 'outbound', label: 'We came to them', color: 'orange.5' },
        ]}
      />
    </ChartFigure>
  );
}
