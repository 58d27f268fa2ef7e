import { CombinedGraphQLErrors } from '@apollo/client/errors';
import type { UseFormReturnType } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useRef, useState } from 'react';
import { newKey } from '../graph/newKey.ts';

interface Options<V extends object> {
  readonly form: UseFormReturnType<V>;
  /** Sends the form. It rejects with what the graph said. */
  readonly send: (values: V, key: string) => Promise<unknown>;
  /** What to say when it is done. */
  readonly done: string;
  readonly close: () => void;
}

/** How a form is sent. */
export interface Act {
  readonly submit: (event?: React.FormEvent<HTMLFormElement>) => void;
  readonly isBusy: boolean;
  /** What belongs to no field of the form; null when there is nothing. */
  readonly problem: string | null;
}

/**
 * Sends a form. An error that names an argument goes to the field of that name: the form's fields are called as the input's are. The same
 * form sent again after a lost answer carries the same key, so that nothing is done twice.
 */
export function useAct<V extends object>({ form, send, done, close }: Options<V>): Act {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = useRef({ key: '', values: '' });

  const run = async (values: V): Promise<void> => {
    const text = JSON.stringify(values);
    if (attempt.current.values !== text) attempt.current = { key: newKey(), values: text };
    setBusy(true);
    setProblem(null);
    try {
      await send(values, attempt.current.key);
    } catch (error) {
      setProblem(placeErrors(form, error));
      return;
    } finally {
      setBusy(false);
    }
    form.reset();
    attempt.current = { key: '', values: '' };
    notifications.show({ message: done, color: 'teal' });
    close();
  };
  const submit = form.onSubmit((values) => void run(values));
  return { submit, isBusy, problem };
}

/** Puts each error at its field. @returns what belongs to none */
function placeErrors<V extends object>(form: UseFormReturnType<V>, error: unknown): string | null {
  if (!CombinedGraphQLErrors.is(error)) return 'The gateway does not answer. Nothing is lost: send it again.';
  const rest: string[] = [];
  for (const { message, extensions } of error.errors) {
    const argument = extensions?.['argument'];
    const name = typeof argument === 'string' ? argument : '';
    const field = name.replace(/^input\./, '');
    if (hasField(form.getValues(), field)) form.setFieldError(field, withoutName(message, name));
    else rest.push(message);
  }
  return rest.length > 0 ? rest.join(' ') : null;
}

/** The graph begins with the argument's name; a form's reader sees the field. */
function withoutName(message: string, argument: string): string {
  const text = message.replace(`${argument} `, '');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function hasField(values: object, path: string): boolean {
  let at: unknown = values;
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null || !(step in at)) return false;
    at = (at as Record<string, unknown>)[step];
  }
  return true;
}
