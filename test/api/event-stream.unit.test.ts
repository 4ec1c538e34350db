import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { EventStream } from '../../src/api/http/event-stream.ts';
import type { HttpParts } from '../../src/api/index.ts';
import { memoryLogger } from '../support/memory-logger.ts';

/** As much of a response as is used. */
class FakeResponse extends EventEmitter {
  readonly writableLength = 0;
  ended = false;

  writeHead(): void {}

  write(): void {}

  end(): void {
    this.ended = true;
  }
}

const timers = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

describe('the stream of events, while nobody listens', () => {
  let told: number;
  let stream: EventStream;

  beforeEach(() => {
    told = 0;
    const onCommit = (): (() => void) => {
      told += 1;
      return () => {
        told -= 1;
      };
    };
    const parts = { saga: { onCommit }, logger: memoryLogger(), queueCounts: async () => [] };
    stream = new EventStream(parts as unknown as HttpParts);
  });

  const join = (): FakeResponse => {
    const response = new FakeResponse();
    stream.join(response as unknown as ServerResponse);
    return response;
  };

  it('asks for nothing and wakes nobody, before the first and after the last', () => {
    const before = timers();
    const [first, second] = [join(), join()];
    expect([told, timers() - before]).to.deep.equal([1, 2]);
    first.emit('close');
    expect([told, timers() - before]).to.deep.equal([1, 2]);
    second.emit('error', new Error('write EPIPE'));
    second.emit('close');
    expect([told, timers() - before]).to.deep.equal([0, 0]);
  });

  it('leaves no timer when it is closed, and lets nobody in then', () => {
    const before = timers();
    const listener = join();
    stream.close();
    const late = join();
    expect([listener.ended, late.ended, told, timers() - before]).to.deep.equal([true, true, 0, 0]);
  });
});
