import { EventEmitter } from 'node:events';
import type { ClientReadableStream } from '@grpc/grpc-js';
import { expect } from 'chai';
import { createHealth } from '../../src/api/grpc/health-calls.ts';
import { type GrpcClient, grpcClient } from '../support/grpc-client.ts';
import { type GrpcRoom, grpcRoom } from '../support/grpc-room.ts';
import { until } from '../support/until.ts';

interface Watching {
  readonly seen: string[];
  readonly hasEnded: () => boolean;
  cancel(): void;
}

describe('the health of the gRPC door', () => {
  let room: GrpcRoom;
  let health: GrpcClient;

  beforeEach(async () => {
    // Beyond loopback, where every other call needs a token.
    room = await grpcRoom({ doors: { bind: '0.0.0.0' } });
    health = grpcClient(room.server.address.replace('0.0.0.0', '127.0.0.1'), {
      proto: 'proto/health.proto',
      name: 'grpc.health.v1.Health',
    });
  });
  afterEach(async () => {
    health.close();
    await room.drop();
  });

  function watch(service: string): Watching {
    const open = (health.raw as unknown as Record<string, unknown>)['Watch'] as (
      request: object,
    ) => ClientReadableStream<{ status: string }>;
    const stream = open.call(health.raw, { service });
    const seen: string[] = [];
    let ended = false;
    stream.on('data', ({ status }: { status: string }) => seen.push(status));
    stream.on('end', () => {
      ended = true;
    });
    stream.on('error', (error) => seen.push(error.name));
    return { seen, hasEnded: () => ended, cancel: () => stream.cancel() };
  }

  it('is told to everybody, for the server and for the service', async () => {
    for (const service of ['', 'Inventory']) {
      const answer = await health.call('Check', { service });
      expect(answer).to.deep.equal({ status: 'OK', value: { status: 'SERVING' } });
    }
    const unknown = await health.call('Check', { service: 'Goods' });
    expect(unknown).to.include({ status: 'NOT_FOUND' });
  });

  it('is watched until the door closes, and then nobody is kept', async () => {
    const whole = watch('');
    const service = watch('Inventory');
    const unknown = watch('Goods');
    await until(() => [whole, service, unknown].every(({ seen }) => seen.length === 1));
    await room.server.close();
    await until(() => [whole, service, unknown].every(({ hasEnded }) => hasEnded()));
    expect(whole.seen).to.deep.equal(['SERVING', 'NOT_SERVING']);
    expect(service.seen).to.deep.equal(['SERVING', 'NOT_SERVING']);
    expect(unknown.seen).to.deep.equal(['SERVICE_UNKNOWN']);
  });

  it('is told to the others when one who watched has gone', async () => {
    const gone = watch('');
    const there = watch('');
    await until(() => gone.seen.length === 1 && there.seen.length === 1);
    gone.cancel();
    await until(() => gone.seen.length === 2);
    await room.server.close();
    await until(() => there.hasEnded());
    expect(there.seen).to.deep.equal(['SERVING', 'NOT_SERVING']);
  });
});

describe('those who watch the health', () => {
  it('are forgotten when they have gone, however they went', () => {
    const health = createHealth(['']);
    const said: string[] = [];
    for (const way of ['cancelled', 'error', 'close', 'stays']) {
      const watcher = Object.assign(new EventEmitter(), {
        request: { service: '' },
        write: ({ status }: { status: string }) => said.push(`${way} ${status}`),
        end: () => said.push(`${way} ended`),
      });
      (health.calls['Watch'] as (watcher: unknown) => void)(watcher);
      watcher.emit(way, new Error('gone'));
    }
    said.length = 0;
    health.stop();
    expect(said).to.deep.equal(['stays NOT_SERVING', 'stays ended']);
  });
});
