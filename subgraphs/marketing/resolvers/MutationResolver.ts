import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { parseInput } from '../../kit/parseInput.js';
import type { RequestContext } from '../../kit/RequestContext.js';
import { GrantConsentInput, grantConsentInput, WithdrawConsentInput, withdrawConsentInput } from '../consentInput.js';
import { Consent } from '../entities/Consent.js';
import { grantConsent, withdrawConsent } from '../recordConsent.js';

@Resolver()
export class MutationResolver {
  @Mutation(() => Consent, {
    description:
      'Records in the ledger that a customer agrees, and returns the entry. Agreeing again under another text or from another source is a new entry, because each wording must be provable; the very same grant again, while it holds, changes nothing and returns the entry that is there.',
  })
  grantConsent(
    @Arg('input', () => GrantConsentInput, { description: 'To what, and under which words.' })
    input: GrantConsentInput,
    @Ctx() context: RequestContext,
  ): Promise<Consent> {
    return grantConsent(context, parseInput(grantConsentInput, input, 'input'));
  }

  @Mutation(() => Consent, {
    description:
      'Records in the ledger that a customer does not agree, or not any more, and returns the entry. A no is never refused: it is taken before any yes too, since it is the right of the customer and keeps out what may come later. For all channels (channel left out) it ends every grant of that purpose. Where all that it is about is withdrawn already, it changes nothing and returns the entry that is there.',
  })
  withdrawConsent(
    @Arg('input', () => WithdrawConsentInput, { description: 'From what.' }) input: WithdrawConsentInput,
    @Ctx() context: RequestContext,
  ): Promise<Consent> {
    return withdrawConsent(context, parseInput(withdrawConsentInput, input, 'input'));
  }
}
