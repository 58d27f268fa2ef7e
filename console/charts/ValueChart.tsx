import { AreaChart } from '@mantine/charts';
import { formatMoney } from '../format/formatMoney.ts';
import { formatDay, formatMonth } from '../format/formatMoment.ts';
import { ChartFigure } from './ChartFigure.tsx';

interface Props {
  readonly points: readonly { readonly at: number; readonly value: number }[];
  readonly currency: string;
}

/** What the customer was worth to us as time went by. */
export function ValueChart({ points, currency }: Props): React.JSX.Element {
  const money = (value: number): string => formatMoney({ amount: value.toFixed(2), currency }, true);
  const last = points.at(-1)?.value ?? 0;
  return (
    <ChartFigure title="Value over time" summary={`${points.length} orders, ${money(last)} in all`}>
      <AreaChart
        h={140}
        data={[...points]}
        dataKey="at"
        series={[{ name: 'value', label: 'Value', color: 'sea.6' }]}
        curveType="stepAfter"
        valueFormatter={money}
        withDots={false}
        withGradient
        strokeWidth={2}
        gridAxis="y"
        areaChartProps={{ accessibilityLayer: false }}
        yAxisProps={{ width: 64 }}
        xAxisProps={{
          type: 'number',
          scale: 'time',
          domain: ['dataMin', 'dataMax'],
          tickFormatter: formatMonth,
          tickCount: 4,
        }}
        tooltipProps={{
          labelFormatter: (at) => (at === undefined ? '' : formatDay(new Date(Number(at)).toISOString())),
        }}
      />
    </ChartFigure>
  );
}
