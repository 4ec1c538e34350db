import { expect } from 'chai';
import { allImports, cycles, type Import, importsOf } from './import-graph.ts';
import { expectNone, isCode, projectFiles, select, type Tree, under } from './repo-files.ts';
import {
  cachedDecisions,
  impureDomain,
  strayFiles,
  strayStatements,
  wrongDoors,
  wrongLibraries,
} from './room-rules.ts';

describe('the rooms of the house', () => {
  const files = under(projectFiles(), 'src', 'workers', 'migrations');
  const tree = select(files, isCode);
  const imports = allImports(tree);

  it('has code to look at', () => {
    expect(tree.size).to.be.greaterThan(10);
    expect(imports.length).to.be.greaterThan(10);
  });

  it('has every file in a known room', () => expectNone(strayFiles(files)));
  it('imports only downwards and only through doors', () => expectNone(wrongDoors(imports)));
  it('keeps each library behind its own room', () => expectNone(wrongLibraries(imports)));
  it('keeps the nouns of the domain free of I/O', () => expectNone(impureDomain(imports)));
  it('keeps what decides away from the cache', () => expectNone(cachedDecisions(imports)));
  it('keeps SQL in stores, in mysql and in migrations', () => expectNone(strayStatements(tree)));
  it('has no file that imports itself by a detour', () => expectNone(cycles(imports)));
});

const line = (from: string, specifier: string): Import[] =>
  importsOf(from, `import { x } from '${specifier}';`);
const one = (path: string, text: string): Tree => new Map([[path, text]]);

