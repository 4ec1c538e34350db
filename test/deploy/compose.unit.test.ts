import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { readConfig } from '../../src/app/config.ts';
import { PLANS } from '../../src/cli/plans.ts';
import { redisPlace } from '../../src/redis/index.ts';
import { composeFile, projectFile } from '../support/compose-file.ts';

const ROOT = new URL('../../../', import.meta.url);
const file = composeFile();
const services = Object.entries(file.services);
const ours = services.filter(([, { image }]) => image === 'holdfast');
const settings = new Set(projectFile('.env.example').match(/HOLDFAST_[A-Z_]+/g));

describe('docker-compose.yml', () => {
  it('runs commands that there are', () => {
    const known = PLANS.map(({ name }) => name);
    expect(ours.map(([, { command = '' }]) => command)).to.deep.equal(['migrate', 'worker', 'api']);
    for (const [, { command }] of ours) expect(known).to.include(command);
  });

  it('sets what can be set, to what can be used', () => {
    for (const [name, { environment = {} }] of ours) {
      expect([...settings], name).to.include.members(Object.keys(environment));
      const config = readConfig({ ...environment, HOLDFAST_HOME: '/nonexistent' });
      const hosts = [config.databaseUrl, config.redisUrl, ...config.lockUrls].map(
        (url) => new URL(url).hostname,
      );
      expect(Object.keys(file.services), name).to.include.members(hosts);
    }
  });

  it('waits only for what there is, and for health only where it is looked at', () => {
    for (const [name, { depends_on: waitsFor = {} }] of services) {
      for (const [other, { condition }] of Object.entries(waitsFor)) {
        expect(file.services, name).to.have.property(other);
        if (condition !== 'service_healthy') continue;
        expect(file.services[other], `${name} waits for ${other}`).to.have.property('healthcheck');
      }
    }
  });

  it('looks at the ports that the processes listen on', () => {
    const port = (name: string) =>
      file.services[name]?.healthcheck?.test.join(' ').match(/127\.0\.0\.1:(\d+)/)?.[1];
    expect(port('worker')).to.equal(
      file.services['worker']?.environment?.['HOLDFAST_METRICS_PORT'],
    );
    expect(port('api')).to.equal('3000');
    expect(file.services['api']?.ports).to.deep.equal([
      '127.0.0.1:3000:3000',
      '127.0.0.1:50051:50051',
    ]);
  });

  it('shows nothing beyond this machine, and no port twice', () => {
    const ports = services.flatMap(([, { ports: some = [] }]) => some);
    for (const port of ports) expect(port).to.match(/^127\.0\.0\.1:\d+:\d+$/);
    expect(new Set(ports.map((port) => port.split(':')[1])).size).to.equal(ports.length);
  });

  it('mounts files and volumes that there are', () => {
    for (const mounted of services.flatMap(([, { volumes = [] }]) => volumes)) {
      const [from = ''] = mounted.split(':');
      if (from.startsWith('./')) expect(existsSync(new URL(from, ROOT)), from).to.equal(true);
      else expect(file.volumes).to.have.property(from);
    }
  });

  it('lets every worker end what it has in hand', () => {
    for (const name of ['worker', 'api']) {
      const seconds = Number.parseInt(file.services[name]?.stop_grace_period ?? '', 10);
      expect(seconds, name).to.be.greaterThan(20);
    }
  });

  it('names URLs in its head that lead to its services', () => {
    const head = projectFile('docker-compose.yml');
    const urls = [...head.matchAll(/HOLDFAST_REDIS_URL=(redis\+\S+)/g)].map(([, url = '']) => url);
    expect(urls).to.have.length(2);
    for (const url of urls) {
      const { address } = redisPlace(url);
      for (const host of address.split(',')) {
        expect(file.services).to.have.property(host.split(':')[0] ?? '');
      }
    }
  });

  it('starts the rest only when asked', () => {
    const always = services.filter(([, { profiles }]) => !profiles).map(([name]) => name);
    expect(always).to.deep.equal([
      'database',
      'queue',
      ...[1, 2, 3, 4, 5].map((one) => `lock${one}`),
      'migrate',
      'worker',
      'api',
    ]);
    const profiles = new Set(services.flatMap(([, { profiles: some = [] }]) => some));
    expect([...profiles].toSorted()).to.deep.equal([
      'cluster',
      'etcd',
      'observability',
      'replica',
      'sentinel',
      'zookeeper',
    ]);
  });
});

describe('Dockerfile', () => {
  const lines = projectFile('Dockerfile').split('\n');

  it('starts the program of the package, without root', () => {
    const { bin } = JSON.parse(projectFile('package.json')) as { bin: { holdfast: string } };
    const entry = lines.find((line) => line.startsWith('ENTRYPOINT'));
    expect(entry).to.equal(`ENTRYPOINT ["node", "${bin.holdfast.replace('./', '')}"]`);
    expect(lines.indexOf('USER node')).to.be.greaterThan(lines.lastIndexOf('WORKDIR /holdfast'));
  });

  it('takes along every folder that the package has', () => {
    const { files } = JSON.parse(projectFile('package.json')) as { files: string[] };
    const folders = files.filter((path) => !path.includes('.') && path !== 'LICENSE');
    const taken = lines.filter((line) => line.startsWith('COPY --from=build')).join('\n');
    for (const folder of folders) expect(taken).to.include(`/build/${folder.split('/')[0]} `);
  });
});
