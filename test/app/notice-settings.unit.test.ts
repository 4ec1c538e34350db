import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Environment, readConfig } from '../../src/app/index.ts';

const RUNNING = {
  databaseUrl: 'mysql://holdfast@127.0.0.1:3306/holdfast',
  redisUrl: 'redis://127.0.0.1:6379',
  lockUrls: ['redis://127.0.0.1:6380'],
  noticeUrl: 'http://127.0.0.1:8080/notices',
  noticeSecrets: ['a-secret-of-the-running-system'],
};

describe('whom a process tells', () => {
  let home: string;
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'holdfast-notices-'));
    writeFileSync(join(home, 'run.json'), JSON.stringify(RUNNING));
  });
  after(() => rmSync(home, { recursive: true }));

  const read = (env: Environment) => {
    const { notices, rules } = readConfig({ HOLDFAST_HOME: home, ...env });
    return { ...notices, writesNotices: rules.writesNotices };
  };

  it('is whom the running system tells, on whose database it works', () => {
    expect(read({})).to.deep.equal({
      url: RUNNING.noticeUrl,
      secrets: RUNNING.noticeSecrets,
      writesNotices: true,
    });
  });

  it('is nobody on another database, unless it is told whom', () => {
    const other = { HOLDFAST_DATABASE_URL: 'mysql://other@127.0.0.1:3307/other' };
    expect(read(other)).to.deep.equal({ url: null, secrets: [], writesNotices: false });
    const told = {
      HOLDFAST_NOTICE_URL: 'https://shop.example/notices',
      HOLDFAST_NOTICE_SECRETS: 'a-new-secret-of-the-shop,an-old-secret-of-the-shop',
    };
    expect(read({ ...other, ...told })).to.deep.equal({
      url: told.HOLDFAST_NOTICE_URL,
      secrets: told.HOLDFAST_NOTICE_SECRETS.split(','),
      writesNotices: true,
    });
  });

  it('is refused without a secret, and with an address that is none', () => {
    const other = { HOLDFAST_DATABASE_URL: 'mysql://other@127.0.0.1:3307/other' };
    const url = 'https://user:hidden@shop.example/notices';
    expect(() => read({ ...other, HOLDFAST_NOTICE_URL: url }))
      .to.throw(/HOLDFAST_NOTICE_SECRETS is not set/)
      .with.property('message')
      .that.does.not.contain('hidden');
    expect(() => read({ HOLDFAST_NOTICE_URL: 'ftp://shop.example' })).to.throw(
      /HOLDFAST_NOTICE_URL is a ftp:\/\/ URL, allowed is http:\/\/host:port or https/,
    );
  });
});
