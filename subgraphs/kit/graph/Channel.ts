import type { Channel as ChannelName } from '../../../schema/contract.js';
import { enumType } from './enumType.js';

const DESCRIPTIONS: Record<ChannelName, string> = {
  PHONE: 'A telephone call.',
  EMAIL: 'An email.',
  CHAT: 'A chat on the web or in a messenger.',
  SMS: 'A text message.',
  SOCIAL: 'A social network.',
  WEB: 'The web site.',
  APP: 'The mobile application.',
  FACE_TO_FACE: 'In person: a shop, a branch, a visit.',
  LETTER: 'Paper mail.',
  EVENT: 'A fair, a seminar, a party.',
  REVIEW_SITE: 'A public site for reviews.',
};

/** The `Channel` enum, with the contract's values. */
export const Channel = enumType('Channel', 'Through which door the customer and we met.', DESCRIPTIONS);
export type Channel = ChannelName;
