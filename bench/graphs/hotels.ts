import type { Graph } from './Graph.js';
import { shop } from './shop.js';

/** The shape of `products` under other names and with other texts, so that nobody wins by knowing `products`. */
export const hotels = (): Graph =>
  shop(
    {
      people: { subgraph: 'travellers', type: 'Guest', list: 'guests', name: 'fullName' },
      goods: {
        subgraph: 'directory',
        type: 'Hotel',
        list: 'bestHotels',
        key: 'code',
        name: 'title',
        price: 'nightlyRate',
        weight: 'distance',
      },
      stock: { subgraph: 'booking', available: 'hasRooms', estimate: 'transferCost' },
      opinions: {
        subgraph: 'guestbook',
        type: 'Entry',
        list: 'entries',
        body: 'text',
        author: 'writer',
        about: 'hotel',
      },
    },
    2,
  );
