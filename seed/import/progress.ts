/** How far a file is. */
export interface ProgressStep {
  readonly file: string;
  /** `checked`: bytes of it, before anything is written; `imported`: rows. */
  readonly what: 'checked' | 'imported';
  readonly done: number;
  readonly total: number;
}

/** Where progress is shown. */
export interface ProgressPlace {
  readonly isTerminal: boolean;
  readonly write: (text: string) => void;
  /** Columns of the terminal. */
  readonly width: () => number;
  /** Milliseconds, from any start. */
  readonly now: () => number;
}

const CLEAR_LINE = '\r\u001B[K';
/** How often a bar is drawn anew, in milliseconds. */
const FRAME = 100;
/** How often a line is written where there is no terminal, in milliseconds. */
const PAUSE = 5000;
const BAR = 24;

/** Shows how far an import is, with its rate and an estimate: a bar on a terminal, elsewhere a line every five seconds. */
export class Progress {
  #phase = '';
  /** When the first step of the phase was told, and how far that was. */
  #start = { at: 0, done: 0 };
  /** Since the first step was told: what goes before, such as preparing the database, is no progress of a file. */
  #shownAt: number | undefined;
  #isShown = false;

  constructor(private readonly place: ProgressPlace) {}

  /** To be told often; what is shown is seldom enough to cost nothing. */
  show(step: ProgressStep): void {
    const now = this.place.now();
    const phase = `${step.what} ${step.file}`;
    if (phase !== this.#phase) {
      this.#phase = phase;
      this.#start = { at: now, done: step.done };
    }
    this.#shownAt ??= now;
    if (now - this.#shownAt < (this.place.isTerminal ? FRAME : PAUSE)) return;
    this.#shownAt = now;
    const text = stepText(step, this.#start, now);
    if (!this.place.isTerminal) {
      this.place.write(`${step.file}: ${text}\n`);
      return;
    }
    const filled = Math.round(share(step) * BAR);
    const line = `${step.file} [${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${text}`;
    this.place.write(`${CLEAR_LINE}${line.slice(0, Math.max(this.place.width() - 1, 20))}`);
    this.#isShown = true;
  }

  /** Takes the bar away, for something else to be written. */
  clear(): void {
    if (this.#isShown) this.place.write(CLEAR_LINE);
    this.#isShown = false;
  }
}

const share = ({ done, total }: ProgressStep) => (total === 0 ? 1 : Math.min(done / total, 1));

/** `12,000 of 40,000 rows imported (30 %), 4,000 rows/s, 7 s left` */
function stepText(step: ProgressStep, start: { at: number; done: number }, now: number): string {
  const isRows = step.what === 'imported';
  const amount = (value: number) =>
    (isRows ? value : value / 1e6).toLocaleString('en', { maximumFractionDigits: isRows ? 0 : 1 });
  const unit = isRows ? 'rows' : 'MB';
  const text = `${amount(step.done)} of ${amount(step.total)} ${unit} ${step.what} (${Math.floor(share(step) * 100)} %)`;
  const seconds = (now - start.at) / 1000;
  const rate = (step.done - start.done) / seconds;
  // The first moments say nothing of the rate.
  if (!(seconds >= 0.5) || rate <= 0) return text;
  return `${text}, ${amount(rate)} ${unit}/s, ${duration((step.total - step.done) / rate)} left`;
}

/** `7 s`, `3 min 20 s`, `2 h 5 min` */
function duration(seconds: number): string {
  const whole = Math.max(Math.ceil(seconds), 0);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
