import { customer360 } from './customer360.js';
import type { Graph } from './Graph.js';
import { hotels } from './hotels.js';
import { products } from './products.js';
import { wide } from './wide.js';

/** The graphs that gateways are measured on, by name. */
export const graphs: Readonly<Record<string, () => Graph | Promise<Graph>>> = {
  products,
  hotels,
  customer360,
  wide,
};
