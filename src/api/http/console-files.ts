import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { STRICT_POLICY } from './pages.ts';
import { problem, sendProblem } from './problems.ts';

/** Where the build puts what the browser gets: beside the compiled sources. */
const FOLDER = new URL('../../../web/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Every page of the console is the same file; the address tells it what to show. */
const PAGES = ['/', '/stock', '/stock/:goodsId', '/orders', '/orders/:orderId', '/owed'];
const PAGE = 'console.html';

interface WebFile {
  readonly type: string;
  readonly text: string;
  readonly tag: string;
}

/** The console as a browser loads it: read once, at the start, and never from an address. */
export function consoleFiles(app: FastifyInstance): void {
  const files = readWebFiles();
  const hidden = { schema: { hide: true } } as const;
  for (const url of PAGES) {
    app.get(url, { ...hidden, config: { open: ['viewer'] } }, async (_request, reply) => {
      const page = files.get(PAGE);
      void reply.header('content-security-policy', STRICT_POLICY);
      return await reply.type(page?.type ?? 'text/plain').send(page?.text ?? 'not built');
    });
  }
  app.get<{ Params: { file: string } }>(
    '/console/:file',
    { ...hidden, config: { open: 'everybody' } },
    async ({ params, headers }, reply) => {
      const file = files.get(params.file);
      if (!file) {
        return await sendProblem(reply, problem(404, 'no-such-route', 'there is no such file'));
      }
      // A new version is seen at the next load, and an old one is not sent again.
      void reply.headers({ 'cache-control': 'no-cache', etag: file.tag });
      if (headers['if-none-match'] === file.tag) return await reply.code(304).send();
      return await reply.type(file.type).send(file.text);
    },
  );
}

function readWebFiles(): ReadonlyMap<string, WebFile> {
  const files = new Map<string, WebFile>();
  for (const name of readdirSync(fileURLToPath(FOLDER))) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const text = readFileSync(new URL(name, FOLDER), 'utf8');
    const tag = `"${createHash('sha256').update(text).digest('hex').slice(0, 16)}"`;
    files.set(name, { type, text, tag });
  }
  return files;
}
