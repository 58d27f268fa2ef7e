import type { Whose } from './whose.js';

/** For a person to read: `customerId`, `the customer`. */
export function describeWhose(whose: Whose): string {
  switch (whose.kind) {
    case 'customer':
      return 'the customer';
    case 'properties':
      return whose.properties.join(', ');
    case 'within':
      return whose.of.kind === 'customer'
        ? whose.properties.join(', ')
        : `${whose.properties.join(', ')}: ${describeWhose(whose.of)}`;
    case 'class':
      return 'as its class says';
    case 'parent':
      return 'what it was reached from';
    case 'referrers':
      return `what it was reached from, else ${whose.entity().name}.${whose.property}`;
    case 'arguments':
      return whose.paths.map((path) => `argument ${path.join('.')}`).join(', ');
    case 'nobody':
      return `nobody: ${whose.why}`;
  }
}
