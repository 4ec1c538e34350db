import { expect } from 'chai';
import { required } from './reference-rules.ts';
import { expectNone, projectFiles, type Tree } from './repo-files.ts';
import { missingTests, namedTests } from './test-name-rules.ts';

const PEER_BUGS = 'docs/reference/peer-bugs.md';
const REGRESSIONS = 'docs/reference/lock-regressions.md';

describe('the tests that pages name', () => {
  const tree = projectFiles();

  it('exist', () => expectNone(missingTests(tree)));

  it('hold each failure of another lock that we know of', () => {
    const page = required(tree, REGRESSIONS);
    const rows = page.split('\n').filter((line) => /^\| [A-Z] \|/.test(line));
    expect(new Set(rows.map((row) => row[2]))).to.have.property('size', 14);
    for (const row of rows) expect(namedTests(row), row).to.have.length(1);
  });

  it('hold most of the bugs that users of other systems met', () => {
    const page = required(tree, PEER_BUGS);
    const rows = page.split('\n').filter((line) => /^\| T-\d\d \|/.test(line));
    expect(rows.length).to.be.at.least(60);
    expect(new Set(rows.map((row) => row.slice(0, 6))), 'each once').to.have.property(
      'size',
      rows.length,
    );
    const tested = rows.filter((row) => namedTests(row).length === 1);
    expect(tested.length).to.be.greaterThan(rows.length / 2);
    const bare = rows.filter((row) => (row.split(' | ')[2] ?? '').replace(/ \|$/, '').length < 20);
    expect(bare, 'rows that name no test and give no reason').to.deep.equal([]);
  });
});

describe('the rule about named tests', () => {
  const named = (source: string): Tree =>
    new Map([
      ['page.md', '| x | `test/a/b.test.ts`: *does this* |'],
      ['test/a/b.test.ts', source],
    ]);

  it('finds a title that is not there, or only in a comment', () => {
    expect(missingTests(named("it('does this', () => {});"))).to.deep.equal([]);
    expect(missingTests(named("it('does that', () => {});"))).to.have.length(1);
    expect(missingTests(named('// does this'))).to.have.length(1);
    expect(missingTests(new Map([['page.md', '`test/none.ts`: *any*']]))).to.have.length(1);
  });
});
