import { useQuery } from '@apollo/client/react';
import { Drawer, Group, Stack, Text, Title } from '@mantine/core';
import { ReplyForm } from '../act/ReplyForm.tsx';
import { formatDateTime } from '../format/formatMoment.ts';
import { wordsOf } from '../format/wordsOf.ts';
import { failureOf } from '../graph/failure.ts';
import { CaseDetailDocument } from '../graph/operations.ts';
import { Panel } from '../parts/Panel.tsx';
import { SlaClock } from '../parts/SlaClock.tsx';
import { Tag } from '../parts/Tag.tsx';
import { useSession } from '../session/useSession.ts';
import classes from './CaseDrawer.module.css';

interface Props {
  /** Which case is open; null for none. */
  readonly caseId: string | null;
  readonly close: () => void;
}

/** A case with what was said in it, and the way to answer. */
export function CaseDrawer({ caseId, close }: Props): React.JSX.Element {
  const { can } = useSession();
  const { data, error, loading, refetch } = useQuery(CaseDetailDocument, {
    variables: { id: caseId ?? '' },
    skip: caseId === null,
  });
  const found = data?.case;
  const isOver = found?.status === 'RESOLVED' || found?.status === 'CLOSED';
  return (
    <Drawer
      opened={caseId !== null}
      onClose={close}
      position="right"
      size="lg"
      title={found ? `Case ${found.number}` : 'Case'}
      closeButtonProps={{ 'aria-label': 'Close the case' }}
    >
      <Panel
        title={found?.subject ?? 'Case'}
        loading={loading && !found}
        failure={failureOf(error)}
        isEmpty={!found}
        empty="There is no such case."
        retry={() => void refetch()}
      >
        {found && (
          <Stack gap="md">
            <Group gap={8}>
              <Tag tone={isOver ? 'good' : 'info'}>{wordsOf(found.status)}</Tag>
              <Tag>{wordsOf(found.kind)}</Tag>
              <Tag tone={['HIGH', 'URGENT'].includes(found.priority) ? 'warning' : 'neutral'}>
                {wordsOf(found.priority)}
              </Tag>
              <SlaClock status={found.status} sla={found.sla} />
            </Group>
            <Text size="sm" c="dimmed">
              Opened {formatDateTime(found.openedAt)} by {wordsOf(found.channel).toLowerCase()},{' '}
              {found.assignee ? `looked after by ${found.assignee.name}` : 'looked after by nobody yet'}.
            </Text>
            <section aria-label="Messages" className={classes.messages}>
              <Title order={3} size="sm">
                Messages
              </Title>
              {found.messages?.nodes.map(({ id, author, body, sentAt, employee }) => (
                <div key={id} className={classes.message} data-author={author}>
                  <Text size="xs" c="dimmed">
                    {author === 'CUSTOMER' ? 'Customer' : (employee?.name ?? 'We')}, {formatDateTime(sentAt)}
                  </Text>
                  <Text size="sm" className={classes.body}>
                    {body}
                  </Text>
                </div>
              ))}
              {found.resolution && (
                <Text size="sm">
                  <b>Resolved:</b> {found.resolution}
                </Text>
              )}
            </section>
            {can('service:write') && !isOver && <ReplyForm found={found} />}
          </Stack>
        )}
      </Panel>
    </Drawer>
  );
}
