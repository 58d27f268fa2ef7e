import { useMutation } from '@apollo/client/react';
import { ActionIcon, Title, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCheck } from '@tabler/icons-react';
import { CompleteNextStepDocument, type CustomerSalesQuery } from '../graph/operations.ts';
import { newKey } from '../graph/newKey.ts';
import { Tag } from '../parts/Tag.tsx';
import { useNow } from '../parts/useNow.ts';
import { When } from '../parts/When.tsx';
import { useSession } from '../session/useSession.ts';
import { PanelRow } from './PanelRow.tsx';

type Step = NonNullable<NonNullable<CustomerSalesQuery['customer360']>['nextSteps']>['nodes'][number];

/** What was promised to be done next, each to be ticked off at once: it shows as done before the graph has said so, and comes back when it could not. */
export function NextSteps({ steps }: { readonly steps: readonly Step[] }): React.JSX.Element {
  const { can } = useSession();
  const now = useNow();
  const [complete] = useMutation(CompleteNextStepDocument);

  const tick = ({ id, version, nextStep }: Step): void => {
    if (!nextStep) return;
    complete({
      variables: { activityId: id, expectedVersion: version, key: newKey() },
      optimisticResponse: {
        completeNextStep: {
          __typename: 'Activity',
          id,
          version,
          nextStep: { ...nextStep, doneAt: new Date().toISOString() },
        },
      },
    }).catch((error: unknown) => {
      notifications.show({
        color: 'red',
        title: 'The step could not be ticked off',
        message: error instanceof Error ? error.message : 'Try again.',
      });
    });
  };

  return (
    <section aria-label="Next steps">
      <Title order={3} size="sm">
        Next steps
      </Title>
      {steps.map((step) => {
        const { id, nextStep } = step;
        if (!nextStep) return null;
        const isLate = !nextStep.doneAt && Date.parse(nextStep.dueAt) < now;
        return (
          <PanelRow
            key={id}
            title={nextStep.description}
            side={
              can('sales:write') &&
              !nextStep.doneAt && (
                <Tooltip label="Done">
                  <ActionIcon
                    size={28}
                    variant="default"
                    aria-label={`Done: ${nextStep.description}`}
                    onClick={() => tick(step)}
                  >
                    <IconCheck size={16} />
                  </ActionIcon>
                </Tooltip>
              )
            }
          >
            {nextStep.doneAt ? (
              <Tag tone="good">Done</Tag>
            ) : (
              <Tag tone={isLate ? 'bad' : 'neutral'}>{isLate ? 'Late' : 'Due'}</Tag>
            )}
            <When at={nextStep.doneAt ?? nextStep.dueAt} />
          </PanelRow>
        );
      })}
    </section>
  );
}
