import type { Database, Sql } from '../src/mysql/index.ts';

export interface CountedDatabase extends Sql {
  /** How many statements the driver itself has sent. */
  asked(): number;
}

/** The driver's own questions must not be taken for those of the workers. */
export function counted(database: Database): CountedDatabase {
  let asked = 0;
  const sql = countingSql(database, () => {
    asked += 1;
  });
  return { ...sql, asked: () => asked };
}

/** Calls `count` for each statement, those in transactions included. */
export function countingDatabase(database: Database, count: () => void): Database {
  return {
    ...countingSql(database, count),
    transaction: (work) => database.transaction((sql) => work(countingSql(sql, count))),
    snapshot: (work) => database.snapshot(work),
    pool: () => database.pool(),
    close: () => database.close(),
  };
}

function countingSql(sql: Sql, count: () => void): Sql {
  return {
    rows: (text, values) => {
      count();
      return sql.rows(text, values);
    },
    write: (text, values) => {
      count();
      return sql.write(text, values);
    },
  };
}
