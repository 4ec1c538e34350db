/** One place of what is compiled, and what is put there. */
export interface Spoil {
  /** Below dist/src. */
  readonly file: string;
  readonly text: string;
  readonly becomes: string;
}

/** A system that is wrong in one decision, to see whether anybody notices. */
export interface ChaosMutant {
  readonly name: string;
  readonly breaks: string;
  readonly spoils: readonly Spoil[];
  readonly databaseArgs?: readonly string[];
  /** Why nothing is to be noticed: another defence stands behind this one. */
  readonly harmless?: string;
}

const STOCK = 'stock/stock-store.js';
const NO_ROW_LOCK = { file: STOCK, text: '`${READ} FOR UPDATE`', becomes: 'READ' };
const NO_CONDITION = {
  file: STOCK,
  text: 'ON s.goods_id = v.goods_id AND s.version = v.was AND s.fence <= v.fence',
  becomes: 'ON s.goods_id = v.goods_id',
};
const NO_LEDGER_KEY = {
  file: STOCK,
  text: 'INSERT INTO movements (goods_id',
  becomes: 'INSERT IGNORE INTO movements (goods_id',
};
const NO_FENCE_CHECK = {
  file: 'saga/transact.js',
  text: 'if (highest > fence)',
  becomes: 'if (highest < 0n)',
};
const QUORUM_OF_ONE = {
  file: 'locks/quorum-vote.js',
  text: 'return Math.floor(nodes / 2) + 1;',
  becomes: 'return 1;',
};

