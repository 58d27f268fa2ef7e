/** The database of `npm start` on its embedded Postgres. */
export const PRODUCT_DATABASE = 'customer360';

/** The folder of the embedded Postgres in the data folder. */
export const POSTGRES_FOLDER = 'postgres';

/** Where data and binaries go that the account of Postgres could not reach. */
export const SHARED_FOLDER = '/var/lib/customer360';
