import { once } from 'node:events';
import { createServer, request } from 'node:http';

export interface SwallowingProxy {
  readonly port: number;
  /** The next answer to a question that ends so is swallowed, and its line is cut. */
  swallow(path: string): void;
  /** The next answer to a question that ends so never comes, and its line stays. */
  withhold(path: string): void;
  readonly swallowed: readonly string[];
  stop(): Promise<void>;
}

/** Stands before an HTTP server on this machine, and loses answers that were given. */
export async function startSwallowingProxy(target: number): Promise<SwallowingProxy> {
  const swallowed: string[] = [];
  const wanted = new Set<string>();
  const withheld = new Set<string>();
  const server = createServer((asked, answer) => {
    const path = asked.url ?? '';
    const { method = 'GET' } = asked;
    const onward = request({ host: '127.0.0.1', port: target, path, method }, (response) => {
      const kept = [...withheld].find((end) => path.endsWith(end));
      if (kept !== undefined) {
        withheld.delete(kept);
        response.resume();
        return;
      }
      const hit = [...wanted].find((end) => path.endsWith(end));
      if (hit === undefined) {
        answer.writeHead(response.statusCode ?? 502);
        response.pipe(answer);
        return;
      }
      wanted.delete(hit);
      response.resume().on('end', () => {
        swallowed.push(path);
        answer.destroy();
      });
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    swallow: (path) => void wanted.add(path),
    withhold: (path) => void withheld.add(path),
    swallowed,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
