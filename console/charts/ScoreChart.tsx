import { LineChart } from '@mantine/charts';
import { formatDay, formatMonth } from '../format/formatMoment.ts';
import { ChartFigure } from './ChartFigure.tsx';

interface Props {
  /** Of NPS surveys, in any order. */
  readonly responses: readonly { readonly respondedAt: string; readonly score: number }[];
}

/** How likely they were to recommend us, answer by answer. */
export function ScoreChart({ responses }: Props): React.JSX.Element {
  const data = responses
    .map(({ respondedAt, score }) => ({ at: Date.parse(respondedAt), score }))
    .sort((one, other) => one.at - other.at);
  return (
    <ChartFigure title="Would they recommend us (0 to 10)" summary={data.map(({ score }) => score).join(', then ')}>
      <LineChart
        h={130}
        data={data}
        dataKey="at"
        series={[{ name: 'score', label: 'Score', color: 'sea.6' }]}
        curveType="monotone"
        yAxisProps={{ domain: [0, 10], ticks: [0, 3, 6, 9], width: 30 }}
        xAxisProps={{
          type: 'number',
          scale: 'time',
          domain: ['dataMin', 'dataMax'],
          tickFormatter: formatMonth,
          tickCount: 4,
        }}
        referenceLines={[
          { y: 6.5, color: 'gray.5' },
          { y: 8.5, color: 'gray.5' },
        ]}
        tooltipProps={{
          labelFormatter: (at) => (at === undefined ? '' : formatDay(new Date(Number(at)).toISOString())),
        }}
        gridAxis="none"
        lineChartProps={{ accessibilityLayer: false }}
      />
    </ChartFigure>
  );
}