describe('the rules about rooms', () => {
  it('find every kind of import and nothing in comments or strings', () => {
    const source = [
      "import a from './a.ts';",
      "import type { B } from '../b/index.ts';",
      "export { c } from 'c';",
      "import 'd';",
      "const e = await import('./e.ts');",
      "type F = import('f').F;",
      "// import g from 'g';",
      'const h = "import h from \'h\'";',
      "import {\n  i,\n} from 'i';",
    ].join('\n');
    const found = importsOf('src/x/y.ts', source);
    expect(found.map(({ specifier }) => specifier).join(' ')).to.equal(
      './a.ts ../b/index.ts c d ./e.ts f i',
    );
    expect(found[1]).to.include({ line: 2, target: 'src/b/index.ts' });
  });

  it('refuse a file outside of the known rooms', () => {
    expect(strayFiles(one('src/helpers/x.ts', ''))).to.have.length(1);
    expect(strayFiles(one('src/loose.ts', ''))).to.have.length(1);
    expect(strayFiles(one('src/workers/x.ts', ''))).to.have.length(1);
    expect(strayFiles(one('src/stock/x.ts', ''))).to.have.length(0);
    expect(strayFiles(one('workers/all.ts', ''))).to.have.length(0);
  });

  it('refuse a way up, a way sideways and a way past the door', () => {
    expect(wrongDoors(line('src/stock/a.ts', '../saga/index.ts'))[0]).to.contain('higher floor');
    expect(wrongDoors(line('src/stock/a.ts', '../orders/index.ts'))[0]).to.contain('one floor');
    expect(wrongDoors(line('src/saga/a.ts', '../stock/ledger.ts'))[0]).to.contain('index.ts');
    expect(wrongDoors(line('src/saga/a.ts', '../../test/x.ts'))[0]).to.contain('no room');
    expect(wrongDoors(line('workers/a.ts', '../src/app/run-worker.ts'))).to.have.length(1);
    expect(wrongDoors(line('migrations/1.ts', '../src/stock/index.ts'))).to.have.length(1);
  });

  it('allow a way down through the door, and any way within a room', () => {
    expect(wrongDoors(line('src/saga/a.ts', '../stock/index.ts'))).to.deep.equal([]);
    expect(wrongDoors(line('src/saga/a.ts', './deep/b.ts'))).to.deep.equal([]);
    expect(wrongDoors(line('workers/a.ts', '../src/app/index.ts'))).to.deep.equal([]);
    expect(wrongDoors(line('src/app/a.ts', '../../migrations/index.ts'))).to.deep.equal([]);
  });

  it('refuse a library outside of its room, and one without a room', () => {
    expect(wrongLibraries(line('src/saga/a.ts', 'bullmq'))[0]).to.contain('queues and ops');
    expect(wrongLibraries(line('src/stock/stock-store.ts', 'knex'))).to.have.length(1);
    expect(wrongLibraries(line('src/saga/a.ts', 'mysql2/promise'))).to.have.length(1);
    expect(wrongLibraries(line('src/shapes/a.ts', '@scope/new'))[0]).to.contain('@scope/new');
    expect(wrongLibraries(line('src/shapes/a.ts', 'constructor'))).to.have.length(1);
    expect(wrongLibraries(line('src/shapes/a.ts', 'typebox/compile'))).to.deep.equal([]);
    expect(wrongLibraries(line('migrations/1.ts', 'knex'))).to.deep.equal([]);
    expect(wrongLibraries(line('src/shapes/a.ts', 'node:crypto'))).to.deep.equal([]);
  });

  it('refuse the database in a noun, and allow it in a store', () => {
    expect(impureDomain(line('src/stock/ledger.ts', '../mysql/index.ts'))).to.have.length(1);
    expect(impureDomain(line('src/orders/order.ts', '../redis/index.ts'))).to.have.length(1);
    expect(impureDomain(line('src/orders/order-store.ts', '../mysql/index.ts'))).to.deep.equal([]);
    expect(impureDomain(line('src/orders/order.ts', '../kernel/index.ts'))).to.deep.equal([]);
    expect(impureDomain(line('src/saga/advance.ts', '../mysql/index.ts'))).to.deep.equal([]);
  });

  it('refuse the cache to whatever decides, and allow it to what only shows', () => {
    const asked = (from: string) => cachedDecisions(line(from, '../cache/index.ts'));
    expect(asked('src/saga/advance.ts')[0]).to.contain('asks the database');
    expect(asked('src/stock/stock-store.ts')).to.have.length(1);
    expect(asked('src/catalogue/goods-cache.ts')).to.deep.equal([]);
    expect(asked('src/api/http/seen-stock.ts')).to.have.length(0);
  });

  it('refuse SQL outside of stores, and take no English sentence for SQL', () => {
    const asked = (text: string) => strayStatements(one('src/saga/advance.ts', `f(${text});`));
    for (const text of [
      "'select a from b'",
      '`\n  select a\n  from b where c = ${d}`',
      "'INSERT INTO a values (1)'",
      "'insert ignore into a'",
      '`update orders set state = ?`',
      "'delete from a'",
      "'replace into a'",
      "'select 1'",
      '`select a, ${b} from c`',
      '`update ${table} set a = 1`',
      "'select get_lock(?, ?)'",
      '`SELECT ${columns} FROM x`',
      "'create table t (id int)'",
    ]) {
      expect(asked(text), text).to.have.length(1);
    }
    for (const text of [
      "'select a queue'",
      "'update the order first'",
      "'insert coin'",
      "'DELETE'",
    ]) {
      expect(asked(text), text).to.deep.equal([]);
    }
    expect(strayStatements(one('src/stock/stock-store.ts', "f('select 1')"))).to.deep.equal([]);
  });

  it('find a cycle once, however long it is', () => {
    const knot = new Map([
      ['src/a/a.ts', "import './b.ts';"],
      ['src/a/b.ts', "import type { C } from './c.ts';"],
      ['src/a/c.ts', "export * from './a.ts';"],
      ['src/a/d.ts', "import './a.ts'; import './b.ts';"],
    ]);
    expect(cycles(allImports(knot))).to.deep.equal([
      'src/a/a.ts -> src/a/b.ts -> src/a/c.ts -> src/a/a.ts',
    ]);
  });
});
