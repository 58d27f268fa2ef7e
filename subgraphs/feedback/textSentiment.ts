import { createRequire } from 'node:module';

const LIBRARY = 'wink-nlp';
const MODEL = 'wink-eng-lite-web-model';

/** The languages that the model knows: primary subtags of BCP 47. */
const LANGUAGES = ['en'];

/** Longer texts are cut here: what somebody feels is in their first lines. */
const MOST_CHARACTERS = 2000;

/** What scores a text: named in every answer, since another version may score otherwise. */
export interface TextScorer {
  readonly library: string;
  readonly version: string;
  readonly model: string;
  readonly modelVersion: string;
  readonly languages: readonly string[];
}

const require = createRequire(import.meta.url);

function versionOf(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version;
}

/** The scorer in use. */
export const TEXT_SCORER: TextScorer = Object.freeze({
  library: LIBRARY,
  version: versionOf(LIBRARY),
  model: MODEL,
  modelVersion: versionOf(MODEL),
  languages: LANGUAGES,
});

/** Whether texts of a language (BCP 47) can be scored; a language that nobody stated cannot. */
export function knowsLanguage(language: string | null): boolean {
  return language !== null && LANGUAGES.includes(language.toLowerCase().split('-')[0] ?? '');
}

async function loadScorer(): Promise<(text: string) => number> {
  const [{ default: winkNLP }, { default: model }] = await Promise.all([
    import('wink-nlp'),
    import('wink-eng-lite-web-model'),
  ]);
  const nlp = winkNLP(model, ['sbd', 'negation', 'sentiment']);
  // wink-nlp takes the function itself as the name of what is wanted, and does not call it as a method.
  // oxlint-disable-next-line typescript/unbound-method
  const { sentiment } = nlp.its;
  return (text) => Number(nlp.readDoc(text.slice(0, MOST_CHARACTERS)).out(sentiment));
}

let scorer: Promise<(text: string) => number> | undefined;

/**
 * The sentiment of English texts, -1 (negative) to 1 (positive), each. The model takes some 40 MB and a tenth of a second to load,
 * so it is loaded when the first text is to be scored.
 */
export async function scoreTexts(texts: readonly string[]): Promise<number[]> {
  if (texts.length === 0) return [];
  scorer ??= loadScorer();
  const score = await scorer;
  return texts.map(score);
}
