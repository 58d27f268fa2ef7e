import type { Evaluate } from './compileField.js';
import { condition } from './condition.js';
import type { EventSpec } from './mapping.js';
import type { RecordDraft } from './RecordDraft.js';
import type { SourceRow } from './SourceRow.js';

/** Gives the row that an `event` names; undefined when the record has none. */
function rowPicker(event: EventSpec): (draft: RecordDraft) => SourceRow | undefined {
  if (event === 'first') return ({ events }) => events[0]?.row;
  if (event === 'last') return ({ events }) => events.at(-1)?.row;
  if (event === 'previous') return ({ events, at }) => events[at - 1]?.row;
  if ('first' in event) {
    const meets = condition({ when: event.first });
    return ({ events }) => events.find(({ row }) => meets(row))?.row;
  }
  const meets = condition({ when: event.last });
  return ({ events }) => events.findLast(({ row }) => meets(row))?.row;
}

/** A field's value at the event that the mapping names; where the record has no such event, as if its row were empty. */
export function atEvent(event: EventSpec | undefined, evaluate: Evaluate): Evaluate {
  if (event === undefined) return evaluate;
  const pick = rowPicker(event);
  return (row, draft) => evaluate(pick(draft) ?? row.reader.row(row.line, []), draft);
}
