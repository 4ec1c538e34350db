import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { runCli } from '../../src/cli/run-cli.ts';
import { errorIn } from '../support/command-error.ts';
import { MemoryTerminal } from '../support/memory-terminal.ts';

/** What was typed, and what the answer must say; wrong use never reaches the database. */
const WRONG: readonly (readonly [words: string, says: RegExp])[] = [
  ['bogus', /^holdfast: wrong-use: unknown command 'bogus'/],
  ['stock', /wrong-use: which command\?/],
  ['stock gte 7', /unknown command 'gte'.*Did you mean get\?/s],
  ['stock get', /missing required argument 'goodsId'/],
  ['stock get 7 8', /too many arguments/],
  ['stock get 7 --loud', /unknown option '--loud'/],
  ['stock get 0', /goodsId is 0, allowed is a whole number from 1 to 9007199254740991/],
  ['stock get -- -7', /goodsId is -7, allowed is/],
  ['stock get 1.5', /goodsId is 1\.5, allowed is/],
  ['stock get 9007199254740993', /goodsId is 9007199254740992, allowed is/],
  ['stock get 1e3', /goodsId is "1e3", allowed is/],
  ['stock set 7 many', /available is "many", allowed is a whole number from 0/],
  ['stock set 7 1000000000001', /available is 1000000000001, allowed is/],
  ['stock set 7 1 --expected-version -1', /expectedVersion is -1, allowed is/],
  ['stock adjust 7', /by is nothing.*; reason is nothing, allowed is 1 to 200 characters/],
  ['stock adjust 7 --by 0 --reason x', /by is 0, allowed is a whole number other than 0/],
  ['stock movements 7 --limit 5001', /limit is 5001, allowed is a whole number from 1 to 5000/],
  ['order place', /orderId is nothing, allowed is 1 to 64 characters/],
  ['order place a', /lines is \[\], allowed is a list of 1 to 100 lines/],
  ['order place a --line 7', /line is "7", allowed is GOODS:QUANTITY, such as 7:2/],
  ['order place a --line 7:0', /lines\[0\]\.quantity is 0, allowed is a whole number from 1/],
  ['order place a --line 7:-1', /lines\[0\]\.quantity is -1, allowed is/],
  ['order place a --line 7:1000001', /lines\[0\]\.quantity is 1000001, allowed is/],
  ['order place a --line 7:1.5', /lines\[0\]\.quantity is 1\.5, allowed is/],
  ['order place a --line 7:1 --amount -5', /amount is -5, allowed is a whole number of minor/],
  ['order place a --line 7:1 --currency eur', /currency is "eur", allowed is three capital/],
  ['order place a --line 7:1 --hold-seconds 604801', /holdSeconds is 604801, allowed is/],
  ['order place a --line 7:1 --metadata {', /metadata is not JSON, allowed is an object/],
  ['order place a --line 7:1 --metadata []', /metadata is \[\], allowed is an object of up to/],
  ['order place a --line 7:1 --file x', /either an order with its lines, or --file/],
  ['order place a/b --line 7:1', /orderId is "a\/b", allowed is/],
  ['order show ../x', /orderId is "\.\.\/x", allowed is/],
  ['order list --state lost', /state is "lost", allowed is one of awaited, placed, reserved/],
  ['order list --limit 0', /limit is 0, allowed is/],
  ['order pay a', /paymentId is nothing, allowed is 1 to 64/],
  ['order pay a --payment p --paid-at yesterday', /paidAt is "yesterday", allowed is milli/],
  ['order pay a --payment p --paid-at 2026-02-30T00:00:00Z', /paidAt is 2026-02-30.* exists/],
  ['dead-letters replay', /which dead letters\? Give one id, or --all together with --code/],
  ['dead-letters replay --all', /which dead letters\?/],
  ['dead-letters replay 5 --all --code x', /which dead letters\?/],
  ['notices list --state lost', /state is "lost", allowed is one of waiting, delivered, dead/],
  ['notices list --subject a', /subject is "a", allowed is order:ORDER or goods:GOODS/],
  ['notices show x', /id is "x", allowed is the number of a notice/],
  ['notices replay', /which notices\? Give one id, or --state, --subject or both/],
  ['notices replay --yes', /which notices\?/],
  ['notices replay 5 --state dead', /which notices\?/],
  ['locks show x', /goodsId is "x", allowed is/],
  ['worker no-such-queue', /queue is "no-such-queue", allowed is one of order-placed, pre-/],
  ['archive', /before is nothing, allowed is an age in days such as 90d, or an ISO date/],
  ['archive --before 90', /before is "90", allowed is an age in days/],
  ['archive --before 0d', /before is "0d", allowed is/],
  ['archive --before 12h', /before is "12h", allowed is/],
  ['archive --before 2026-02-30', /before is 2026-02-30, allowed is a time that exists/],
  ['archive --before 90d --dry-run --to x', /there is nothing for --to/],
  ['migrate --down', /--down deletes every order and all stock; add --yes/],
];

