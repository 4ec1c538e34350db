import { createHash, createHmac, createSign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the two kinds of object store call the same things. */
const KINDS = {
  s3: { start: 'AWS4', service: 's3', end: 'aws4_request', date: 'x-amz-date', x: 'x-amz-' },
  oss: {
    start: 'aliyun_v4',
    service: 'oss',
    end: 'aliyun_v4_request',
    date: 'x-oss-date',
    x: 'x-oss-',
  },
} as const;

export type StoreKind = keyof typeof KINDS;

export const STORE = {
  accessKey: 'TESTKEYOFSTORE',
  secret: 'test/secret+of=store',
  region: 'cn-test',
  bucket: 'pictures',
} as const;

interface Kept {
  readonly body: Buffer;
  readonly type: string;
}

type Form = ReadonlyMap<string, string>;

/**
 * A strict stand-in for S3 or OSS: it computes every signature by itself, from the request as it
 * came, and checks every condition of a policy. It shares no code with what it tests.
 */
export class ObjectServer {
  readonly kept = new Map<string, Kept>();
  /** Method and key of each request that was let in, and the status of each that was not. */
  readonly seen: string[] = [];
  /** With a key, OSS calls back; without, its message is lost. */
  callbackKey: KeyObject | null = null;
  isAway = false;
  url = '';
  private readonly kind: StoreKind;
  private readonly server = createServer(
    (request, response) => void this.answer(request, response),
  );

  constructor(kind: StoreKind) {
    this.kind = kind;
  }

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** As HOLDFAST_MEDIA_URL names it. */
  setting(more = ''): string {
    const { accessKey, secret, region, bucket } = STORE;
    const { host } = new URL(this.url);
    const access = `${accessKey}:${encodeURIComponent(secret)}`;
    return `${this.kind}+http://${access}@${host}/${bucket}?region=${region}&style=path${more}`;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = '' } = request;
    const status = this.isAway ? 500 : await this.statusOf(request, response, body);
    this.seen.push(status < 300 ? `${method} ${this.keyOf(request)}` : `${status} ${method}`);
    if (!response.writableEnded) response.writeHead(status).end();
  }

  private async statusOf(
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
  ): Promise<number> {
    if (request.method === 'POST') return await this.post(request, body);
    if (!this.isSigned(request)) return 403;
    const key = this.keyOf(request);
    const found = this.kept.get(key);
    if (request.method === 'PUT') {
      this.kept.set(key, { body, type: request.headers['content-type'] ?? '' });
      return 200;
    }
    if (request.method === 'DELETE') {
      this.kept.delete(key);
      return 204;
    }
    if (!found) return 404;
    const etag = createHash('md5').update(found.body).digest('hex');
    response.writeHead(200, {
      'content-length': found.body.length,
      'content-type': found.type,
      etag: `"${etag}"`,
    });
    response.end(request.method === 'HEAD' ? undefined : found.body);
    return 200;
  }

  private keyOf({ url = '' }: IncomingMessage): string {
    const path = decodeURIComponent(url.split('?')[0] ?? '');
    return path.replace(`/${STORE.bucket}/`, '');
  }

  private isSigned(request: IncomingMessage): boolean {
    return this.kind === 's3' ? isPresigned(request) : isOssSigned(request);
  }

  /** A form: signed policy, every condition met, every field bound, the file last. */
  private async post(request: IncomingMessage, body: Buffer): Promise<number> {
    const type = request.headers['content-type'] ?? '';
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': type },
    }).formData();
    const entries = [...form.entries()];
    const [lastName, file] = entries.at(-1) ?? [];
    if (lastName !== 'file' || !(file instanceof Blob)) return 400;
    const fields = new Map(
      entries
        .slice(0, -1)
        .map(([name, value]) => [name.toLowerCase(), typeof value === 'string' ? value : '']),
    );
    const bytes = Buffer.from(await file.arrayBuffer());
    const refusal = this.policyRefusal(fields, bytes.length);
    if (refusal) return refusal;
    const key = fields.get('key') ?? '';
    this.kept.set(key, { body: bytes, type: fields.get('content-type') ?? '' });
    return await this.callBack(fields, key);
  }

  private policyRefusal(fields: Form, size: number): number | null {
    const { x, date, start, service, end } = KINDS[this.kind];
    const policy = fields.get('policy') ?? '';
    const day = (fields.get(date) ?? '').slice(0, 8);
    const scope = `${day}/${STORE.region}/${service}/${end}`;
    if (fields.get(`${x}credential`) !== `${STORE.accessKey}/${scope}`) return 403;
    if (fields.get(`${x}signature`) !== hexBy(start, service, end, day, policy)) return 403;
    const { expiration, conditions } = JSON.parse(
      Buffer.from(policy, 'base64').toString('utf8'),
    ) as { expiration: string; conditions: unknown[] };
    if (Date.parse(expiration) < performance.timeOrigin + performance.now()) return 403;
    const bound = new Set(['policy', `${x}signature`]);
    for (const condition of conditions) {
      if (Array.isArray(condition) && condition[0] === 'content-length-range') {
        const [, least, most] = condition as [string, number, number];
        if (size < least || size > most) return 400;
        continue;
      }
      const [name, value] = equalityIn(condition);
      bound.add(name);
      const actual = name === 'bucket' ? STORE.bucket : fields.get(name);
      if (actual !== value) return 403;
    }
    return [...fields.keys()].every((name) => bound.has(name)) ? null : 403;
  }

  /** 203, and nothing more, when whoever is called does not take it. */
  private async callBack(fields: Form, object: string): Promise<number> {
    const wish = fields.get('callback');
    if (this.kind !== 'oss' || wish === undefined) return 200;
    if (this.callbackKey === null) return 203;
    const { callbackUrl, callbackBody } = JSON.parse(
      Buffer.from(wish, 'base64').toString('utf8'),
    ) as { callbackUrl: string; callbackBody: string };
    const values: Readonly<Record<string, string>> = {
      bucket: STORE.bucket,
      object,
      'x:ticket': fields.get('x:ticket') ?? '',
    };
    const body = callbackBody.replaceAll(/\$\{([^}]+)\}/g, (_all, name: string) =>
      JSON.stringify(values[name] ?? ''),
    );
    const { status } = await postCallback(callbackUrl, body, this.callbackKey);
    return status === 200 ? 200 : 203;
  }
}

