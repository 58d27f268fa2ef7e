import { explanation } from '../kit/graph/metrics.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { Period } from './periodInput.js';
import { bucketsOf, trendKey, trendVerbatimsOf } from './sentimentReads.js';
import type { SentimentTrend, TextSentiment, TrendInterval } from './SentimentTrend.js';
import { knowsLanguage, scoreTexts, TEXT_SCORER } from './textSentiment.js';

const FORMULA =
  'sum of scores / responses, each score brought to -1 to 1: NPS (score - 5) / 5, CSAT (score - 3) / 2, CES (score - 4) / 3';

/** The mean of scores given as their sum in thirtieths. */
function mean(thirtieths: number, n: number) {
  const inputs = { 'sum of scores': `${thirtieths}/30`, responses: n };
  return { value: thirtieths / (30 * n), explain: explanation(FORMULA, inputs, n) };
}

const YEAR_MS = 365 * 24 * 3_600_000;

/** The year that ends now: the period of a trend when none is given. */
export function lastYear(): Period {
  const to = new Date();
  return { from: new Date(to.getTime() - YEAR_MS), to };
}

/** How a customer felt about us over time, by their scored responses. */
export async function readSentimentTrend(
  context: RequestContext,
  customerId: string,
  period: Period,
  interval: TrendInterval,
): Promise<SentimentTrend> {
  const key = trendKey(customerId, period, interval);
  const buckets = await context.load(bucketsOf, key);
  const n = buckets.reduce((sum, bucket) => sum + bucket.n, 0);
  const whole = mean(
    buckets.reduce((sum, { thirtieths }) => sum + thirtieths, 0),
    n,
  );
  return {
    key,
    ...period,
    interval,
    value: n === 0 ? null : whole.value,
    explain: whole.explain,
    buckets: buckets.map((bucket) => ({
      key,
      from: bucket.start,
      n: bucket.n,
      ...mean(bucket.thirtieths, bucket.n),
    })),
  };
}

/**
 * What feeling there is in the verbatims of a trend, or of one of its steps.
 * @param key the trend's
 * @param start the first moment of the step; null for the whole trend
 */
export async function readTextSentiment(
  context: RequestContext,
  key: string,
  start: Date | null,
): Promise<TextSentiment> {
  const all = await context.load(trendVerbatimsOf, key);
  const verbatims = start === null ? all : all.filter((each) => each.start.getTime() === start.getTime());
  const known = verbatims.filter(({ language }) => knowsLanguage(language));
  const scores = await scoreTexts(known.map(({ verbatim }) => verbatim));
  const n = scores.length;
  // A scorer's last digits mean nothing; four decimals are more than it can tell.
  const value = n === 0 ? null : Math.round((scores.reduce((sum, score) => sum + score, 0) / n) * 10_000) / 10_000;
  const { library, version, languages } = TEXT_SCORER;
  return {
    value,
    n,
    unscored: verbatims.length - n,
    scorer: { ...TEXT_SCORER, languages: [...languages] },
    explain: explanation(
      `mean sentiment by ${library} ${version} of the verbatims whose stated language is one of: ${languages.join(', ')}; of the latest 200 of the period`,
      { scored: n, unscored: verbatims.length - n },
      n,
    ),
  };
}
