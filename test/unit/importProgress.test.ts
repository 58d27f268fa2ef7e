import { describe, expect, it } from '@jest/globals';
import { Progress, type ProgressStep } from '../../seed/import/progress.js';

/** Shows steps, each so many milliseconds after the start. @returns what was written */
function shown(
  isTerminal: boolean,
  steps: readonly [at: number, step: Partial<ProgressStep>][],
  width = 200,
): string[] {
  const written: string[] = [];
  let now = 0;
  const place = { isTerminal, write: (text: string) => void written.push(text), width: () => width, now: () => now };
  const progress = new Progress(place);
  for (const [at, step] of steps) {
    now = at;
    progress.show({ file: 'a.csv', what: 'imported', done: 0, total: 1_000_000, ...step });
  }
  progress.clear();
  return written;
}

describe('progress', () => {
  it('is a line every five seconds where there is no terminal, with its rate and an estimate', () => {
    const steps = Array.from({ length: 121 }, (_, index) => [index * 100, { done: index * 1000 }] as [number, object]);
    expect(shown(false, steps)).toEqual([
      'a.csv: 50,000 of 1,000,000 rows imported (5 %), 10,000 rows/s, 1 min 35 s left\n',
      'a.csv: 100,000 of 1,000,000 rows imported (10 %), 10,000 rows/s, 1 min 30 s left\n',
    ]);
  });

  it('says nothing of a short import', () => {
    expect(
      shown(false, [
        [0, {}],
        [4000, { done: 1_000_000 }],
      ]),
    ).toEqual([]);
  });

  it('is a bar on a terminal, drawn anew ten times a second at most, and gone at the end', () => {
    const steps = Array.from({ length: 41 }, (_, index) => [index * 50, { done: index * 10_000 }] as [number, object]);
    const written = shown(true, steps);
    expect(written).toHaveLength(21);
    expect(written.at(-2)).toBe(
      '\r\u001B[Ka.csv [##########..............] 400,000 of 1,000,000 rows imported (40 %), 200,000 rows/s, 3 s left',
    );
    expect(written.at(-1)).toBe('\r\u001B[K');
    for (const line of shown(true, steps, 40)) expect(line.replace('\r\u001B[K', '').length).toBeLessThan(40);
  });

  it('counts bytes while a file is checked, and anew for each file', () => {
    const steps: [number, Partial<ProgressStep>][] = [
      [0, { what: 'checked', done: 0, total: 4e9 }],
      [5000, { what: 'checked', done: 5e8, total: 4e9 }],
      [10_000, { file: 'b.csv', done: 0 }],
      [15_000, { file: 'b.csv', done: 100 }],
      [20_000, { file: 'c.csv', total: 0 }],
    ];
    expect(shown(false, steps)).toEqual([
      'a.csv: 500 of 4,000 MB checked (12 %), 100 MB/s, 35 s left\n',
      'b.csv: 0 of 1,000,000 rows imported (0 %)\n',
      'b.csv: 100 of 1,000,000 rows imported (0 %), 20 rows/s, 13 h 53 min left\n',
      'c.csv: 0 of 0 rows imported (100 %)\n',
    ]);
  });
});
