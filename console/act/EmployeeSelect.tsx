import { useQuery } from '@apollo/client/react';
import { Select, type SelectProps } from '@mantine/core';
import { EmployeesDocument } from '../graph/operations.ts';

/** One of those who work here, by name; nobody is a choice too. */
export function EmployeeSelect(props: SelectProps): React.JSX.Element {
  const { data } = useQuery(EmployeesDocument, { fetchPolicy: 'cache-first' });
  const employees = data?.employees.nodes ?? [];
  return (
    <Select
      searchable
      openOnFocus={false}
      clearable
      clearButtonProps={{ 'aria-label': 'Nobody' }}
      nothingFoundMessage="Nobody of this name"
      data={employees.map(({ id, name, team }) => ({ value: id, label: team ? `${name}, ${team}` : name }))}
      {...props}
    />
  );
}
