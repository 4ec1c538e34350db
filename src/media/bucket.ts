import { AppError, type Clock } from '../kernel/index.ts';
import type { BucketPlace } from './media-place.ts';
import { ossHeaders, postForm, presignedUrl } from './object-signing.ts';
import type { ObjectHead, Objects, UploadAsk, UploadWay } from './objects.ts';

const TIMEOUT_MS = 10_000;
const LIFE_SECONDS = 60;
export const CALLBACK_PATH = '/v1/uploads/oss-callback';

interface Sending {
  readonly body: Buffer;
  readonly type: string;
}

/** Pictures in a bucket of Amazon S3 or Aliyun OSS, or of a server that speaks like one. */
export class Bucket implements Objects {
  readonly provider: 's3' | 'oss';
  readonly bucket: string;
  private readonly place: BucketPlace;
  private readonly clock: Clock;

  constructor(place: BucketPlace, clock: Clock) {
    this.provider = place.kind;
    this.bucket = place.bucket;
    this.place = place;
    this.clock = clock;
  }

  wayFor(ask: UploadAsk): UploadWay {
    return this.place.upload === 'put' ? this.signedPut(ask) : this.form(ask);
  }

  async head(key: string): Promise<ObjectHead | null> {
    const response = await this.send('HEAD', key);
    if (response.status === 404) return null;
    this.assertDone(response, 'HEAD');
    const size = Number(response.headers.get('content-length') ?? Number.NaN);
    const type = response.headers.get('content-type');
    return { size, type, etag: response.headers.get('etag')?.slice(0, 128) ?? null };
  }

  async read(key: string, bytesMax: number): Promise<Buffer | null> {
    const response = await this.send('GET', key);
    if (response.status === 404) {
      await response.body?.cancel();
      return null;
    }
    if (!response.ok) await response.body?.cancel();
    this.assertDone(response, 'GET');
    return await boundedBody(response, bytesMax);
  }

  async put(key: string, body: Buffer, type: string): Promise<void> {
    const response = await this.send('PUT', key, { body, type });
    await response.body?.cancel();
    this.assertDone(response, 'PUT');
  }

  async remove(key: string): Promise<void> {
    const response = await this.send('DELETE', key);
    await response.body?.cancel();
    if (response.status !== 404) this.assertDone(response, 'DELETE');
  }

  publicUrl(key: string): string {
    const { publicUrl } = this.place;
    return publicUrl === null ? this.urlOf(key).href : `${publicUrl}/${key}`;
  }

  private form({ key, contentType, size, lifeMs, ticketId, secret }: UploadAsk): UploadWay {
    const { kind, bucket, keys } = this.place;
    const more = kind === 'oss' ? this.callbackFields(`${ticketId}.${secret}`) : {};
    const wallMs = this.clock.wallMs();
    const wishes = { bucket, key, contentType, size, wallMs, lifeMs, more };
    const fields = postForm(kind, keys, wishes);
    return { method: 'POST', url: this.urlOf('').href, headers: {}, fields };
  }

  private signedPut({ key, contentType, size, lifeMs }: UploadAsk): UploadWay {
    const url = presignedUrl(this.place.keys, Math.floor(lifeMs / 1000), {
      method: 'PUT',
      url: this.urlOf(key),
      wallMs: this.clock.wallMs(),
      headers: { 'content-type': contentType, 'content-length': String(size) },
    });
    return { method: 'PUT', url: url.href, headers: { 'content-type': contentType }, fields: {} };
  }

  private callbackFields(ticket: string): Readonly<Record<string, string>> {
    const { callback } = this.place;
    if (callback === null) return {};
    // In a body of JSON the store quotes what it puts in.
    const callbackBody = '{"bucket":${bucket},"object":${object},"ticket":${x:ticket}}';
    const wish = {
      callbackUrl: callback + CALLBACK_PATH,
      callbackSNI: true,
      callbackBodyType: 'application/json',
      callbackBody,
    };
    return {
      callback: Buffer.from(JSON.stringify(wish)).toString('base64'),
      'x:ticket': ticket,
    };
  }

  private async send(method: string, key: string, sending?: Sending): Promise<Response> {
    const { kind, keys, bucket } = this.place;
    const url = this.urlOf(key);
    const headers = sending ? { 'content-type': sending.type } : {};
    const asked = { method, url, headers, wallMs: this.clock.wallMs() };
    const isS3 = kind === 's3';
    const where = isS3 ? presignedUrl(keys, LIFE_SECONDS, asked) : url;
    const signed = isS3 ? headers : ossHeaders(keys, { ...asked, resource: `/${bucket}/${key}` });
    try {
      return await fetch(where, {
        method,
        headers: signed,
        redirect: 'manual', // what we signed is for nobody else
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(sending ? { body: sending.body } : {}),
      });
    } catch {
      // Its words may quote the address, which carries a signature.
      throw new AppError('media-unavailable', `the object store did not answer a ${method}`, {
        retryable: true,
      });
    }
  }

  private assertDone({ status, ok }: Response, method: string): void {
    if (ok) return;
    throw new AppError('media-unavailable', `the object store answered ${status} to a ${method}`, {
      retryable: true,
      details: { status, method },
    });
  }

  private urlOf(key: string): URL {
    const { endpoint, bucket, style } = this.place;
    const url = new URL(endpoint);
    if (style === 'host') url.host = `${bucket}.${url.host}`;
    const path = style === 'host' ? key : `${bucket}/${key}`;
    url.pathname = path.replace(/\/$/, ''); // a form goes to the bucket itself
    return url;
  }
}

async function boundedBody({ body }: Response, bytesMax: number): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body ?? []) {
      size += chunk.byteLength;
      if (size > bytesMax) return null;
      chunks.push(chunk);
    }
  } catch {
    // Broken off half-way; what is missing is asked for again, all of it.
    throw new AppError('media-unavailable', 'the object store broke off an answer', {
      retryable: true,
    });
  }
  return Buffer.concat(chunks);
}
