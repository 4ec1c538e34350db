import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What somebody was told. */
export interface ToldNotice {
  readonly id: string;
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly raw: Buffer;
  readonly headers: IncomingMessage['headers'];
  readonly answered: number | 'never';
}

type Reply = (notice: Omit<ToldNotice, 'answered'>) => number | 'never';

/** A receiver of notices that answers as a test wants, and may be away. */
export class NoticeReceiver {
  /** In the order in which they came, those that were not taken among them. */
  readonly told: ToldNotice[] = [];
  reply: Reply = () => 200;
  /** Sent beside every answer. */
  answerHeaders: Readonly<Record<string, string>> = {};
  /** Answers have bodies without an end; only who asked can end them. */
  isEndless = false;
  cutOff = 0;
  private server: Server | undefined;
  private port = 0;

  static async open(): Promise<NoticeReceiver> {
    const receiver = new NoticeReceiver();
    await receiver.comeBack();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/notices`;
  }

  /** Those that were answered 2xx. */
  taken(): readonly ToldNotice[] {
    return this.told.filter(({ answered }) => typeof answered === 'number' && answered < 300);
  }

  /** `kind` and what it is about, in a word each. */
  inBrief(): readonly string[] {
    return this.taken().map(({ kind, body }) => {
      return `${kind} ${String(body['orderId'] ?? body['goodsId'])}`;
    });
  }

  async comeBack(): Promise<void> {
    this.server = createServer((request, response) => {
      void this.hear(request, response);
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Nobody listens any more, and who waited for an answer gets none. */
  async goAway(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  private async hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const body = JSON.parse(raw.toString()) as Record<string, unknown>;
    const { headers } = request;
    const notice = { id: String(body['id']), kind: String(body['kind']), body, raw, headers };
    const answered = this.reply(notice);
    this.told.push({ ...notice, answered });
    if (answered === 'never') return;
    response.writeHead(answered, this.answerHeaders);
    if (!this.isEndless) {
      response.end();
      return;
    }
    const pour = () => response.write('x'.repeat(10_000));
    response.on('drain', pour).on('close', () => {
      this.cutOff += 1;
    });
    while (pour());
  }
}
