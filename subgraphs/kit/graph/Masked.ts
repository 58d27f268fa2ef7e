import { Extensions } from 'type-graphql';

/** Makes a personal value unreadable, and leaves as much of it as is needed to tell it from others in a conversation. */
export type Mask = (value: string) => string;

/** The key of the mask among a field's `extensions`. */
export const MASK = 'customer360.mask';

/**
 * Declares that a field of texts is personal data which callers without `customer:pii` get masked. It carries no `@requiresScopes`, so
 * that it may be non-null, and everybody may ask for it.
 */
export function Masked(mask: Mask): MethodDecorator & PropertyDecorator {
  return Extensions({ [MASK]: mask });
}
