import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { text } from '../kit/graph/parseInput.js';

@InputType({ description: 'What we hold out to the customers of a segment. At least one of the five is given.' })
export class CreatePropositionInput {
  @Field(() => ID, { description: 'To the customers of which segment. It stays.' })
  segmentId: string;

  @Field(() => String, { description: 'What we call it. At most 200 characters; names may repeat.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'How its price compares. At most 2000 characters.' })
  price?: string | null;

  @Field(() => String, { nullable: true, description: 'What the brand means to them. At most 2000 characters.' })
  brand?: string | null;

  @Field(() => String, { nullable: true, description: 'The service that comes with it. At most 2000 characters.' })
  service?: string | null;

  @Field(() => String, { nullable: true, description: 'What the product does for them. At most 2000 characters.' })
  product?: string | null;

  @Field(() => String, { nullable: true, description: 'The standard that we keep. At most 2000 characters.' })
  standard?: string | null;
}

@InputType({ description: 'What to change of a proposition; what is left out stays, null takes it away.' })
export class UpdatePropositionInput {
  @Field(() => String, { nullable: true, description: 'What we call it. At most 200 characters.' })
  name?: string;

  @Field(() => String, { nullable: true, description: 'How its price compares. At most 2000 characters.' })
  price?: string | null;

  @Field(() => String, { nullable: true, description: 'What the brand means to them. At most 2000 characters.' })
  brand?: string | null;

  @Field(() => String, { nullable: true, description: 'The service that comes with it. At most 2000 characters.' })
  service?: string | null;

  @Field(() => String, { nullable: true, description: 'What the product does for them. At most 2000 characters.' })
  product?: string | null;

  @Field(() => String, { nullable: true, description: 'The standard that we keep. At most 2000 characters.' })
  standard?: string | null;
}

const words = text(2000).nullish();
const five = { price: words, brand: words, service: words, product: words, standard: words };

export const createPropositionInput = z
  .object({ segmentId: z.string().toLowerCase(), name: text(200), ...five })
  .refine(({ price, brand, service, product, standard }) => price ?? brand ?? service ?? product ?? standard, {
    message: 'needs at least one of price, brand, service, product, standard',
  });

export const updatePropositionInput = z.object({ name: text(200).optional(), ...five });
