import type { Graph } from './Graph.js';
import { shop } from './shop.js';

/** The graph of the usual gateway benchmarks: users review products. */
export const products = (): Graph =>
  shop(
    {
      people: { subgraph: 'accounts', type: 'User', list: 'users', name: 'name' },
      goods: {
        subgraph: 'products',
        type: 'Product',
        list: 'topProducts',
        key: 'upc',
        name: 'name',
        price: 'price',
        weight: 'weight',
      },
      stock: { subgraph: 'inventory', available: 'inStock', estimate: 'shippingEstimate' },
      opinions: {
        subgraph: 'reviews',
        type: 'Review',
        list: 'reviews',
        body: 'body',
        author: 'author',
        about: 'product',
      },
    },
    1,
  );
