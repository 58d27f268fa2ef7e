import sql, { raw, type Sql } from 'sql-template-tag';
import type { ListOrder } from './readPages.js';

/**
 * The condition that each word of a search begins a word of the text. Whatever is not a letter or digit separates
 * words; a search without words finds nothing.
 * @param words SQL over `t` that is a `tsvector` with a GIN index: a column made by `words_of(…)`, or that expression
 */
export function hasWords(words: string, search: string): Sql {
  return sql`${raw(words)} @@ words_query(${search}::text)`;
}

/**
 * As `hasWords`, for rows that another condition has narrowed to few, such as those of one customer. The index of the words is
 * not used: to collect all rows of all customers with a common word would cost more than to look at the customer's own.
 */
export function hasWordsAmongFew(words: string, search: string): Sql {
  return sql`(${hasWords(words, search)}) IS TRUE`;
}

/**
 * An order for a list that is searched by words: the same order, but not read off its index. Postgres cannot tell how rare a
 * word is; it would walk through the whole index of the order to find the one row that has it.
 */
export function sortedAfterwards(order: ListOrder): ListOrder {
  return { ...order, by: `coalesce(${order.by}, ${order.by})` };
}
