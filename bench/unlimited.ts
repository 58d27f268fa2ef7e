/** Options with which our gateway refuses nothing that is only much, or large, and ends at once: what is measured is how it answers. */
export const UNLIMITED: readonly string[] = [
  '--max-rate=0',
  '--max-cost=1000000',
  '--max-depth=1000',
  '--max-tokens=1000000',
  '--max-aliases=1000000',
  '--max-root-fields=1000000',
  '--max-directives=1000000',
  '--max-connections-per-address=100000',
  '--shed-load=off',
  '--safelist=off',
  '--drain-delay=0',
];
