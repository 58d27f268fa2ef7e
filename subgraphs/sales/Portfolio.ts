import { ObjectType } from 'type-graphql';

@ObjectType({ description: 'All that an employee has to look after, now.' })
export class Portfolio {
  constructor(readonly employeeId: string) {}
}
