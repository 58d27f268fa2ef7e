import type { FileSummary } from './importFiles.js';

/** `accounts.csv: 85 read = 85 written (85 inserted + 0 updated) + 0 unchanged + 0 rejected`, and ` + 1 erased` where somebody was. */
export function summaryLine({
  file,
  read,
  inserted,
  updated,
  unchanged,
  rejected,
  erased,
}: Readonly<FileSummary>): string {
  const written = `${inserted + updated} written (${inserted} inserted + ${updated} updated)`;
  return `${file}: ${read} read = ${written} + ${unchanged} unchanged + ${rejected} rejected${erased === 0 ? '' : ` + ${erased} erased`}`;
}

/** What a folded file comes to: `incidents.csv: 17667 rows are the events of 2500 records` */
export function foldLine({ file, read, records }: Readonly<FileSummary>): string {
  return `${file}: ${read} rows are the events of ${records} ${records === 1 ? 'record' : 'records'}`;
}

/** All files as one. */
export function totalOf(summaries: readonly Readonly<FileSummary>[]): FileSummary {
  const total = { file: 'total', records: 0, read: 0, inserted: 0, updated: 0, unchanged: 0, rejected: 0, erased: 0 };
  for (const summary of summaries) {
    for (const part of ['records', 'read', 'inserted', 'updated', 'unchanged', 'rejected', 'erased'] as const)
      total[part] += summary[part];
  }
  return total;
}
