import { Metadata, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { createAccess } from '../../src/api/access.ts';
import { createGrpcAccess } from '../../src/api/grpc/grpc-access.ts';
import { type GrpcRoom, grpcRoom } from '../support/grpc-room.ts';
import { TOKENS } from '../support/http-room.ts';

const REQUESTS = {
  SetInv: { goodsId: 1, num: 50 },
  InvDetail: { goodsId: 1 },
  Sell: { orderSn: 'o', goodsInfo: [{ goodsId: 1, num: 1 }] },
  Reback: { orderSn: 'o' },
} as const;
type Method = keyof typeof REQUESTS;
const METHODS = Object.keys(REQUESTS) as Method[];
const MAY: Record<keyof typeof TOKENS, readonly Method[]> = {
  operator: ['SetInv', 'InvDetail'],
  viewer: ['InvDetail'],
  payments: ['InvDetail'],
  producer: ['InvDetail', 'Sell', 'Reback'],
};

describe('who may call over gRPC', () => {
  let room: GrpcRoom;

  before(async () => {
    room = await grpcRoom();
    await room.restock(1, 10);
  });
  after(async () => await room.drop());

  for (const role of Object.keys(MAY) as (keyof typeof TOKENS)[]) {
    it(`lets ${role} do ${MAY[role].join(', ')}, and nothing else`, async () => {
      const authorization = `Bearer ${TOKENS[role]}`;
      for (const method of METHODS) {
        const answer = await room.call(method, REQUESTS[method], { authorization });
        const known = MAY[role].includes(method);
        // Who sells and takes back under one id may be told that it is over.
        if (known) expect(answer.status, method).to.be.oneOf(['OK', 'FAILED_PRECONDITION']);
        else expect(answer, method).to.include({ status: 'PERMISSION_DENIED', code: 'forbidden' });
      }
    });
  }

  it('refuses a wrong token for every call, also where none is needed', async () => {
    const wrong = [
      'Bearer wrong',
      'Bearer',
      `Basic ${TOKENS.operator}`,
      TOKENS.operator,
      `Bearer ${TOKENS.operator}x`,
      '',
    ];
    for (const authorization of wrong) {
      for (const method of METHODS) {
        const answer = await room.call(method, REQUESTS[method], { authorization });
        expect(answer, authorization).to.include({
          status: 'UNAUTHENTICATED',
          code: 'unauthorized',
        });
      }
    }
  });

  it('looks at the caller before the request', async () => {
    const authorization = `Bearer ${TOKENS.viewer}`;
    const answer = await room.call('Sell', {}, { authorization });
    expect(answer.status).to.equal('PERMISSION_DENIED');
  });

  it('lets callers of this machine in without a token, all of them', async () => {
    for (const method of METHODS) {
      const answer = await room.call(method, REQUESTS[method]);
      expect(answer.status, method).to.be.oneOf(['OK', 'FAILED_PRECONDITION']);
    }
  });

  it('lets nobody in without a token when others can reach the door', async () => {
    const wide = await grpcRoom({ doors: { bind: '0.0.0.0' } });
    for (const method of METHODS) {
      const answer = await wide.call(method, REQUESTS[method]);
      expect(answer, method).to.include({ status: 'UNAUTHENTICATED', code: 'unauthorized' });
    }
    const authorization = `Bearer ${TOKENS.operator}`;
    const known = await wide.call('SetInv', REQUESTS.SetInv, { authorization });
    expect(known.status).to.equal('OK');
    await wide.drop();
  });

  it('lets everybody in without a token when it is open, but nobody with a wrong one', async () => {
    const open = await grpcRoom({ doors: { bind: '0.0.0.0', grpcOpen: true } });
    expect(await open.call('SetInv', REQUESTS.SetInv)).to.include({ status: 'OK' });
    const wrong = await open.call('SetInv', REQUESTS.SetInv, { authorization: 'Bearer wrong' });
    expect(wrong.status).to.equal('UNAUTHENTICATED');
    await open.drop();
  });
});

describe('callers of this machine', () => {
  const access = createAccess({ producer: ['one'], payments: [], viewer: [], operator: [] });
  const refusal = (bind: string, peer: string, ...headers: readonly string[]) => {
    const metadata = new Metadata();
    for (const header of headers) metadata.add('authorization', header);
    const asked = createGrpcAccess({ access, bind, isOpen: false });
    return asked.refusalOf({ metadata, getPeer: () => peer }, ['producer'])?.status ?? null;
  };

  it('are those of a loopback address, while the door is on loopback', () => {
    for (const peer of ['127.0.0.1:5', '127.8.9.10:5', '::1:5', '::ffff:127.0.0.1:5']) {
      for (const bind of ['127.0.0.1', '::1', 'localhost']) {
        expect(refusal(bind, peer), `${peer} at ${bind}`).to.equal(null);
      }
      expect(refusal('0.0.0.0', peer), peer).to.equal(status.UNAUTHENTICATED);
    }
  });

  it('are refused when they send two tokens', () => {
    const both = (one: string, other: string) => refusal('127.0.0.1', '127.0.0.1:5', one, other);
    expect(both('Bearer one', 'Bearer one')).to.equal(status.UNAUTHENTICATED);
    expect(refusal('127.0.0.1', '127.0.0.1:5', 'Bearer one')).to.equal(null);
  });

  it('are no others', () => {
    for (const peer of [
      '10.0.0.1:5',
      '::ffff:10.0.0.1:5',
      'fe80::1:5',
      '127.0.0.1.example.org:5',
      'unknown',
      '',
    ]) {
      expect(refusal('127.0.0.1', peer), peer).to.equal(status.UNAUTHENTICATED);
    }
  });
});
