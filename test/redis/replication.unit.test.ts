import { expect } from 'chai';
import { replicationOf } from '../../src/redis/replication.ts';

const ADDRESS = 'queue:6379';

describe('what a Redis says of its replicas', () => {
  it('is how far each of them is behind', () => {
    const info = [
      '# Replication',
      'role:master',
      'connected_slaves:2',
      'slave0:ip=10.0.0.6,port=6379,state=online,offset=900,lag=1',
      'slave1:ip=fd00::7,port=6380,state=wait_bgsave,offset=0,lag=0',
      'master_repl_offset:1000',
      'maxmemory_policy:noeviction',
    ];
    expect(replicationOf(info.join('\r\n'), ADDRESS)).to.deep.equal({
      role: 'master',
      master: ADDRESS,
      replicas: [
        { address: '10.0.0.6:6379', state: 'online', lagBytes: 100 },
        { address: 'fd00::7:6380', state: 'wait_bgsave', lagBytes: 1000 },
      ],
      noEviction: true,
    });
  });

  it('is who its master is, when it is a replica itself', () => {
    const info = 'role:slave\r\nmaster_host:10.0.0.5\r\nmaster_port:6379\r\n';
    expect(replicationOf(info, ADDRESS)).to.deep.equal({
      role: 'replica',
      master: '10.0.0.5:6379',
      replicas: [],
      noEviction: null,
    });
  });
});