export const TEST_KEY_URL = 'https://gosspublic.alicdn.com/callback_pub_key_v9.pem';

/** A callback as OSS sends it, signed by this key. */
export async function postCallback(
  url: string,
  body: string,
  key: KeyObject,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const { pathname, search } = new URL(url);
  const text = `${decodeURIComponent(pathname)}${search}\n${body}`;
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      authorization: createSign('RSA-MD5').update(text).sign(key).toString('base64'),
      'x-oss-pub-key-url': Buffer.from(TEST_KEY_URL).toString('base64'),
    },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function equalityIn(condition: unknown): [name: string, value: unknown] {
  if (Array.isArray(condition)) {
    const [how, name, value] = condition as [string, string, unknown];
    if (how !== 'eq') throw new Error(`a condition that nobody needs: ${how}`);
    return [name.slice(1).toLowerCase(), value];
  }
  const [pair] = Object.entries(condition as Record<string, unknown>);
  return [pair?.[0].toLowerCase() ?? '', pair?.[1]];
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function hexBy(start: string, service: string, end: string, day: string, text: string): string {
  let key = hmac(start + STORE.secret, day);
  for (const part of [STORE.region, service, end]) key = hmac(key, part);
  return hmac(key, text).toString('hex');
}

function sha(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The query as it came, in its order, without the signature itself. */
function isPresigned({ method = '', url = '', headers }: IncomingMessage): boolean {
  const [path = '', query = ''] = url.split('?');
  const pairs = query.split('&').filter((pair) => !pair.startsWith('X-Amz-Signature='));
  const asked = new URLSearchParams(query);
  const stamp = asked.get('X-Amz-Date') ?? '';
  const day = stamp.slice(0, 8);
  const scope = `${day}/${STORE.region}/s3/aws4_request`;
  if (asked.get('X-Amz-Credential') !== `${STORE.accessKey}/${scope}`) return false;
  const names = (asked.get('X-Amz-SignedHeaders') ?? '').split(';');
  if (!names.includes('host')) return false;
  const lines = names.map((name) => `${name}:${String(headers[name] ?? '')}\n`).join('');
  const canonical = [method, path, pairs.toSorted().join('&'), lines, names.join(';')];
  const request = [...canonical, 'UNSIGNED-PAYLOAD'].join('\n');
  const text = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${sha(request)}`;
  return asked.get('X-Amz-Signature') === hexBy('AWS4', 's3', 'aws4_request', day, text);
}

function isOssSigned({ method = '', url = '', headers }: IncomingMessage): boolean {
  const stamp = String(headers['x-oss-date'] ?? '');
  const day = stamp.slice(0, 8);
  const scope = `${day}/${STORE.region}/oss/aliyun_v4_request`;
  const lines = Object.keys(headers)
    .filter((name) => name === 'content-type' || name.startsWith('x-oss-'))
    .toSorted()
    .map((name) => `${name}:${String(headers[name])}\n`)
    .join('');
  const request = [method, url.split('?')[0], '', lines, '', 'UNSIGNED-PAYLOAD'].join('\n');
  const text = `OSS4-HMAC-SHA256\n${stamp}\n${scope}\n${sha(request)}`;
  const signature = hexBy('aliyun_v4', 'oss', 'aliyun_v4_request', day, text);
  const { authorization } = headers;
  return (
    authorization ===
    `OSS4-HMAC-SHA256 Credential=${STORE.accessKey}/${scope},Signature=${signature}`
  );
}
