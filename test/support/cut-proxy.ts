import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * - pass: everything goes through
 * - swallow-commit: after a COMMIT has gone through, its answer is swallowed and the line is cut
 * - black-hole: nothing goes through any more, and nobody is told
 */
type Mode = 'pass' | 'swallow-commit' | 'black-hole';

/** A line to a server on this machine, which can be cut in the worst moment. */
export class CutProxy {
  mode: Mode = 'pass';
  cuts = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  /** Those that have lost something on the way. */
  private readonly holed = new Set<Socket>();
  private port = 0;

  constructor(targetPort: number) {
    this.server = createServer((client) => this.join(client, connect(targetPort, '127.0.0.1')));
  }

  async listen(): Promise<number> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    this.port = typeof address === 'object' && address ? address.port : 0;
    return this.port;
  }

  /** Cuts every line and takes no new one, until it listens again. */
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  /** The end of a black hole: a line on which something was lost is no line any more. */
  heal(): void {
    this.mode = 'pass';
    for (const socket of this.holed) socket.destroy();
    this.holed.clear();
  }

  private join(client: Socket, target: Socket): void {
    let committing = false;
    this.watch(client, target);
    this.watch(target, client);
    client.on('data', (data: Buffer) => {
      if (this.mode === 'black-hole') return void this.holed.add(client);
      committing = this.mode === 'swallow-commit' && /COMMIT;?$/.test(data.toString('latin1'));
      target.write(data);
    });
    target.on('data', (data: Buffer) => {
      if (this.mode === 'black-hole') return void this.holed.add(client);
      if (!committing) {
        client.write(data);
        return;
      }
      // The server has done it, and nobody will ever hear so on this line.
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
      this.holed.delete(socket);
      other.destroy();
    });
  }
}
