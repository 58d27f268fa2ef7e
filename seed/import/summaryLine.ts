import type { FileSummary } from './importFiles.js';

/** `accounts.csv: 85 read = 85 written (85 inserted + 0 updated) + 0 unchanged + 0 rejected` */
export function summaryLine({ file, read, inserted, updated, unchanged, rejected }: Readonly<FileSummary>): string {
  const written = `${inserted + updated} written (${inserted} inserted + ${updated} updated)`;
  return `${file}: ${read} read = ${written} + ${unchanged} unchanged + ${rejected} rejected`;
}

/** What a folded file comes to: `incidents.csv: 17667 rows are the events of 2500 records` */
export function foldLine({ file, read, records }: Readonly<FileSummary>): string {
  return `${file}: ${read} rows are the events of ${records} ${records === 1 ? 'record' : 'records'}`;
}

/** All files as one. */
export function totalOf(summaries: readonly Readonly<FileSummary>[]): FileSummary {
  const total = { file: 'total', records: 0, read: 0, inserted: 0, updated: 0, unchanged: 0, rejected: 0 };
  for (const summary of summaries) {
    for (const part of ['records', 'read', 'inserted', 'updated', 'unchanged', 'rejected'] as const)
      total[part] += summary[part];
  }
  return total;
}
