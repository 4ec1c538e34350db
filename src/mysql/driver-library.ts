import { createRequire } from 'node:module';
import type { knex } from 'knex';
import type * as Mysql2 from 'mysql2';

const require = createRequire(import.meta.url);

// Loaded by whoever connects first: locks have no use for the one, or for either.

export function mysql2(): typeof Mysql2 {
  return require('mysql2') as typeof Mysql2;
}

export function knexFactory(): typeof knex {
  return require('knex') as typeof knex;
}
