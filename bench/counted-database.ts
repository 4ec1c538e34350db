import type { Database, Sql } from '../src/mysql/index.ts';

export interface CountedDatabase extends Sql {
  /** How many statements the driver itself has sent. */
  asked(): number;
}

/** The driver's own questions must not be taken for those of the workers. */
export function counted(database: Database): CountedDatabase {
  let asked = 0;
  return {
    rows: (text, values) => {
      asked += 1;
      return database.rows(text, values);
    },
    write: (text, values) => {
      asked += 1;
      return database.write(text, values);
    },
    asked: () => asked,
  };
}
