import { Combobox, Kbd, Loader, Text, TextInput, useCombobox } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useFind } from './useFind.ts';
import classes from './FindBox.module.css';

interface Props {
  /** The large one of the start page, which has the focus at once. */
  readonly large?: boolean;
}

/** One box for everything that a customer can be known by. `/` or Ctrl-K brings the focus to it, arrows and Enter open a result. */
export function FindBox({ large = false }: Props): React.JSX.Element {
  const [typed, setTyped] = useState('');
  const { found, isLoading, failure } = useFind(typed);
  // Enter was pressed before the answer was there.
  const [isAwaited, setAwaited] = useState(false);
  const [, navigate] = useLocation();
  const input = useRef<HTMLInputElement>(null);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const focus = (): void => input.current?.select();
  useHotkeys([
    ['/', focus],
    ['mod+K', focus],
  ]);

  const open = (customerId: string): void => {
    setTyped('');
    setAwaited(false);
    combobox.closeDropdown();
    navigate(`/customers/${customerId}`);
  };
  const answered = useEffectEvent((isWanted: boolean) => {
    if (isWanted && found[0]) open(found[0].customerId);
    else combobox.selectFirstOption();
  });
  const answer = isLoading || !typed.trim() ? null : `${typed}: ${found.map(({ customerId }) => customerId).join(' ')}`;
  useEffect(() => {
    if (answer !== null) answered(isAwaited);
  }, [answer, isAwaited]);

  const options = found.map(({ customerId, name, detail }) => (
    <Combobox.Option value={customerId} key={customerId + detail} className={classes.option}>
      <Text size="sm" fw={600}>
        {name}
      </Text>
      <Text size="xs" c="dimmed" truncate>
        {detail}
      </Text>
    </Combobox.Option>
  ));

  return (
    <Combobox store={combobox} onOptionSubmit={open} withinPortal={!large} shadow="md" offset={6}>
      <Combobox.Target>
        <TextInput
          ref={input}
          size={large ? 'lg' : 'sm'}
          aria-label="Find a customer"
          placeholder={large ? 'Name, email, phone, order or case number' : 'Find a customer'}
          type="search"
          autoComplete="off"
          spellCheck={false}
          // The start page is there to search.
          autoFocus={large}
          value={typed}
          maxLength={200}
          leftSection={<IconSearch size={large ? 20 : 16} />}
          rightSection={isLoading && typed ? <Loader size="xs" /> : <Kbd aria-hidden="true">/</Kbd>}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setAwaited(false);
            combobox.openDropdown();
            // What is still shown was found for fewer letters: Enter must not open it.
            combobox.resetSelectedOption();
          }}
          onFocus={() => typed && combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setTyped('');
            if (event.key === 'Enter' && combobox.getSelectedOptionIndex() === -1) setAwaited(true);
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={!typed.trim()}>
        <Combobox.Options aria-label="Customers found">
          {options}
          {options.length === 0 && (
            <Combobox.Empty>{isLoading ? 'Searching…' : (failure ?? 'Nobody is known by this.')}</Combobox.Empty>
          )}
        </Combobox.Options>
        {failure && options.length > 0 && <Combobox.Footer className={classes.failure}>{failure}</Combobox.Footer>}
      </Combobox.Dropdown>
    </Combobox>
  );
}
