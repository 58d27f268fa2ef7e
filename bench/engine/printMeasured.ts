import { quantile } from '../quantile.js';
import type { Measured, Round } from './measureGraph.js';

const median = (rounds: readonly Round[], of: (round: Round) => number): number => quantile(rounds.map(of), 0.5);

const cpu = ({ rounds }: Measured): number => median(rounds, (round) => round.cpu);

/** The rows of a Markdown table, padded so that it also reads well as plain text. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), rule, ...body.map(line)].join('\n');
}

/** Prints what gateways took, each value the median of its rounds, as a Markdown table. */
export function printMeasured(measured: readonly Measured[]): void {
  const ours = measured.at(-1);
  const rows = measured.map((each) => {
    const { title, rounds } = each;
    const all = rounds.map((round) => round.cpu);
    return [
      title,
      `${cpu(each).toFixed(2)} ms`,
      `${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)}`,
      ours ? (cpu(each) / cpu(ours)).toFixed(2) : '',
      median(rounds, (round) => round.perSecond).toFixed(0),
      `${median(rounds, (round) => quantile(round.times, 0.5)).toFixed(0)} ms`,
      `${median(rounds, (round) => quantile(round.times, 0.99)).toFixed(0)} ms`,
      `${median(rounds, (round) => round.memory).toFixed(0)} MB`,
      median(rounds, (round) => round.calls).toFixed(1),
      median(rounds, (round) => round.representations).toFixed(0),
    ];
  });
  const against = `/ ${ours?.title ?? ''}`;
  const head = ['gateway', 'CPU/request', 'rounds', against, 'req/s', 'p50', 'p99', 'memory', 'calls', 'entities'];
  console.log(`${table([head, ...rows])}\n`);
}
