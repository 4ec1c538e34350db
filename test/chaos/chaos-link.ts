import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export type Way = 'both' | 'asked' | 'answered';

/** What befalls all lines of a link while it lasts. */
interface Weather {
  latencyMs: number;
  bytesPerSecond: number;
  refuses: boolean;
  /** What goes this way is lost, and nobody is told. */
  hole: Way | undefined;
  rewrite: ((text: string) => string) | undefined;
}

/** One thing that befalls the next request with these words, once. */
interface Ambush {
  readonly words: RegExp;
  readonly how: 'swallow-reply' | 'cut-before';
  readonly sprung: (answer: Buffer | undefined) => void;
}

interface Line {
  readonly client: Socket;
  readonly server: Socket;
  /** Something was lost on it, so it can never be whole again. */
  holed: boolean;
  ambush: Ambush | undefined;
  readonly dueAt: { asked: number; answered: number };
}

const CLEAR: Readonly<Weather> = {
  latencyMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  refuses: false,
  hole: undefined,
  rewrite: undefined,
};

/** The line from one process to one server, on which everything can go wrong. */
export class ChaosLink {
  readonly name: string;
  readonly #target: () => number;
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  #weather: Weather = { ...CLEAR };
  #ambushes: Ambush[] = [];
  port = 0;

  constructor(name: string, target: () => number) {
    this.name = name;
    this.#target = target;
    this.#server = createServer({ noDelay: true }, (client) => this.#join(client));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    this.port = typeof address === 'object' && address ? address.port : 0;
  }

  async close(): Promise<void> {
    const closed = once(this.#server.close(), 'close');
    this.cut();
    await closed;
  }

  change(weather: Partial<Weather>): void {
    Object.assign(this.#weather, weather);
    if (weather.refuses) this.cut();
  }

  /** As if nothing had been; lines on which something was lost are cut. */
  heal(): void {
    this.#weather = { ...CLEAR };
    this.#ambushes = [];
    for (const line of this.#lines) if (line.holed) line.client.destroy();
  }

  /** With a reset, as from a peer that is no more. */
  cut(): void {
    for (const { client, server } of this.#lines) {
      client.resetAndDestroy();
      server.destroy();
    }
  }

  /** Answers with what takes it away again. */
  ambush(words: RegExp, how: Ambush['how'], sprung: Ambush['sprung']): () => void {
    const ambush = { words, how, sprung };
    this.#ambushes.push(ambush);
    return () => {
      this.#ambushes = this.#ambushes.filter((one) => one !== ambush);
    };
  }

  #join(client: Socket): void {
    if (this.#weather.refuses) return void client.resetAndDestroy();
    const server = connect({ port: this.#target(), host: '127.0.0.1', noDelay: true });
    const dueAt = { asked: 0, answered: 0 };
    const line: Line = { client, server, holed: false, ambush: undefined, dueAt };
    this.#lines.add(line);
    // A cut line is what this is for.
    client.on('error', () => client.destroy());
    server.on('error', () => server.destroy());
    client.on('close', () => {
      this.#lines.delete(line);
      server.destroy();
    });
    server.on('close', () => client.destroy());
    client.on('data', (data) => this.#asked(line, data));
    server.on('data', (data) => this.#answered(line, data));
  }

  #asked(line: Line, data: Buffer): void {
    const { hole, rewrite } = this.#weather;
    if (hole === 'both' || hole === 'asked') return void (line.holed = true);
    const at = this.#ambushes.findIndex(({ words }) => words.test(data.toString('latin1')));
    const [ambush] = at < 0 ? [] : this.#ambushes.splice(at, 1);
    if (ambush?.how === 'cut-before') {
      ambush.sprung(undefined);
      return void line.client.resetAndDestroy();
    }
    if (ambush) line.ambush = ambush;
    const sent = rewrite ? Buffer.from(rewrite(data.toString('latin1')), 'latin1') : data;
    this.#carry(line, 'asked', line.server, sent);
  }

  #answered(line: Line, data: Buffer): void {
    const { hole } = this.#weather;
    if (hole === 'both' || hole === 'answered') return void (line.holed = true);
    if (!line.ambush) return this.#carry(line, 'answered', line.client, data);
    // The server has done it, and nobody will ever hear so on this line.
    line.ambush.sprung(data);
    line.client.resetAndDestroy();
  }

  /** Later, when the weather is so; nothing overtakes what was sent before it. */
  #carry(line: Line, way: 'asked' | 'answered', to: Socket, data: Buffer): void {
    const { latencyMs, bytesPerSecond } = this.#weather;
    const now = performance.now();
    const due = Math.max(line.dueAt[way], now + latencyMs) + (data.length / bytesPerSecond) * 1000;
    if (due <= now) return void to.write(data);
    line.dueAt[way] = due;
    setTimeout(() => {
      if (!to.destroyed) to.write(data);
    }, due - now);
  }
}
