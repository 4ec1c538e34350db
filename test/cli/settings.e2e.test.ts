import { expect } from 'chai';
import { errorIn } from '../support/command-error.ts';
import { type CommandLine, commandLine } from '../support/command-run.ts';

describe('settings', function () {
  this.timeout(30_000);
  let cli: CommandLine;
  before(async () => {
    cli = await commandLine();
  });
  after(async () => await cli.fresh.drop());

  it('that cannot be used are all named at once, without a password', async () => {
    const { code, stderr } = await cli.run(['stock', 'get', '7', '--json'], {
      HOLDFAST_DATABASE_URL: 'postgres://me:very-secret@host/db',
      HOLDFAST_LOCK_TTL_MS: 'soon',
      HOLDFAST_LATE_PAYMENT: 'never',
      HOLDFAST_REDIS_URL: '',
    });
    expect(code).to.equal(2);
    expect(stderr).not.to.contain('very-secret');
    const { code: name, details } = errorIn(stderr);
    expect(name).to.equal('invalid-settings');
    expect(details['problems']).to.have.length(4);
  });

  it('are no concern of names that objects have of themselves', async () => {
    await cli.json('stock set 7 10');
    const placed = await cli.json('order place __proto__ --line 7:1');
    expect(placed).to.include({ orderId: '__proto__', state: 'reserved' });
    const shown = await cli.json('order show __proto__');
    expect(shown).to.include({ orderId: '__proto__', state: 'reserved' });
  });

  it('say the database refuses us, and what to do next', async () => {
    const url = new URL(cli.fresh.url);
    url.username = 'nobody';
    url.password = 'wrong-secret';
    const { code, stderr } = await cli.run(['stock', 'get', '7'], {
      HOLDFAST_DATABASE_URL: url.href,
    });
    expect(code).to.equal(1);
    expect(stderr).to.match(/^holdfast: database-refuses-us: .*\n {2}next: mend the user/);
    expect(stderr).not.to.contain('wrong-secret');
  });

  it('say there is no schema yet, and what to do next', async () => {
    await cli.json('migrate --down --yes');
    const { code, stderr } = await cli.say('order show a');
    expect(code).to.equal(1);
    expect(stderr).to.match(/^holdfast: database-failed: .*\n {2}next: run: holdfast migrate/);
    await cli.json('migrate');
    expect((await cli.say('order show a')).stderr).to.match(/unknown-order/);
  });
});
