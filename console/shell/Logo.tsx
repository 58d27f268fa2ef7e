import { Group, Text } from '@mantine/core';

/** The console's name with its mark. */
export function Logo(): React.JSX.Element {
  return (
    <Group gap={8} wrap="nowrap">
      <img src="/favicon.svg" alt="" width={26} height={26} />
      <Text component="span" fw={700} fz="md" lh={1}>
        Customer360
      </Text>
    </Group>
  );
}
