import { Field, Float, Int, ObjectType } from 'type-graphql';
import { Channel } from '../kit/graph/Channel.js';
import { explanation, Explanation, type CountMetric } from '../kit/graph/metrics.js';
import type { ChannelTally } from './loaders.js';
import { periodInputs, type Period } from './period.js';

@ObjectType({ description: 'How much a customer uses one channel.', simpleResolvers: true })
export class ChannelShare {
  @Field(() => Channel, { description: 'The channel.' })
  channel: Channel;

  @Field(() => Int, { description: 'How many touchpoints went through it.' })
  count: number;

  @Field(() => Int, { description: 'In how many of them the customer came to us.' })
  inbound: number;

  @Field(() => Int, { description: 'In how many of them we came to the customer.' })
  outbound: number;

  @Field(() => Float, { description: 'count / all touchpoints of the customer in the period, 0 to 1.' })
  share: number;
}

@ObjectType({ description: 'Through which channels a customer and we meet.', simpleResolvers: true })
export class ChannelMix {
  @Field(() => [ChannelShare], {
    description: 'The channels that were used, the most used first; empty when we never met. At most 11.',
  })
  value: ChannelShare[];

  @Field(() => Explanation, { description: 'How it came about.' })
  explain: Explanation;
}

type ChannelCount = Omit<ChannelShare, 'share'>;

/** Both directions of each channel together, the most used first, then by name. */
function byChannel(tallies: readonly ChannelTally[]): ChannelCount[] {
  const counts = new Map<Channel, ChannelCount>();
  for (const { channel, direction, count } of tallies) {
    const so = counts.get(channel) ?? { channel, count: 0, inbound: 0, outbound: 0 };
    so.count += count;
    if (direction === 'INBOUND') so.inbound += count;
    else so.outbound += count;
    counts.set(channel, so);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || (a.channel < b.channel ? -1 : 1));
}

function total(counts: readonly ChannelCount[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}

function inputsOf(counts: readonly ChannelCount[]): Record<string, number> {
  return Object.fromEntries(counts.map(({ channel, count }) => [channel, count]));
}

/** How often a customer and we met within a period, through all channels. */
export function touchpointCount(tallies: readonly ChannelTally[], period: Period): CountMetric {
  const counts = byChannel(tallies);
  const value = total(counts);
  const inputs = { ...inputsOf(counts), ...periodInputs(period) };
  return { value, explain: explanation('sum over the channels of their touchpoints', inputs, value) };
}

/** The share of each channel that a customer and we used within a period. */
export function channelMix(tallies: readonly ChannelTally[], period: Period): ChannelMix {
  const counts = byChannel(tallies);
  const touchpoints = total(counts);
  const inputs = { ...inputsOf(counts), touchpoints, ...periodInputs(period) };
  return {
    value: counts.map((count) => ({ ...count, share: count.count / touchpoints })),
    explain: explanation('touchpoints of the channel / touchpoints', inputs, touchpoints),
  };
}
