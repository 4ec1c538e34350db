/**
 * A receiver of notices: a shop that wants to hear what became of its orders.
 *
 *   node dist/examples/notice-receiver.js 4000 a-secret
 *   HOLDFAST_NOTICE_URL=http://127.0.0.1:4000 HOLDFAST_NOTICE_SECRETS=a-secret npm start
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { HoldfastError, verifyNotice } from 'holdfast/client';

const [port = '4000', ...secrets] = process.argv.slice(2);
const seen = new Set<string>(); // a shop keeps these ids in its database, with what it did

async function hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const signature = request.headers['holdfast-signature'];
    // Over the bytes as they came; whatever is not signed by Holdfast is thrown out.
    const notice = verifyNotice(Buffer.concat(chunks), String(signature ?? ''), secrets);
    const { id, kind, at, ...facts } = notice;
    // Delivered at least once, so it may come again: only the first time counts.
    if (!seen.has(id)) console.log(`${at} ${kind} ${JSON.stringify(facts)}`);
    seen.add(id);
    response.writeHead(204).end();
  } catch (error) {
    // Anything but 2xx makes Holdfast send it again later.
    const code = error instanceof HoldfastError ? error.code : 'unexpected';
    console.log(`refused: ${code}`);
    response.writeHead(code === 'bad-signature' ? 401 : 500).end();
  }
}

const server = createServer((request, response) => void hear(request, response));
server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address();
  const listening = typeof address === 'object' ? address?.port : port;
  console.log(`listening on http://127.0.0.1:${listening}`);
});
