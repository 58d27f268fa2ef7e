import { hasScope, meetsScopes, SCOPES } from '../../../schema/contract.js';
import type { Field } from '../graph/eachField.js';
import { lacksScopes, ownerUnknown } from '../graph/errors.js';
import type { Mask } from '../graph/Masked.js';
import { currentArguments } from '../ownership/currentArguments.js';
import { untilCurrent } from '../ownership/requireCurrent.js';
import { ownersByReferrers } from '../ownership/ownersByReferrers.js';
import { idsAt, ownersIn } from '../ownership/whose.js';
import type { FieldPolicy } from './fieldPolicies.js';
import type { GuardedRequest } from './GuardedRequest.js';
import { requireArgumentScopes } from './scopedArguments.js';
import { inPlaceOf, isWithdrawn, withoutWithdrawn } from './withdrawals.js';

type GuardedField = Field<GuardedRequest>;
type Resolve = NonNullable<GuardedField['resolve']>;
type Arguments = Readonly<Record<string, unknown>>;

/** Whether a field's policy asks for anything when it is resolved. */
export function isGuarded(policy: FieldPolicy): boolean {
  const { scopes, scopedArguments, mask, isPersonal, consent, isHandedOn, takesCurrentIds, changes } = policy;
  return (
    scopes.length > 0 ||
    scopedArguments.length > 0 ||
    mask !== undefined ||
    isPersonal ||
    consent.isWithheld ||
    consent.isSifted ||
    isHandedOn ||
    takesCurrentIds ||
    changes !== undefined
  );
}

/**
 * Makes the resolver of a field by its policy. What is done, and in which order, stands here and nowhere else:
 *
 * 1. who lacks the field's scopes, or those that its arguments ask for, is refused. The gateway refuses the first too: neither a bug there nor its stolen
 *    key opens what is closed;
 * 2. ids of customers who were merged become those of today in the arguments of a root field, so all that follows knows only who is there; a mutation is done
 *    anew when they are others by the time it writes;
 * 3. what a mutation writes is told by which mutation it was written;
 * 4. a field of a customer who withdrew their consent is not even read;
 * 5. the field's own resolver;
 * 6. what belongs to customers who withdrew is left out, so it is neither masked nor noted;
 * 7. the mask, for callers without `customer:pii`; or else
 * 8. the note of whom it is given, before it is given: without an owner it is withheld.
 *
 * @param resolve the field's own resolver
 */
export function guardField(policy: FieldPolicy, type: GuardedField['type'], resolve: Resolve): Resolve {
  const { changes, consent, field, gives, takesCurrentIds } = policy;
  const give = giving(policy);

  const read: Resolve = (source, args, context, info) => {
    const value: unknown = resolve(source, args, context, info);
    if (gives && consent.isSifted && context.caller.purpose !== undefined) {
      const left = withoutWithdrawn(value, gives, context);
      return give ? left.then((given) => give(given, source, args, context)) : left;
    }
    if (give === undefined) return value;
    return value instanceof Promise
      ? value.then((given) => give(given, source, args, context))
      : give(value, source, args, context);
  };

  const ask: Resolve = (source, args, context, info) => {
    // Mutations of one operation run one after the other.
    if (changes) context.change = { field, names: changes, takesCurrentIds, answers: gives ?? NOBODY, args };
    if (!consent.isWithheld || context.caller.purpose === undefined) return read(source, args, context, info);
    return isWithdrawn(source, policy.whose, context).then((withdrawn): unknown => {
      const given = (): unknown => read(source, args, context, info);
      return withdrawn ? inPlaceOf(type, given, context) : given();
    });
  };

  const askCurrent: Resolve = (source, args, context, info) => {
    if (!context.aliases.any) return ask(source, args, context, info);
    return currentArguments(args, context).then((current) => ask(source, current, context, info));
  };
  const guarded = takesCurrentIds ? askCurrent : changes || consent.isWithheld ? ask : read;
  const begin: Resolve = (source, args, context, info) =>
    untilCurrent(async (): Promise<unknown> => {
      context.forgetNames();
      return guarded(source, args, context, info);
    });
  return forScopes(policy, changes ? begin : guarded);
}

