import { Field, Float, Int, ObjectType } from 'type-graphql';
import { Channel } from '../kit/Channel.js';
import { explanation, Explanation, type CountMetric } from '../kit/metrics.js';
import type { ChannelTally } from './loaders.js';

@ObjectType({ description: 'How much a customer uses one channel.', simpleResolvers: true })
export class ChannelShare {
  @Field(() => Channel, { description: 'The channel.' })
  channel: Channel;

  @Field(() => Int, { description: 'How many touchpoints went through it.' })
  count: number;

  @Field(() => Float, { description: 'count / all touchpoints of the customer, 0 to 1.' })
  share: number;
}

@ObjectType({ description: 'Through which channels a customer and we meet.', simpleResolvers: true })
export class ChannelMix {
  @Field(() => [ChannelShare], {
    description: 'The channels that were used, the most used first; empty when we never met. At most 11.',
  })
  channels: ChannelShare[];

  @Field(() => Explanation, { description: 'How it came about.' })
  explain: Explanation;
}

function total(tallies: readonly ChannelTally[]): number {
  return tallies.reduce((sum, { count }) => sum + count, 0);
}

function countsByChannel(tallies: readonly ChannelTally[]): Record<string, number> {
  return Object.fromEntries(tallies.map(({ channel, count }) => [channel, count]));
}

/** How often a customer and we met, through all channels. */
export function touchpointCount(tallies: readonly ChannelTally[]): CountMetric {
  const value = total(tallies);
  return { value, explain: explanation('sum over the channels of their touchpoints', countsByChannel(tallies), value) };
}

/** The share of each channel that a customer and we used. */
export function channelMix(tallies: readonly ChannelTally[]): ChannelMix {
  const touchpoints = total(tallies);
  return {
    channels: tallies.map(({ channel, count }) => ({ channel, count, share: count / touchpoints })),
    explain: explanation(
      'touchpoints of the channel / touchpoints',
      { ...countsByChannel(tallies), touchpoints },
      touchpoints,
    ),
  };
}
