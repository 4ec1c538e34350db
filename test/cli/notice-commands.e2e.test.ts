import { expect } from 'chai';
import type { NoticeDetails, NoticePage } from '../../src/notices/index.ts';
import { type CommandLine, commandLine, whatItSaid } from '../support/command-run.ts';
import { errorIn } from '../support/command-error.ts';
import { NoticeReceiver } from '../support/notice-receiver.ts';
import { until } from '../support/until.ts';

describe('the commands about notices', function () {
  this.timeout(60_000);
  let cli: CommandLine;
  let receiver: NoticeReceiver;
  before(async () => {
    cli = await commandLine();
    receiver = await NoticeReceiver.open();
  });
  after(async () => {
    await receiver.goAway();
    await cli.fresh.drop();
  });
  const telling = () => ({
    HOLDFAST_NOTICE_URL: receiver.url,
    HOLDFAST_NOTICE_SECRETS: 'a-secret-that-both-sides-know',
  });
  const run = async (words: string) => {
    const { code, stderr } = await cli.run(words.split(' '), telling());
    expect(code, stderr).to.equal(0);
  };

  it('find nothing to tell when there is no receiver', async () => {
    await cli.json('stock set 7 5');
    await cli.json('order place untold --line 7:1');
    expect(await cli.json('notices list')).to.deep.equal({ notices: [], next: null });
  });

  it('list and show what any process has written that knows of a receiver', async () => {
    await run('order place told --line 7:4');
    await run('order pay told --payment p --amount 5');
    const page = await cli.json<NoticePage>('notices list --limit 2');
    expect(page.notices.map(({ kind }) => kind)).to.deep.equal(['order.paid', 'stock.out']);
    const next = await cli.json<NoticePage>(`notices list --before ${page.next}`);
    expect(next.notices.map(({ kind }) => kind)).to.deep.equal(['order.reserved']);
    const about = await cli.json<NoticePage>('notices list --subject goods:7 --state waiting');
    expect(about.notices[0]?.facts).to.deep.equal({ goodsId: 7, available: 0, version: 3 });
    const shown = await cli.say('notices show 3');
    expect(shown.stdout).to.match(/order\.paid.*"paymentId": "p".*try +at +status/s);
    expect(errorIn((await cli.say('notices show 99 --json')).stderr).code).to.equal(
      'unknown-notice',
    );
  });

  it('are of use to workers, who deliver beside their queues', async () => {
    const child = cli.start(['worker', 'pre-deduct', '--json'], telling());
    const said = whatItSaid(child);
    await until(() => receiver.taken().length === 3, 20_000, 'the delivery');
    child.kill('SIGTERM');
    expect((await said).code).to.equal(0);
    const told = await cli.json<NoticeDetails>('notices show 1');
    expect(told).to.include({ state: 'delivered', lastStatus: 200, attempts: 1 });
    expect(told.log).to.have.length(1);
  });

  it('replay one, or many after they were counted', async () => {
    const waiting = async () =>
      (await cli.json<NoticePage>('notices list --state waiting')).notices.length;
    expect(await cli.json('notices replay 1')).to.deep.equal({ matching: 1, replayed: 1 });
    expect(await waiting()).to.equal(1);
    const counted = await cli.say('notices replay --state delivered');
    expect(counted.stdout).to.equal('2 notices would be delivered again; add --yes to do it\n');
    expect(await waiting()).to.equal(1);
    const some = await cli.json('notices replay --state delivered --subject goods:7 --yes');
    expect(some).to.deep.equal({ matching: 1, replayed: 1 });
    expect(await waiting()).to.equal(2);
    expect((await cli.say('notices replay 99')).code).to.equal(1);
  });
});
