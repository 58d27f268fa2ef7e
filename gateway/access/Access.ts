import { type GraphQLCompositeType, type GraphQLObjectType, type GraphQLSchema, isAbstractType } from 'graphql';
import type { Guard } from './Guard.js';
import type { AccessRules } from './accessRules.js';

/** What callers may see who meet the same guards. */
export class Access {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly rules: AccessRules,
    /** Guards that are not here are not met: one that nobody thought of closes. */
    private readonly met: ReadonlySet<Guard>,
  ) {}

  /** The same for all who may see the same. */
  get key(): string {
    return [...this.met].map(({ id }) => id).join();
  }

  /** The same for another form of the schema. */
  over(schema: GraphQLSchema): Access {
    return new Access(schema, this.rules, this.met);
  }

  /** The guards that close a field; none when it may be seen. Of an abstract type: those that close it for any of its types. */
  closing(type: GraphQLCompositeType, field: string): readonly Guard[] {
    return this.#unmet(this.objectTypes(type).flatMap(({ name }) => this.rules.ofField(name, field)));
  }

  /** The guards that close the objects of a type; of an abstract type: those of any of its types. */
  closingObjects(type: GraphQLCompositeType): readonly Guard[] {
    return this.#unmet(this.objectTypes(type).flatMap(({ name }) => this.rules.ofType(name)));
  }

  /** The types that an object of a type can be of. */
  objectTypes(type: GraphQLCompositeType): readonly GraphQLObjectType[] {
    return isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type];
  }

  #unmet(guards: readonly Guard[]): readonly Guard[] {
    return [...new Set(guards)].filter((guard) => !this.met.has(guard));
  }
}