/** Lets only callers who have the scopes of a field, and those that its arguments ask for, read it, or subscribe to it. */
export function forScopes({ field, scopes, scopedArguments }: FieldPolicy, resolve: Resolve): Resolve {
  if (scopes.length === 0 && scopedArguments.length === 0) return resolve;
  return (source, args, context, info): unknown => {
    if (!meetsScopes(context.caller, scopes)) throw lacksScopes(field, scopes);
    requireArgumentScopes(scopedArguments, args, context.caller);
    return resolve(source, args, context, info);
  };
}

/** Of a scalar that a mutation answers. */
const NOBODY = { kind: 'nobody', why: 'it is no object' } as const;

type Give = (value: unknown, source: unknown, args: Arguments, context: GuardedRequest) => unknown;

/** @returns undefined for what is given as it is */
function giving(policy: FieldPolicy): Give | undefined {
  const { mask, isPersonal, isHandedOn } = policy;
  if (!isPersonal && !isHandedOn) return undefined;
  const ownersOf = findingOwners(policy);
  const note = noting(policy);
  return (value, source, args, context) => {
    if (mask && !hasScope(context.caller, SCOPES.readPersonalData)) return maskValue(mask, value);
    if (isEmpty(value)) return value;
    const owners = ownersOf(source, args, context);
    return owners instanceof Promise
      ? owners.then((found) => note(value, found, context))
      : note(value, owners, context);
  };
}

type Owners = readonly string[] | undefined;

/** Whose the value of a field is; undefined when nobody can tell, and none where it is declared, or told, that it is of nobody. */
function findingOwners({
  whose,
}: FieldPolicy): (source: unknown, args: Arguments, context: GuardedRequest) => Owners | Promise<Owners> {
  if (whose.kind === 'nobody') return () => [];
  if (whose.kind === 'arguments') {
    return (_source, args) => {
      const ids = idsAt(args, whose.paths);
      return ids.length > 0 ? ids : undefined;
    };
  }
  const own = (source: unknown, context: GuardedRequest): Owners =>
    ownersIn(source, whose) ?? (isObject(source) ? context.owners.get(source) : undefined);
  if (whose.kind !== 'referrers') return (source, _args, context) => own(source, context);
  const read = ownersByReferrers(whose.entity, whose.property);
  return (source, _args, context) => {
    const id = isObject(source) ? (source as { id?: unknown }).id : undefined;
    return own(source, context) ?? (typeof id === 'string' ? context.load(read, id) : undefined);
  };
}

function noting({ field, isPersonal, isHandedOn }: FieldPolicy) {
  let isReported = false;
  return (value: unknown, owners: Owners, context: GuardedRequest): unknown => {
    if (isPersonal && owners === undefined) {
      if (!isReported) {
        context.database.log.error({ field }, 'personal data is withheld: nobody can tell whose it is; see @OwnedBy');
      }
      isReported = true;
      throw ownerUnknown(field);
    }
    if (owners === undefined) return value;
    if (isPersonal) for (const customerId of owners) context.giveOf(customerId, field);
    if (isHandedOn) handOn(value, owners, context);
    return value;
  };
}

const NONE: readonly string[] = [];

/** What one customer's household is, is another's too: within a request, an object that was reached from both is of both. */
function handOn(value: unknown, customerIds: readonly string[], { owners }: GuardedRequest): void {
  for (const item of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
    if (!isObject(item)) continue;
    const before = owners.get(item) ?? NONE;
    const others = customerIds.filter((id) => !before.includes(id));
    if (others.length > 0 || before === NONE) owners.set(item, [...before, ...others]);
  }
}

function maskValue(mask: Mask, value: unknown): unknown {
  if (typeof value === 'string') return mask(value);
  return Array.isArray(value) ? value.map((item) => maskValue(mask, item)) : value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}