/** In this process: wrong use is told before any server is asked. */
async function typed(args: readonly string[]) {
  const terminal = new MemoryTerminal();
  const code = await runCli(args, terminal);
  return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text };
}

describe('wrong use of the command line', () => {
  for (const [words, says] of WRONG) {
    it(`is told of: ${words}`, async () => {
      const { code, stdout, stderr } = await typed(words.split(' '));
      expect(stderr).to.match(says);
      expect(code).to.equal(2);
      expect(stdout).to.equal('');
    });
  }

  it('is told of ids with blanks, too long ones and too many lines', async () => {
    const place = (id: string, lines = ['--line', '7:1']) =>
      typed(['order', 'place', id, ...lines]);
    const many = Array.from({ length: 101 }, (_, index) => ['--line', `${index + 1}:1`]).flat();
    const answers = await Promise.all([place('a b'), place('x'.repeat(65)), place('m', many)]);
    expect(answers.map(({ code }) => code)).to.deep.equal([2, 2, 2]);
    expect(answers[0]?.stderr).to.match(/orderId is "a b", allowed is/);
    expect(answers[2]?.stderr).to.match(/lines is .*, allowed is a list of 1 to 100 lines/);
  });

  it('is told of as a document when documents are asked for', async () => {
    const { code, stdout, stderr } = await typed(['stock', 'get', '0', '--json']);
    expect(code).to.equal(2);
    expect(stdout).to.equal('');
    const { code: name, details } = errorIn(stderr);
    expect(name).to.equal('invalid-input');
    expect(details['problems']).to.deep.equal([
      { field: 'goodsId', value: '0', allowed: 'a whole number from 1 to 9007199254740991' },
    ]);
  });
});

describe('the help', () => {
  const groups = [
    'stock',
    'goods',
    'media',
    'order',
    'payments refunds',
    'dead-letters',
    'notices',
    'locks',
  ];
  const nouns = groups.map((group) => group.split(' ')[0]);
  const named = (help: string, group: string[]) =>
    [...help.matchAll(/^ {2}([a-z][a-z-]+)(?: \[| <| {2})/gm)].map(({ 1: name = '' }) => [
      ...group,
      name,
    ]);

  it('shows every command with examples, and the page about them lists it', async () => {
    const all = await typed(['--help']);
    const words = named(all.stdout, []).filter(([name = '']) => !nouns.includes(name));
    for (const group of groups) {
      const path = group.split(' ');
      words.push(...named((await typed([...path, '--help'])).stdout, path));
    }
    expect(words).to.have.length(39);
    const page = readFileSync('docs/reference/cli.md', 'utf8');
    for (const command of words) {
      expect(page).to.contain(`\`holdfast ${command.join(' ')}`);
      const { code, stdout, stderr } = await typed([...command, '--help']);
      expect(code, command.join(' ')).to.equal(0);
      expect(stderr).to.equal('');
      expect(stdout, command.join(' ')).to.match(/--json .*Examples:\n {2}\$ holdfast /s);
    }
  });
});
