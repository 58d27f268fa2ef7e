import { z } from 'zod';

/** The environment variable in which `npm start` hands the gateway the tokens of its roles, as JSON. */
export const DEVELOPMENT_TOKENS = 'DEVELOPMENT_TOKENS';

/** A token to try the product with. */
const developmentToken = z.strictObject({
  /** A role of `ROLES`. */
  role: z.string().min(1),
  /** Without `Bearer`. */
  token: z.string().min(1),
  /** What the role stands for. */
  scopes: z.array(z.string()),
});
export type DevelopmentToken = z.infer<typeof developmentToken>;

/** A list of them. */
export const developmentTokens = z.array(developmentToken);
