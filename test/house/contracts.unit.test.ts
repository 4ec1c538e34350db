import { expect } from 'chai';
import { scripts, wrongScripts } from './lua-rules.ts';
import {
  codesInUse,
  codesListed,
  missingFrom,
  required,
  settingsExampled,
  settingsListed,
  settingsRead,
  unknownCommands,
} from './reference-rules.ts';
import { expectNone, projectFiles, select, type Tree } from './repo-files.ts';
import { QUEUES, unnamedQueues, wrongHeaders, wrongWorkers } from './worker-rules.ts';

const ERRORS = 'docs/reference/errors.md';
const SETTINGS = 'docs/reference/configuration.md';
const CONFIG = 'src/app/config.ts';
const EXAMPLE = '.env.example';

describe('what the house promises', () => {
  const tree = projectFiles();

  it('names its four queues', () => expectNone(unnamedQueues(tree)));
  it('has a worker for each queue, and one for all', () => expectNone(wrongWorkers(tree)));
  it('tells in each worker what it takes and leads to', () => {
    for (const queue of QUEUES) required(tree, `workers/${queue}.ts`);
    expectNone(wrongHeaders(tree));
  });

  it('tells in each script what it reads and returns', () => {
    expect(scripts(tree).size, 'scripts found').to.be.greaterThan(0);
    expectNone(wrongScripts(tree));
  });

  it('lists each error code, and no other', () => {
    const used = codesInUse(tree);
    const listed = codesListed(required(tree, ERRORS));
    expect(used.size, 'codes found').to.be.greaterThan(0);
    expectNone([
      ...missingFrom(listed, used, (code) => `${code} is used in src and not in ${ERRORS}`),
      ...missingFrom(used, listed, (code) => `${code} is in ${ERRORS} and never used in src`),
    ]);
  });

  it('lists each setting, gives an example of each, and no other', () => {
    required(tree, CONFIG);
    const { program, launcher } = settingsRead(tree);
    const listed = settingsListed(required(tree, SETTINGS));
    const exampled = settingsExampled(required(tree, EXAMPLE));
    const known = new Set([...program, ...launcher]);
    expect(program.size, 'settings found').to.be.greaterThan(0);
    expectNone([
      ...missingFrom(listed, program, (name) => `${name} is read and not in ${SETTINGS}`),
      ...missingFrom(exampled, program, (name) => `${name} is read and not in ${EXAMPLE}`),
      ...missingFrom(known, listed, (name) => `${name} is in ${SETTINGS} and nobody reads it`),
      ...missingFrom(known, exampled, (name) => `${name} is in ${EXAMPLE} and nobody reads it`),
    ]);
  });
});

describe('what the documents promise', () => {
  const tree = projectFiles();

  it('names only commands that exist', () => {
    const pages = select(tree, (path) => path.endsWith('.md'));
    expect(pages.size, 'pages found').to.be.greaterThan(0);
    expectNone(unknownCommands(pages, required(tree, 'package.json')));
  });
});

const one = (path: string, text: string): Tree => new Map([[path, text]]);

describe('the rules about workers', () => {
  const all = [...QUEUES, 'all'].map((name) => [`workers/${name}.ts`, ''] as const);

  it('miss a queue without a name', () => {
    const names = (text: string) => unnamedQueues(one('src/queues/queue-names.ts', text));
    expect(names("export const QUEUES = ['order-placed', 'pre-deduct'];")).to.have.length(2);
    expect(names(`const a = ['${QUEUES.join("', '")}'];`)).to.deep.equal([]);
    expect(names(`// '${QUEUES.join("', '")}'`)).to.have.length(4);
    expect(unnamedQueues(new Map())).to.have.length(4);
  });

  it('miss a worker, and refuse one that serves no queue', () => {
    expect(wrongWorkers(new Map(all))).to.deep.equal([]);
    expect(wrongWorkers(new Map(all.slice(1)))).to.deep.equal([
      'workers/order-placed.ts is missing',
    ]);
    expect(wrongWorkers(new Map([...all, ['workers/extra.ts', '']]))[0]).to.contain('no queue');
  });

  const header = [
    '/**',
    ' * pre-deduct: move the goods of an order from available to held.',
    ' *',
    ' * Takes     up to a thousand orders a job.',
    ' * Leads to  an alarm for the time the hold ends,',
    ' *           or nothing.',
    ' * Repeats   change nothing.',
    ' */',
    "import '../src/app/index.ts';",
  ];
  const asked = (lines: readonly string[]) =>
    wrongHeaders(one('workers/pre-deduct.ts', lines.join('\n')));

  it('refuse a header that leaves a line out, or says it in another order', () => {
    expect(asked(header)).to.deep.equal([]);
    for (const at of [1, 3, 4, 6])
      expect(asked(header.toSpliced(at, 1)), `${at}`).to.have.length(1);
    const swapped = header.with(3, header[6] ?? '').with(6, header[3] ?? '');
    expect(asked(swapped)).to.have.length(1);
    expect(asked(["import '../src/app/index.ts';", ...header])).to.have.length(2);
    expect(asked(header.map((line) => line.replace('pre-deduct', 'pre-debit')))).to.have.length(1);
    expect(wrongHeaders(one('workers/all.ts', ''))).to.deep.equal([]);
  });
});

