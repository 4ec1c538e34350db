import http from 'node:http';
import https from 'node:https';

export interface Request {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

export interface Response {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
}

export type SendRequest = (url: URL, request: Request) => Promise<Response>;

/**
 * One request and its whole answer, over connections that are kept. Not `fetch`: measured against
 * a server that does nothing, that sends 3 to 8 times fewer requests a second. Redirects are
 * answers like others: a POST that is sent elsewhere would arrive as a GET.
 */
export function requestSender({ protocol }: URL): SendRequest {
  const { request, Agent } = protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 1024, scheduling: 'lifo' });
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const options = { method, agent, signal, headers: { ...headers, ...length } };
      const sending = request(url, options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          const retryAfter = response.headers['retry-after'] ?? null;
          resolve({ status: response.statusCode ?? 0, retryAfter, text });
        });
      });
      sending.on('error', reject);
      sending.end(body);
    });
}
