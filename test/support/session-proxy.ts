import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where a client's first words have the number of its session. */
const SESSION_AT = 20;

/** A line to a ZooKeeper server on this machine, for the worst moments of a session. */
export class SessionProxy {
  cuts = 0;
  private mode: 'pass' | 'swallow' | 'mistake' = 'pass';
  private wanted = '';
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(target: number) {
    this.server = createServer((client) => this.join(client, connect(target, '127.0.0.1')));
  }

  async listen(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  /** The answer to the next words that hold this text is swallowed, and the line is cut. */
  swallow(text: string): void {
    this.mode = 'swallow';
    this.wanted = text;
  }

  /** Cuts all lines; on the next one the server takes the client's session for one long over. */
  forgetSession(): void {
    this.mode = 'mistake';
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket, target: Socket): void {
    let isFirst = true;
    let isSwallowing = false;
    this.watch(client, target);
    this.watch(target, client);
    client.on('data', (data: Buffer) => {
      if (isFirst && this.mode === 'mistake') {
        this.mode = 'pass';
        data.writeBigInt64BE(0x1234n, SESSION_AT);
      }
      isFirst = false;
      isSwallowing ||= this.mode === 'swallow' && data.includes(this.wanted);
      target.write(data);
    });
    target.on('data', (data: Buffer) => {
      if (!isSwallowing) {
        client.write(data);
        return;
      }
      this.mode = 'pass';
      this.cuts += 1;
      client.destroy();
    });
  }

  private watch(socket: Socket, other: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy()); // a cut line is what this is for
    socket.on('close', () => {
      this.sockets.delete(socket);
      other.destroy();
    });
  }
}
