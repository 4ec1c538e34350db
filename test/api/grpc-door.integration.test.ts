import { connect, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { startGrpc } from '../../src/api/index.ts';
import { AppError, systemClock } from '../../src/kernel/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { grpcClient } from '../support/grpc-client.ts';
import { type GrpcRoom, grpcRoom } from '../support/grpc-room.ts';
import { signal, until } from '../support/until.ts';

const request = { orderSn: 'o', goodsInfo: [{ goodsId: 1, num: 1 }] };

describe('the port of the gRPC door', () => {
  let room: GrpcRoom;
  let squatter: Server;
  let taken = 0;

  before(async () => {
    room = await grpcRoom();
    squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    taken = (squatter.address() as { port: number }).port;
  });
  after(async () => {
    squatter.close();
    await room.drop();
  });

  const open = (isChosen: boolean, said: string[] = [], bind = '127.0.0.1') => {
    const warn = (message: string) => said.push(message);
    const tokens = { producer: [], payments: [], viewer: [], operator: [] };
    return startGrpc({
      doors: { bind, grpcPort: { number: taken, isChosen }, grpcOpen: false, tokens },
      saga: room.saga,
      database: room.database,
      logger: { ...silentLogger, warn },
      clock: systemClock,
    });
  };

  it('moves to a free one when nobody chose it and it is taken, and says so', async () => {
    const said: string[] = [];
    const server = await open(false, said);
    expect(server.address)
      .to.match(/^127\.0\.0\.1:\d+$/)
      .and.not.equal(`127.0.0.1:${taken}`);
    expect(said).to.deep.equal([`port ${taken} is taken; gRPC moves to a free one`]);
    const client = grpcClient(server.address);
    expect((await client.call('InvDetail', { goodsId: 1 })).status).to.equal('NOT_FOUND');
    client.close();
    await server.close();
  });

  it('is refused with the setting to change when it was chosen', async () => {
    const error = await open(true).then(
      () => null,
      (why: unknown) => why,
    );
    expect(error).to.be.instanceOf(AppError).and.to.include({ code: 'port-unusable' });
    expect((error as AppError).message)
      .to.contain(`127.0.0.1:${taken} (EADDRINUSE)`)
      .and.to.contain('HOLDFAST_GRPC_PORT');
  });

  it('is refused at an address that this machine does not have', async () => {
    const error = await open(false, [], '192.0.2.1').then(
      () => null,
      (why: unknown) => why,
    );
    expect(error).to.include({ code: 'port-unusable' });
  });

  it('takes an IPv6 address', async () => {
    const server = await open(false, [], '::1');
    expect(server.address).to.match(/^\[::1\]:\d+$/);
    const client = grpcClient(server.address);
    expect((await client.call('InvDetail', { goodsId: 1 })).status).to.equal('NOT_FOUND');
    client.close();
    await server.close();
  });
});

describe('the end of the gRPC door', () => {
  const isOpen = async (address: string) => {
    const port = Number(address.split(':').at(-1));
    return await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.unref();
    });
  };
  const sockets = () =>
    process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;

  /** A door whose sales wait for the word. */
  async function slowRoom(graceMs?: number) {
    const begun = signal();
    const word = signal();
    const room = await grpcRoom({
      parts: {
        saga: {
          advance: async (event) => {
            begun.give();
            await word.given;
            const orderId = event.kind === 'sell' ? event.orderId : '';
            return { orderId, state: 'paid', change: 'changed' };
          },
        },
        ...(graceMs === undefined ? {} : { graceMs }),
      },
    });
    return { room, begun, word };
  }

  it('waits for calls under way, and takes no new ones', async () => {
    const { room, begun, word } = await slowRoom();
    const sale = room.call('Sell', request);
    await begun.given;
    const closing = room.server.close();
    await until(async () => !(await isOpen(room.server.address)));
    const late = grpcClient(room.server.address);
    expect(await late.call('Sell', request)).to.include({ status: 'UNAVAILABLE' });
    late.close();
    word.give();
    expect(await sale).to.include({ status: 'OK' });
    await closing;
    await room.drop();
  });

  it('breaks off calls that take longer than they may', async () => {
    const { room, begun, word } = await slowRoom(50);
    const sale = room.call('Sell', request);
    await begun.given;
    await room.server.close();
    expect((await sale).status).to.be.oneOf(['CANCELLED', 'UNAVAILABLE', 'INTERNAL']);
    word.give();
    await room.drop();
  });

  it('leaves nothing behind, with clients that stay connected, and may come twice', async () => {
    const { room, word } = await slowRoom();
    word.give();
    await room.call('Sell', request);
    const before = sockets();
    const clients = Array.from({ length: 5 }, () => grpcClient(room.server.address));
    for (const client of clients) await client.call('Sell', request);
    expect(sockets()).to.be.at.least(before + 5);
    await Promise.all([room.server.close(), room.server.close()]);
    expect(await isOpen(room.server.address)).to.equal(false);
    for (const client of [...clients, room.client]) client.close();
    // The first client and the server itself are gone as well.
    await until(() => sockets() <= before - 2, 3000, 'everything gone');
    await room.drop();
  });
});
