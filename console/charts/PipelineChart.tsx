import { BarChart } from '@mantine/charts';
import { formatMoney } from '../format/formatMoney.ts';
import { wordsOf } from '../format/wordsOf.ts';
import type { TeamPipelineQuery } from '../graph/operations.ts';
import { ChartFigure } from './ChartFigure.tsx';

type Stage = TeamPipelineQuery['pipeline'][number];

/** The currency with the most in it; currencies are never added. */
function mainCurrency(stages: readonly Stage[]): string | undefined {
  const sums = new Map<string, number>();
  for (const { amount, currency } of stages.flatMap((stage) => stage.amount)) {
    sums.set(currency, (sums.get(currency) ?? 0) + Number(amount));
  }
  return [...sums].sort(([, one], [, other]) => other - one)[0]?.[0];
}

/** What the open opportunities are worth, stage by stage. */
export function PipelineChart({ stages }: { readonly stages: readonly Stage[] }): React.JSX.Element {
  const currency = mainCurrency(stages);
  const money = (value: number): string =>
    currency ? formatMoney({ amount: value.toFixed(2), currency }, true) : String(value);
  const open = stages.filter(({ stage }) => stage !== 'WON' && stage !== 'LOST');
  const data = open.map(({ stage, count, amount }) => ({
    stage: `${wordsOf(stage)} (${count})`,
    value: Number(amount.find((one) => one.currency === currency)?.amount ?? 0),
  }));
  const summary = data.map(({ stage, value }) => `${stage} ${money(value)}`).join('; ');
  return (
    <ChartFigure title={`Open opportunities by stage${currency ? `, in ${currency}` : ''}`} summary={summary}>
      <BarChart
        h={170}
        data={data}
        dataKey="stage"
        orientation="vertical"
        gridAxis="x"
        valueFormatter={money}
        yAxisProps={{ width: 130 }}
        barProps={{ barSize: 18 }}
        series={[{ name: 'value', label: 'Amount', color: 'sea.6' }]}
        barChartProps={{ accessibilityLayer: false }}
      />
    </ChartFigure>
  );
}
