import { wordsOf } from '../format/wordsOf.ts';
import type { Channel, ConsentAction, ConsentPurpose } from '../graph/operations.ts';
import { PURPOSES } from '../graph/values.ts';

interface ConsentLike {
  readonly purpose: ConsentPurpose;
  readonly channel?: Channel | null;
  readonly action: ConsentAction;
}

/** How much a customer allows us, in few words. */
export interface ConsentHealth {
  readonly words: string;
  readonly detail: string;
  readonly tone: 'good' | 'bad' | 'warning';
}

/** Sums up what holds: `granted` counts the purposes with a yes for some channel. No entry means no. */
export function consentHealth(consents: readonly ConsentLike[]): ConsentHealth {
  const granted = new Set(consents.filter(({ action }) => action === 'GRANTED').map(({ purpose }) => purpose));
  const marketing = consents.filter(({ purpose, action }) => purpose === 'MARKETING' && action === 'GRANTED');
  const channels = marketing.map(({ channel }) => (channel ? wordsOf(channel).toLowerCase() : 'all channels'));
  const detail = channels.length > 0 ? `offers by ${channels.join(', ')}` : 'no offers';
  const words = `${granted.size} of ${PURPOSES.length} purposes`;
  if (granted.size === 0) return { words: 'none', detail, tone: 'bad' };
  return { words, detail, tone: channels.length > 0 ? 'good' : 'warning' };
}
