import { expect } from 'chai';
import { bannedCalls, silentCatches } from './call-rules.ts';
import { sharedNames, wrongNames } from './name-rules.ts';
import { expectNone, isCode, projectFiles, select, type Tree, under } from './repo-files.ts';
import {
  LONGEST_FILE,
  longFiles,
  longTests,
  MEDIAN_BELOW,
  medianLines,
  wideLines,
} from './size-rules.ts';
import { bannedWords } from './word-rules.ts';

describe('the tidiness of the house', () => {
  const all = projectFiles();
  const src = under(all, 'src');
  const folders = ['src', 'workers', 'migrations', 'test', 'bench', 'scripts', 'examples', 'web'];
  const files = under(all, ...folders);
  const code = select(files, isCode);

  it('has code to look at', () => expect(src.size).to.be.greaterThan(10));
  it('keeps every file short', () => expectNone(longFiles(code)));
  it('keeps half of the files of src very short', () => {
    expect(medianLines(src)).to.be.lessThan(MEDIAN_BELOW);
  });
  it('keeps every line within the page', () => expectNone(wideLines(code)));
  it('keeps every test short', () => expectNone(longTests(code)));
  it('names files in kebab-case, after what they are about', () => expectNone(wrongNames(files)));
  it('gives each file of src a name of its own', () => expectNone(sharedNames(src)));
  it('calls time, chance and the world only from their rooms', () => expectNone(bannedCalls(code)));
  it('drops no error in silence', () => expectNone(silentCatches(code)));
  it('says nothing that does not belong to the project', () => expectNone(bannedWords(all)));
});

const one = (path: string, text: string): Tree => new Map([[path, text]]);
const lines = (count: number) => 'x;\n'.repeat(count);

describe('the rules about size', () => {
  it('refuse a file of one line too many', () => {
    expect(longFiles(one('a.ts', lines(LONGEST_FILE)))).to.deep.equal([]);
    expect(longFiles(one('a.ts', lines(LONGEST_FILE + 1)))).to.have.length(1);
  });

  it('refuse a line of one column too many', () => {
    expect(wideLines(one('a.ts', 'é'.repeat(100)))).to.deep.equal([]);
    expect(wideLines(one('a.ts', `\n${'x'.repeat(101)}\n`))[0]).to.contain('a.ts:2');
  });

  it('find the middle size', () => {
    const tree = new Map([10, 200, 30].map((count) => [`${count}.ts`, lines(count)]));
    expect(medianLines(tree)).to.equal(30);
    expect(medianLines(one('a.lua', lines(10)))).to.equal(0);
  });

  it('refuse a long test, and allow a long chapter of short ones', () => {
    const test = (count: number) => `  it('does', () => {\n${'    x;\n'.repeat(count)}  });\n`;
    const chapter = (inside: string) => `describe('x', () => {\n${inside}});\n`;
    expect(longTests(one('a.ts', chapter(test(60) + test(60))))).to.deep.equal([]);
    expect(longTests(one('a.ts', chapter(test(69))))[0]).to.contain('a.ts:2 is 71 lines');
  });
});

describe('the rules about names', () => {
  it('refuse names that say nothing, and other cases than kebab', () => {
    for (const path of [
      'src/utils/a.ts',
      'src/stock/stock-helpers.ts',
      'src/orders/order_store.ts',
      'src/orders/OrderStore.ts',
      'src/Orders/order.ts',
      'src/api/services/orders.ts',
      'migrations/add_goods.ts',
    ]) {
      expect(wrongNames(one(path, '')), path).to.have.length(1);
    }
    for (const path of [
      'src/kernel/service.ts',
      'src/locks/lua/take-all.lua',
      'test/stock/ledger.property.test.ts',
      'migrations/0001_goods.ts',
      'migrations/0002-order-lines.ts',
      'migrations/index.ts',
    ]) {
      expect(wrongNames(one(path, '')), path).to.deep.equal([]);
    }
  });

  it('refuse two files of one name, doors and mains aside', () => {
    const tree = new Map(
      ['a/index.ts', 'b/index.ts', 'a/main.ts', 'b/main.ts', 'a/x.ts', 'b/x.ts'].map((path) => [
        path,
        '',
      ]),
    );
    expect(sharedNames(tree)).to.deep.equal(['x.ts is the name of a/x.ts and of b/x.ts']);
  });
});

