import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import type { Act } from './useAct.ts';

interface Props {
  readonly title: string;
  readonly opened: boolean;
  readonly close: () => void;
  readonly act: Act;
  /** What the button says. */
  readonly verb: string;
  readonly children: ReactNode;
}

/** A form in front of the page. */
export function ActModal({ title, opened, close, act, verb, children }: Props): React.JSX.Element {
  const isNarrow = useMediaQuery('(max-width: 36em)');
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={title}
      fullScreen={isNarrow ?? false}
      centered
      closeButtonProps={{ 'aria-label': 'Close the form' }}
    >
      <form onSubmit={act.submit} noValidate>
        <Stack gap="sm">
          {act.problem && (
            <Alert color="red" role="alert">
              {act.problem}
            </Alert>
          )}
          {children}
          <Group justify="flex-end" mt="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={act.isBusy}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
