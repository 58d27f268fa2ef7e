import { Button, Group } from '@mantine/core';
import { IconHeadset, IconPhonePlus, IconShieldCheck, IconStars } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useSession } from '../session/useSession.ts';

const CallForm = lazy(async () => ({ default: (await import('./CallForm.tsx')).CallForm }));
const CaseForm = lazy(async () => ({ default: (await import('./CaseForm.tsx')).CaseForm }));
const ConsentForm = lazy(async () => ({ default: (await import('./ConsentForm.tsx')).ConsentForm }));
const ResponseForm = lazy(async () => ({ default: (await import('./ResponseForm.tsx')).ResponseForm }));

const ACTS = [
  { name: 'Log a call', scope: 'sales:write', Icon: IconPhonePlus, Form: CallForm },
  { name: 'Open a case', scope: 'service:write', Icon: IconHeadset, Form: CaseForm },
  { name: 'Record consent', scope: 'marketing:write', Icon: IconShieldCheck, Form: ConsentForm },
  { name: 'Survey response', scope: 'feedback:write', Icon: IconStars, Form: ResponseForm },
] as const;

/** What can be done for the customer; what the role may not do is not offered. */
export function ActBar({ customerId }: { readonly customerId: string }): React.JSX.Element {
  const { can } = useSession();
  const [open, setOpen] = useState<string | null>(null);
  // A form that was opened once stays, so that what was typed is still there.
  const [known, setKnown] = useState<ReadonlySet<string>>(new Set());
  const allowed = ACTS.filter(({ scope }) => can(scope));
  return (
    <Group gap={8} role="group" aria-label="What to do">
      {allowed.map(({ name, Icon }) => (
        <Button
          key={name}
          size="xs"
          variant="default"
          leftSection={<Icon size={15} aria-hidden="true" />}
          onClick={() => {
            setKnown(new Set([...known, name]));
            setOpen(name);
          }}
        >
          {name}
        </Button>
      ))}
      <Suspense>
        {allowed.map(({ name, Form }) =>
          known.has(name) ? (
            <Form key={name} customerId={customerId} opened={open === name} close={() => setOpen(null)} />
          ) : null,
        )}
      </Suspense>
    </Group>
  );
}