export const CHAOS_MUTANTS: readonly ChaosMutant[] = [
  {
    name: 'answered-early',
    breaks: 'a batch is answered before its COMMIT',
    spoils: [
      {
        file: 'saga/transact.js',
        text: 'return await database.transaction(async (sql) => {',
        becomes: 'return await early(database, async (sql) => {',
      },
      {
        file: 'saga/transact.js',
        text: 'export class MovesNeedLock',
        becomes: `const early = (database, work) => new Promise((go, stop) => {
          database.transaction(async (sql) => {
            const done = await work(sql);
            go(done);
            return done;
          }).catch(stop);
        });
        export class MovesNeedLock`,
      },
    ],
  },
  {
    name: 'commit-believed',
    breaks: 'a COMMIT that failed is taken for done, as with another form of Knex transactions',
    spoils: [
      { file: 'mysql/database.js', text: 'let own;', becomes: 'let own; let kept;' },
      {
        file: 'mysql/database.js',
        text: 'return await work(trx);',
        becomes: 'return (kept = await work(trx));',
      },
      {
        file: 'mysql/database.js',
        text: 'throw own ? own.error : databaseError(error);',
        becomes: 'if (own) throw own.error; return kept;',
      },
    ],
  },
  {
    name: 'forgetful-database',
    breaks: 'the database flushes its log once a second, not at every COMMIT',
    spoils: [],
    databaseArgs: ['--innodb-flush-log-at-trx-commit=0'],
  },
  {
    name: 'rows-unguarded',
    breaks:
      'balances are read without a lock and written without a condition, one lock node is enough',
    spoils: [NO_ROW_LOCK, NO_CONDITION, NO_LEDGER_KEY, NO_FENCE_CHECK, QUORUM_OF_ONE],
  },
  {
    name: 'fence-unchecked',
    breaks: 'a lock number lower than the last one may write',
    spoils: [NO_FENCE_CHECK, { file: STOCK, text: ' AND s.fence <= v.fence', becomes: '' }],
  },
  {
    name: 'never-swept',
    breaks: 'what Redis has forgotten nobody looks for',
    spoils: [{ file: 'saga/sweep.js', text: 'if (underWay.has(saga))', becomes: 'if (saga)' }],
  },
  {
    name: 'own-clock',
    breaks: 'the clock of the process decides that time is up, not that of the database',
    spoils: [
      {
        file: 'orders/orders-store.js',
        text: '`${READ} FOR UPDATE`',
        becomes:
          '`${READ} FOR UPDATE`.replace("o.due_at <= t.now", ' +
          '`o.due_at <= FROM_UNIXTIME(${Date.now() / 1000})`)',
      },
      {
        file: 'orders/orders-store.js',
        text: 'WHERE due_at <= UTC_TIMESTAMP(6) ORDER BY',
        becomes: 'WHERE due_at <= FROM_UNIXTIME(${Date.now() / 1000}) ORDER BY',
      },
    ],
  },
  {
    name: 'late-money-kept',
    breaks: 'a late payment whose goods are gone is not due back',
    spoils: [
      {
        file: 'saga/decide-payment.js',
        text: 'if (short.length > 0)',
        becomes:
          'if (short.length > 0) return unchanged(order, order.orderId);\n    if (reason === 0)',
      },
    ],
  },
  {
    name: 'paid-again',
    breaks: 'a payment that is told of again is a new one',
    spoils: [
      {
        file: 'saga/decide-payment.js',
        text: 'const known = view.payment;',
        becomes: 'const known = undefined;',
      },
    ],
  },
  {
    name: 'restocked-again',
    breaks: 'a change of stock that is asked for again happens again',
    spoils: [
      {
        file: 'saga/decide-stock.js',
        text: 'const known = view.adjustment;',
        becomes: 'const known = undefined;',
      },
      {
        file: STOCK,
        text: 'INSERT INTO adjustments',
        becomes: 'INSERT IGNORE INTO adjustments',
      },
    ],
  },
  {
    name: 'reserved-again',
    breaks: 'an order that is told of again is reserved again, whatever it is by now',
    spoils: [
      {
        file: 'saga/decide-reserve.js',
        text: "if (order?.state !== 'placed')",
        becomes: "if (!order || order.state === 'awaited')",
      },
    ],
  },
  {
    name: 'cancel-forgotten',
    breaks: 'a cancel that comes before its order is not kept',
    spoils: [
      {
        file: 'saga/decide-cancel.js',
        text: 'return order.cancelAsked ? unchanged(order, orderId) : remembered(order);',
        becomes: 'return unchanged(view.order, orderId);',
      },
    ],
  },
  {
    name: 'content-ignored',
    breaks: 'an order id that comes again with other content gets the same answer',
    spoils: [
      {
        file: 'saga/decide-placed.js',
        text: 'return sameContent(known, request) ?',
        becomes: 'return known.version > 0 ?',
      },
    ],
  },
  {
    name: 'nudge-alone',
    breaks: 'a placed order waits for its job alone, and is never due',
    spoils: [{ file: 'saga/decide-placed.js', text: "due: 'soon'", becomes: "due: 'never'" }],
  },
  {
    name: 'waits-swallowed',
    breaks: 'a deadlock or a lock wait inside of a transaction counts as no rows',
    spoils: [
      {
        file: 'mysql/database.js',
        text: 'const [result] = (await (connection ? query.connection(connection) : query));',
        becomes: `const [result] = await (connection ? query.connection(connection) : query)
                .catch((error) => {
                  if (error.errno === 1213 || error.errno === 1205) return [[]];
                  throw error;
                });`,
      },
    ],
  },
  {
    name: 'control: unlocked-by-anybody',
    breaks: 'who gives a lock back deletes it, whoever has it by then',
    spoils: [
      {
        file: 'locks/lua/release.lua',
        text: 'if values[i] == owner then',
        becomes: 'if values[i] then',
      },
    ],
    harmless: 'locks keep workers apart; fences, versions and row locks are what decides',
  },
  {
    name: 'control: quorum-of-one',
    breaks: 'one lock node of five is enough',
    spoils: [QUORUM_OF_ONE],
    harmless: 'the same',
  },
  {
    name: 'control: unconditional-write',
    breaks: 'balances are written without a condition, under row locks and with the fence',
    spoils: [NO_CONDITION],
    harmless:
      'rows are locked when they are read, and the key of the ledger takes each version once',
  },
];