describe('the rules about scripts', () => {
  const header = [
    '-- Purpose: takes every lock, or none,',
    '--   and says how many.',
    '-- KEYS:    the locks',
    '-- ARGV:    1 the token of the holder',
    '--          2 how long, in milliseconds',
    '-- Returns: the number of locks taken',
  ];
  const body = [
    "local note = 'ARGV[9]' -- and KEYS[7]",
    'for i, key in ipairs(KEYS) do',
    "  redis.call('SET', key, ARGV[1], 'NX', 'PX', ARGV[2])",
    'end',
    'return #KEYS',
  ];
  const asked = (head: readonly string[], rest: readonly string[] = body) =>
    wrongScripts(one('src/locks/lua/take.lua', [...head, ...rest].join('\n'))).join('; ');

  it('are content with a header that names what the body reads', () => {
    expect(asked(header)).to.equal('');
    expect(asked(header, [...body, 'return KEYS[1]'])).to.equal('');
    expect(asked(header.with(2, '-- KEYS:    1.. the locks'))).to.equal('');
  });

  it('refuse a header without purpose, keys, arguments or answer', () => {
    expect(asked(header.slice(2)))
      .to.contain('purpose')
      .and.to.contain('"Purpose: ..."');
    expect(asked(header.toSpliced(2, 1))).to.contain('"KEYS: ..."');
    expect(asked(header.toSpliced(3, 2))).to.contain('"ARGV: ..."');
    expect(asked(header.slice(0, 5))).to.contain('"Returns: ..."');
    expect(asked(header.with(5, '-- Returns:'))).to.contain('"Returns: ..."');
    expect(asked([])).to.contain('purpose');
  });

  it('refuse a name that is not read, and a read that is not named', () => {
    expect(asked(header.toSpliced(5, 0, '--   3 spare'))).to.contain('names ARGV[3]');
    expect(asked(header, [...body, 'return ARGV[3]'])).to.contain('reads ARGV[3]');
    expect(asked(header.with(2, '-- KEYS:    1 the lock'))).to.contain('KEYS in a loop');
    expect(asked(header.toSpliced(5, 0, '--   3.. spares'))).to.contain('reads them nowhere');
  });

  it('take none for an answer', () => {
    const none = [
      '-- Purpose: tells the time.',
      '-- KEYS: none',
      '-- ARGV: none',
      '-- Returns: it',
    ];
    expect(asked(none, ["return redis.call('TIME')"])).to.equal('');
    expect(asked(none, ['return KEYS[1]'])).to.contain('reads KEYS[1]');
  });
});

describe('the rules about references', () => {
  it('find the codes of errors and refusals in the code', () => {
    const source = [
      "throw new AppError('sold-out', 'no');",
      "return refused(\n  'already-paid',\n  'no');",
      "// new AppError('old', '')",
      'throw new AppError(code, text);',
    ].join('\n');
    expect([...codesInUse(one('src/saga/a.ts', source))]).to.deep.equal([
      'sold-out',
      'already-paid',
    ]);
    expect(codesInUse(one('test/saga/a.ts', source)).size).to.equal(0);
  });

  it('find the codes of a page in its tables and headings', () => {
    const page = '| code | why |\n|---|---|\n| `sold-out` | x `y` |\n## `already-paid`\nsee `z`\n';
    expect([...codesListed(page)]).to.deep.equal(['sold-out', 'already-paid']);
  });

  it('find the settings in the code, in a page and in the example', () => {
    const tree = new Map([
      ['src/app/config.ts', "text('HOLDFAST_HTTP_PORT'); env.HOLDFAST_BIND; // HOLDFAST_OLD"],
      ['src/launch/install.ts', "env['HOLDFAST_INSTALL']"],
    ]);
    const { program, launcher } = settingsRead(tree);
    expect([...program].toSorted()).to.deep.equal(['HOLDFAST_BIND', 'HOLDFAST_HTTP_PORT']);
    expect([...launcher]).to.deep.equal(['HOLDFAST_INSTALL']);
    expect([...settingsListed('`HOLDFAST_BIND` or HOLDFAST_X_FILE, HOLDFAST_*')]).to.deep.equal([
      'HOLDFAST_BIND',
      'HOLDFAST_X',
    ]);
    expect([...settingsExampled('# HOLDFAST_BIND=1\nHOLDFAST_X_FILE=\n# of HOLDFAST_Y\n')]).to.eql([
      'HOLDFAST_BIND',
      'HOLDFAST_X',
    ]);
  });

  it('refuse a command that package.json does not have', () => {
    const manifest = '{ "scripts": { "demo": "x", "start": "x", "test": "x" } }';
    const asked = (text: string) => unknownCommands(one('README.md', text), manifest);
    expect(asked('`npm start`, `npm test`, `npm run demo -- --once`, npm ci')).to.deep.equal([]);
    expect(asked('run\n`npm run -s chaos -- --once`')[0]).to.contain('npm run chaos');
  });

  it('report what one list has and the other has not, and a list that is not there', () => {
    expect(missingFrom(new Set(['a']), ['a', 'b', 'b'], (name) => `no ${name}`)).to.eql(['no b']);
    expect(() => required(new Map(), ERRORS)).to.throw(`${ERRORS} does not exist`);
  });
});
