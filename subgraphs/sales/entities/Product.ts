import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { Money, money } from '../../kit/graph/Money.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('product')
@OwnedBy.nobody('it is for all')
@Directive('@key(fields: "id")')
@ObjectType({ description: 'Something that we sell: goods or a service.', simpleResolvers: true })
export class Product {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('text')
  @Field(() => String, { description: 'What we call it. At most 200 characters.' })
  name: string;

  @Column('text', { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: "The article number, ours or the maker's. No two products share one.",
  })
  sku: string | null;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'The series or group of products that it belongs to.' })
  category: string | null;

  @Column('numeric', { name: 'unit_price', precision: 19, scale: 4 })
  unitPriceAmount: string;

  @Column('char', { length: 3 })
  currency: string;

  @Column('boolean')
  @Field(() => Boolean, { description: 'Whether it is for sale now.' })
  active: boolean;

  /** The system from which the product was imported, and its key there. */
  @Column('text', { nullable: true })
  source: string | null;

  @Column('text', { name: 'source_key', nullable: true })
  sourceKey: string | null;

  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was first recorded.' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  @Field(() => DateTime, { description: 'When it last changed.' })
  updatedAt: Date;

  @Column('integer')
  @Field(() => Int, { description: 'Rises with each change.' })
  version: number;

  @Field(() => Money, { description: 'The list price of one unit, before any discount.' })
  get unitPrice(): Money {
    return money(this.unitPriceAmount, this.currency);
  }
}

export const ProductConnection = connectionType(Product, 'Product');
