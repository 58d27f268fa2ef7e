import { useQuery } from '@apollo/client/react';
import { Anchor, Avatar, Group, Paper, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Link } from 'wouter';
import { ActBar } from '../act/ActBar.tsx';
import { formatAmounts } from '../format/formatMoney.ts';
import { formatDay } from '../format/formatMoment.ts';
import { formatNumber } from '../format/formatNumber.ts';
import { wordsOf } from '../format/wordsOf.ts';
import { CustomerHeaderDocument } from '../graph/operations.ts';
import { Panel } from '../parts/Panel.tsx';
import { Tag } from '../parts/Tag.tsx';
import { When } from '../parts/When.tsx';
import { consentHealth } from './consentHealth.ts';
import classes from './CustomerHeader.module.css';
import { departmentOf } from './departmentOf.ts';
import { Figure } from './Figure.tsx';

/** Who they are and how they stand, at one glance. */
export function CustomerHeader({ customerId }: { readonly customerId: string }): React.JSX.Element {
  const { customer, loading, failure, retry } = departmentOf(
    useQuery(CustomerHeaderDocument, { variables: { id: customerId } }),
  );
  useDocumentTitle(`${customer?.displayName ?? 'Customer'} · Customer360`);
  if (loading) return <Skeleton height={150} radius="md" aria-label="Loading the customer" />;
  if (!customer) {
    return (
      <Panel
        title="Customer"
        loading={false}
        failure={failure}
        isEmpty
        empty="There is no such customer."
        retry={retry}
      >
        {null}
      </Panel>
    );
  }
  const { displayName, kind, roles, emails, phones, household, organizations, members, addresses, preferences } =
    customer;
  const { owner, lifecycleStage, lifetimeValue, openCaseCount, npsScore, consents, lastContactAt, createdAt } =
    customer;
  const health = consents ? consentHealth(consents) : null;
  const [address] = addresses ?? [];
  return (
    <Paper component="header" withBorder className={classes.header}>
      <Group justify="space-between" align="start" gap="md">
        <Group gap="md" wrap="nowrap" align="start" className={classes.person}>
          <Avatar name={displayName} color="sea" size={52} radius="xl" alt="" className={classes.avatar} />
          <Stack gap={4} className={classes.who}>
            <Group gap={8}>
              <Title order={1}>{displayName}</Title>
              {kind === 'ORGANIZATION' && <Tag>Organization</Tag>}
              {roles.map((role) => (
                <Tag key={role}>{wordsOf(role)}</Tag>
              ))}
              {lifecycleStage?.value && <Tag tone="info">{wordsOf(lifecycleStage.value)}</Tag>}
            </Group>
            <Group gap="4px 14px" className={classes.contact}>
              {emails?.[0] && <span>{emails[0]}</span>}
              {phones?.[0] && <span>{phones[0]}</span>}
              {address && <span>{[address.postalCode, address.city, address.country].filter(Boolean).join(' ')}</span>}
              {household && <span>{household.name}</span>}
              {organizations?.nodes.map(({ id, role, organization }) => (
                <span key={id}>
                  {role ? `${role}, ` : ''}
                  <Anchor component={Link} size="sm" to={`/customers/${organization.id}`}>
                    {organization.displayName}
                  </Anchor>
                </span>
              ))}
              {members?.nodes.map(({ id, role, person }) => (
                <span key={id}>
                  <Anchor component={Link} size="sm" to={`/customers/${person.id}`}>
                    {person.displayName}
                  </Anchor>
                  {role ? `, ${role}` : ''}
                </span>
              ))}
              <span>known since {formatDay(createdAt)}</span>
            </Group>
            {preferences && preferences.length > 0 && (
              <Text size="sm" className={classes.preferences}>
                {preferences.map(({ label, note }) => `${label}: ${note}`).join(' · ')}
              </Text>
            )}
          </Stack>
        </Group>
        <ActBar customerId={customerId} />
      </Group>
      <SimpleGrid cols={{ base: 2, xs: 3, md: 6 }} spacing="md" mt="md">
        <Figure
          label="Looked after by"
          value={owner ? owner.name : null}
          detail={owner?.team}
          isLost={owner === null && failure !== null}
          none="nobody"
        />
        <Figure label="Value to date" value={lifetimeValue ? formatAmounts(lifetimeValue.value, true) : null} />
        <Figure
          label="Open cases"
          value={openCaseCount ? formatNumber(openCaseCount.value) : null}
          tone={openCaseCount && openCaseCount.value > 0 ? 'warning' : undefined}
        />
        <Figure
          label="NPS"
          value={npsScore ? (npsScore.category ? wordsOf(npsScore.category) : 'not asked') : null}
          detail={npsScore?.latestScore != null ? `last answer ${npsScore.latestScore} of 10` : undefined}
          tone={npsScore?.category === 'DETRACTOR' ? 'bad' : npsScore?.category === 'PROMOTER' ? 'good' : undefined}
        />
        <Figure label="Consent" value={health ? health.words : null} detail={health?.detail} tone={health?.tone} />
        <Figure
          label="Last contact"
          value={lastContactAt ? <When at={lastContactAt} /> : null}
          isLost={lastContactAt === null && failure !== null}
          none="never"
        />
      </SimpleGrid>
      {failure && (
        <Group mt="sm" gap={8} role="alert">
          <Text size="sm" className={classes.failure}>
            {failure}
          </Text>
          <Anchor component="button" type="button" size="sm" onClick={retry}>
            Try again
          </Anchor>
        </Group>
      )}
    </Paper>
  );
}
