import { describe, expect, it } from '@jest/globals';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Class } from '../../subgraphs/kit/graph/Class.js';
import { OnErasure } from '../../subgraphs/kit/ownership/OnErasure.js';
import { OwnedBy } from '../../subgraphs/kit/ownership/OwnedBy.js';
import { ownedTables } from '../../subgraphs/kit/ownership/ownedTables.js';

@Entity('ticket')
@OwnedBy.columns('clientId', 'payerId')
class Ticket {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'client_id' })
  clientId: string;

  @Column('uuid', { name: 'payer_id', nullable: true })
  payerId: string | null;

  @OnErasure.write('Erased')
  @Column('text')
  title: string;

  @OnErasure.keep
  @Column('integer')
  minutes: number;
}

@Entity('ticket_note')
@OwnedBy.through('ticketId', () => Ticket)
@OnErasure.deleteRow
class TicketNote {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'ticket_id' })
  ticketId: string;

  @Column('text')
  text: string;
}

@Entity('room')
@OwnedBy.nobody('it is for all')
class Room {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  name: string;
}

/** What is said of entities that are declared wrongly. */
function problems(...entities: Class[]): string[] {
  try {
    ownedTables(entities);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').slice(1);
  }
}

describe('what entities declare', () => {
  it('becomes a condition on the rows of a customer, over any number of tables', () => {
    const [ticket, note, ...others] = ownedTables([Ticket, TicketNote, Room]);
    expect(others).toEqual([]);
    expect(ticket?.owners).toEqual([
      { name: 'client_id', recorded: 'client_recorded_for' },
      { name: 'payer_id', recorded: 'payer_recorded_for' },
    ]);
    expect(ticket?.isTheirs).toMatch(/"client_recorded_for" = ANY.* OR .*"payer_recorded_for" = ANY/);
    expect(ticket?.erasure).toEqual([{ name: 'title', value: 'Erased' }]);
    expect(note?.isTheirs).toMatch(/^t\."ticket_id" IN \(SELECT .+ FROM "ticket" AS .+ WHERE .*"client_id" = ANY/);
    expect(note?.erasure).toBe('row');
  });

  it('is all there: what says nothing is refused, all of it at once', () => {
    @Entity('silent')
    class Silent {
      @PrimaryColumn('uuid')
      id: string;
    }
    @Entity('half')
    @OwnedBy.columns('customerId')
    class Half {
      @PrimaryColumn('uuid')
      id: string;

      @Column('uuid', { name: 'customer_id' })
      customerId: string;

      @Column('text')
      remark: string;
    }
    const said = problems(Silent, Half);
    expect(said).toHaveLength(2);
    expect(said[0]).toMatch(/Silent: say whose its rows are: @OwnedBy/);
    expect(said[1]).toMatch(/Half\.remark: say what erasure does: @OnErasure/);
  });

  it('names columns and entities that there are', () => {
    @Entity('lost')
    @OwnedBy.columns('buyerId')
    @OnErasure.deleteRow
    class Lost {
      @PrimaryColumn('uuid')
      id: string;
    }
    @Entity('hanging')
    @OwnedBy.through('roomId', () => Room)
    @OnErasure.deleteRow
    class Hanging {
      @PrimaryColumn('uuid')
      id: string;

      @Column('uuid')
      roomId: string;
    }
    expect(problems(Lost)).toEqual([expect.stringContaining('Lost.buyerId: there is no such column')]);
    expect(problems(Room, Hanging)).toEqual([expect.stringContaining("Room is nobody's")]);
    expect(problems(Hanging)).toEqual([expect.stringContaining('Room is no entity of this subgraph')]);
  });

  it("is not nobody's for what refers to a customer, or to a row of one", () => {
    @Entity('visit')
    @OwnedBy.nobody('why not')
    class Visit {
      @PrimaryColumn('uuid')
      id: string;

      @Column('uuid')
      customerId: string;

      @Column('uuid')
      lastTicketId: string;
    }
    expect(problems(Ticket, Visit)).toEqual([
      expect.stringContaining('Visit.customerId: it refers to a Customer'),
      expect.stringContaining('Visit.lastTicketId: it refers to a Ticket'),
    ]);
  });

  it('is declared for each customer whom a row names, whatever the column is called', () => {
    @Entity('introduction')
    @OwnedBy.columns('customerId', 'hostId')
    @OnErasure.deleteRow
    class Introduction {
      @PrimaryColumn('uuid')
      id: string;

      @Column('uuid', { name: 'customer_id' })
      customerId: string;

      @Column('text')
      hostId: string;

      @Column('uuid', { name: 'introduced_by_customer_id' })
      introducedBy: string;

      @Column('uuid', { array: true })
      otherCustomerIds: string[];
    }
    @Entity('list')
    @OwnedBy.nobody('why not')
    class List {
      @PrimaryColumn('uuid')
      id: string;

      @Column('uuid', { name: 'customer_id' })
      who: string;
    }
    expect(problems(Introduction, List)).toEqual([
      expect.stringContaining('Introduction.introducedBy: it names a customer'),
      expect.stringContaining('Introduction.otherCustomerIds: it names a customer'),
      expect.stringContaining("Introduction.hostId: it holds a customer's id, so it is a uuid, not text"),
      expect.stringContaining('List.who: it refers to a Customer'),
    ]);
  });

  it('can be done: nothing is cleared that cannot be null, and no column of a row that goes whole', () => {
    @Entity('strict')
    @OwnedBy.columns('customerId')
    class Strict {
      @PrimaryColumn('uuid')
      id: string;

      @Column('uuid')
      customerId: string;

      @OnErasure.clear
      @Column('text')
      text: string;
    }
    @Entity('gone')
    @OwnedBy.columns('customerId')
    @OnErasure.deleteRow
    class Gone {
      @PrimaryColumn('uuid')
      id: string;

      @Column('uuid')
      customerId: string;

      @OnErasure.keep
      @Column('text')
      text: string;
    }
    expect(problems(Strict)).toEqual([expect.stringContaining('Strict.text: it cannot be null')]);
    expect(problems(Gone)).toEqual([expect.stringContaining('Gone: its rows go whole')]);
  });
});
