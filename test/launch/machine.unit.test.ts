import { EventEmitter } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { ManualClock, systemRandom } from '../../src/kernel/index.ts';
import { canRead } from '../../src/launch/database-files.ts';
import { databaseVersion, redisVersion } from '../../src/launch/find-servers.ts';
import { choosePorts, isPortFree } from '../../src/launch/free-ports.ts';
import { inspectMachine } from '../../src/launch/index.ts';
import { installAdvice } from '../../src/launch/install-advice.ts';
import { consentToInstall } from '../../src/launch/install-packages.ts';
import { listenForStop } from '../../src/launch/stop-signals.ts';

describe('server programs', () => {
  it('are known by what they say of themselves', () => {
    const maria = 'mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64';
    expect(databaseVersion(maria)).to.deep.equal({ flavour: 'MariaDB', version: '10.11.19' });
    const mysql = '/usr/sbin/mysqld  Ver 8.0.36-0ubuntu0.22.04.1 for Linux on x86_64 ((Ubuntu))';
    expect(databaseVersion(mysql)).to.deep.equal({ flavour: 'MySQL', version: '8.0.36' });
    const redis = 'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64';
    expect(redisVersion(redis)).to.deep.equal({ flavour: 'Redis', version: '7.0.15' });
    const valkey = 'Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64';
    expect(redisVersion(valkey)).to.deep.equal({ flavour: 'Valkey', version: '8.1.1' });
    expect(redisVersion('redis-check-rdb 7.0.15')?.version).to.equal('7.0.15');
    expect(databaseVersion('error while loading shared libraries')).to.equal(null);
  });

  it('take over files of their own kind and major version, but none that are newer', () => {
    const files = { flavour: 'MariaDB', version: '10.11.19' };
    expect(canRead({ flavour: 'MariaDB', version: '10.11.2' }, files)).to.equal(true);
    expect(canRead({ flavour: 'MariaDB', version: '10.12.0' }, files)).to.equal(true);
    expect(canRead({ flavour: 'MariaDB', version: '10.6.1' }, files)).to.equal(false);
    expect(canRead({ flavour: 'MariaDB', version: '11.4.2' }, files)).to.equal(false);
    expect(canRead({ flavour: 'MySQL', version: '10.11.19' }, files)).to.equal(false);
  });
});

describe('packages', () => {
  const laptop = { isRoot: false, isContainer: false, isCi: false, hasTerminal: true };

  it('are installed unasked only by root where nobody could answer', () => {
    const container = { ...laptop, isRoot: true, isContainer: true };
    const ci = { ...laptop, isRoot: true, isCi: true };
    const script = { ...laptop, isRoot: true, hasTerminal: false };
    for (const around of [container, ci, script]) {
      expect(consentToInstall('ask', around)).to.equal('granted');
    }
    expect(consentToInstall('ask', laptop)).to.equal('ask');
    expect(consentToInstall('ask', { ...laptop, isRoot: true })).to.equal('ask');
    expect(consentToInstall('ask', { ...laptop, isCi: true, hasTerminal: false })).to.equal(
      'refused',
    );
  });

  it('are installed with HOLDFAST_INSTALL=1 and never with 0', () => {
    expect(consentToInstall('yes', { ...laptop, hasTerminal: false })).to.equal('granted');
    const everything = { isRoot: true, isContainer: true, isCi: true, hasTerminal: false };
    expect(consentToInstall('no', everything)).to.equal('refused');
  });

  it('are advised only for what is missing', () => {
    const advice = installAdvice({ database: false, redis: true }, 'demo', ['/usr/bin/x: broken']);
    expect(advice).to.include('--no-install-recommends redis-tools');
    expect(advice).to.include('npm run demo').and.include('/usr/bin/x: broken');
    expect(advice).to.not.match(/mariadb|mysql:/i);
  });
});

describe('ports', () => {
  it('are the remembered ones where they are free, and different ones in any case', async () => {
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const address = stranger.address();
    const taken = typeof address === 'object' && address ? address.port : 0;
    const first = await choosePorts(['a', 'b'], {}, systemRandom);

    const again = await choosePorts(['a', 'b', 'c'], { ...first, c: taken }, systemRandom);
    expect(again).to.include(first);
    expect(again.c).to.not.equal(taken);
    expect(await isPortFree(taken)).to.equal(false);
    stranger.close();
  });

  it('are never given twice, whatever was remembered', async () => {
    const { a } = await choosePorts(['a'], {}, systemRandom);
    const both = await choosePorts(['a', 'b'], { a, b: a }, systemRandom);
    expect(both.a).to.equal(a);
    expect(both.b).to.not.equal(a);
  });
});

describe('stop signals', () => {
  it('count the second signal of one key press once, and a later one as a second', () => {
    const source = new EventEmitter();
    const clock = new ManualClock();
    const heard: string[] = [];
    const quiet = listenForStop(source, clock, {
      onFirst: (signal) => heard.push(signal),
      onAgain: () => heard.push('again'),
    });
    source.emit('SIGINT', 'SIGINT');
    clock.advance(20);
    source.emit('SIGINT', 'SIGINT');
    expect(heard).to.deep.equal(['SIGINT']);
    clock.advance(1_000);
    source.emit('SIGTERM', 'SIGTERM');
    expect(heard).to.deep.equal(['SIGINT', 'again']);
    quiet();
    expect(source.listenerCount('SIGINT')).to.equal(0);
  });
});

describe('the machine', () => {
  it('is described without changing anything and without a password', async () => {
    const facts = await inspectMachine({
      PATH: process.env['PATH'],
      HOLDFAST_HOME: '/nowhere/at/all',
      HOLDFAST_DATABASE_URL: 'mysql://me:s3cret@host/db',
    });
    expect(facts.node.version).to.equal(process.version);
    expect(facts.database?.command).to.match(/mariadbd|mysqld/);
    expect(facts.home).to.deep.equal({ folder: '/nowhere/at/all', exists: false, hasData: false });
    expect(facts.running).to.equal(null);
    expect(JSON.stringify(facts)).to.not.include('s3cret');
  });
});
