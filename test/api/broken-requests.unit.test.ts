import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { refuseBrokenRequest } from '../../src/api/http/broken-requests.ts';
import { until } from '../support/until.ts';

/** As much of a socket as is used, and what was done with it. */
class FakeSocket extends EventEmitter {
  writable = true;
  destroyed = false;
  said = '';

  end(text: string): void {
    this.said += text;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

const refuse = (code: string | undefined, socket = new FakeSocket()): FakeSocket => {
  refuseBrokenRequest(code === undefined ? {} : { code }, socket as unknown as Socket);
  return socket;
};

describe('what never became a request', () => {
  for (const [code, status, ours] of [
    ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout', 'too-slow'],
    ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large', 'headers-too-large'],
    ['HPE_INVALID_METHOD', '400 Bad Request', 'invalid-input'],
    [undefined, '400 Bad Request', 'invalid-input'],
  ] as const) {
    it(`is answered ${status} when the reason is ${code ?? 'unknown'}`, () => {
      const socket = refuse(code);
      const [head = '', body = ''] = socket.said.split('\r\n\r\n');
      expect(head).to.include(`HTTP/1.1 ${status}\r\ncontent-type: application/problem+json`);
      expect(head).to.include(`content-length: ${body.length}\r\nconnection: close`);
      const answer = JSON.parse(body) as Record<string, unknown>;
      expect(answer).to.include({ code: ours, status: Number(status.slice(0, 3)) });
      socket.destroy();
    });
  }

  it('is cut off when whoever sent it does not hang up', async () => {
    const socket = refuse('HPE_INVALID_METHOD');
    expect(socket.destroyed).to.equal(false);
    await until(() => socket.destroyed, 2000);
  });

  it('is not answered where nobody listens any more', () => {
    const deaf = new FakeSocket();
    deaf.writable = false;
    for (const socket of [refuse('ECONNRESET'), refuse('HPE_INVALID_METHOD', deaf)]) {
      expect([socket.said, socket.destroyed]).to.deep.equal(['', true]);
    }
  });
});
