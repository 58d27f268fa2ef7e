import type { FormattedExecutionResult } from 'graphql';
import { untouchedText } from './lazyData.js';

/** Apollo Server's `stringifyResult`: sends the text of `data` as the engine wrote it. */
export function stringifyAnswer({ errors, data, extensions }: FormattedExecutionResult): string {
  const text = data ? untouchedText(data) : undefined;
  if (text === undefined) return `${JSON.stringify({ errors, data, extensions })}\n`;
  const before = errors ? `"errors":${JSON.stringify(errors)},` : '';
  const after = extensions ? `,"extensions":${JSON.stringify(extensions)}` : '';
  return `{${before}"data":${text}${after}}\n`;
}