describe('the rules about calls', () => {
  const asked = (path: string, text: string) => bannedCalls(one(path, text));

  for (const text of [
    'const a = Date.now();',
    'const a = new Date();',
    'const a = new Date(b);',
    'const a = Math.random();',
    'const a = process.env.HOME;',
    "const { HOME } = process['env'] ?? process.env;",
    'console.log(a);',
    'process.stdout.write(a);',
    'await new Promise((resolve) => setTimeout(resolve, 5));',
    'const trx = await knex.transaction();',
    'const trx = await knex.transaction({ isolationLevel: a });',
    'await trx.commit();',
    'await trx.rollback(error);',
    "describe.skip('x', () => {});",
    "it.only('x', () => {});",
    'this.skip();',
    "xit('x');",
    'export enum Color {}',
    'declare namespace a {}',
  ]) {
    it(`refuse ${text}`, () => expect(asked('src/stock/a.ts', text)).to.have.length(1));
  }

  it('say what to do instead, and where the call stands', () => {
    expect(asked('src/stock/a.ts', '\nDate.now();')[0]).to.match(/^src\/stock\/a\.ts:2 .*Clock/);
  });

  it('refuse to sleep in a test', () => {
    expect(asked('test/stock/a.unit.test.ts', 'await pause(50);')).to.have.length(1);
    expect(asked('src/locks/a.ts', 'await pause(50, signal);')).to.deep.equal([]);
  });

  it('allow each call in its own room', () => {
    expect(asked('src/kernel/clock.ts', 'Date.now();')).to.deep.equal([]);
    expect(asked('src/kernel/random.ts', 'Math.random();')).to.deep.equal([]);
    expect(asked('src/app/config.ts', 'process.env;')).to.deep.equal([]);
    expect(asked('src/cli/main.ts', 'process.stdout.write(a);')).to.deep.equal([]);
    expect(asked('src/mysql/a.ts', 'await knex.transaction(run, options);')).to.deep.equal([]);
    expect(asked('src/saga/a.ts', 'await group.commit(events);')).to.deep.equal([]);
  });

  it('take no comment and no string for a call', () => {
    expect(
      asked('src/stock/a.ts', "// Date.now()\nf('Math.random()', /console./);"),
    ).to.have.length(0);
  });
});

describe('the rule about errors', () => {
  const asked = (text: string) => silentCatches(one('src/stock/a.ts', text));

  for (const text of [
    'try { a(); } catch {}',
    'try { a(); } catch {\n  return undefined;\n}',
    'try { a(); } catch (error) {}',
    'a().catch(() => {});',
    'a().catch(() => undefined);',
    'void a().catch((_) => null);',
  ]) {
    it(`refuses ${text.replace(/\s+/g, ' ')}`, () => expect(asked(text)).to.have.length(1));
  }

  it('allows an error that is used, or dropped for a stated reason', () => {
    for (const text of [
      'try { a(); } catch (error) { log(error); }',
      'try { a(); } catch {\n  // gone already: that is what we wanted\n}',
      'try { a(); } catch {\n  // the old form\n  return { b: 1 };\n}',
      'a().catch((error) => log.warn(error));',
      '// the answer no longer matters\na().catch(() => {});',
      'a().catch(() => {}); // the answer no longer matters',
    ]) {
      expect(asked(text), text).to.deep.equal([]);
    }
  });
});

describe('the rule about words', () => {
  it('refuses what does not belong to the project, in every file', () => {
    for (const text of [
      '// TO|DO later',
      '/* FIX|ME */',
      '// @ts-ig|nore',
      '// eslint|-disable-next-line',
      '// oxlint|-disable',
      'see ../sh|ared/notes.md',
      'cd /wor|k/main',
      'https://regis|try.npmjs.org/x',
      'asked Cla|ude',
      'the sub|agent',
      'an A|I assistant',
    ]) {
      const whole = text.replace('|', ''); // cut, so that this file passes its own rule
      expect(bannedWords(one('docs/a.md', `fine\n${whole}`)), whole).to.have.length(1);
    }
    expect(
      bannedWords(one('package-lock.json', '"resolved": "https://example.org/x.tgz"')),
    ).to.have.length(1);
  });

  it('lets plain words be', () => {
    const text =
      'the worker shares ./shared.ts, work/wait, npm.run, mktemp /tmp/x.XXXXXX, maintain';
    expect(bannedWords(one('docs/a.md', text))).to.deep.equal([]);
  });
});
