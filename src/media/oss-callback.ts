import { createPublicKey, createVerify, type KeyObject } from 'node:crypto';

/** What came, as it came: the signature is over these very bytes. */
export interface CallbackMessage {
  /** The path with its query. */
  readonly target: string;
  readonly body: Buffer;
  readonly authorization: string | undefined;
  readonly keyUrl: string | undefined;
}

const HOST = 'gosspublic.alicdn.com';
const KEY_PATH = /^\/callback_pub_key_v\d{1,3}\.pem$/;
const KEYS_MAX = 8;
const KEY_BYTES_MAX = 8192;
const FETCH_MS = 3000;

/** What OSS publishes under this address; pinned, so that the usual way asks nobody. */
const PINNED: Readonly<Record<string, string>> = {
  [`https://${HOST}/callback_pub_key_v1.pem`]: `-----BEGIN PUBLIC KEY-----
MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKs/JBGzwUB2aVht4crBx3oIPBLNsjGs
C0fTXv+nvlmklvkcolvpvXLTjaxUHR3W9LXxQ2EHXAJfCB+6H2YF1k8CAwEAAQ==
-----END PUBLIC KEY-----`,
};

/**
 * Where the key of a callback may be read, or null: whoever sends a callback chooses this address,
 * and must not choose whom we ask. Always over TLS, whatever was written.
 */
export function keyAddress(header: string | undefined): string | null {
  if (header === undefined || header.length > 512) return null;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(header)) return null;
  const text = Buffer.from(header, 'base64').toString('utf8');
  // Compared as a text: two readers of a URL may not agree on what its host is.
  const path = [`http://${HOST}`, `https://${HOST}`]
    .filter((start) => text.startsWith(`${start}/`))
    .map((start) => text.slice(start.length))[0];
  return path !== undefined && KEY_PATH.test(path) ? `https://${HOST}${path}` : null;
}

export type FetchKey = (
  url: string,
  init: { readonly redirect: 'error'; readonly signal: AbortSignal },
) => Promise<Response>;

/**
 * Tells whether OSS sent a message: its own words for it are RSA over MD5 under a key of 512 bits,
 * so this keeps noise out and proves nothing of an upload.
 */
export class OssCallbacks {
  private readonly known = new Map<string, Promise<KeyObject>>();
  private readonly fetchKey: FetchKey;

  constructor(pinned: Readonly<Record<string, string>> = PINNED, fetchKey: FetchKey = fetch) {
    this.fetchKey = fetchKey;
    for (const [url, pem] of Object.entries(pinned)) {
      this.known.set(url, Promise.resolve(createPublicKey(pem)));
    }
  }

  async isSigned({ target, body, authorization, keyUrl }: CallbackMessage): Promise<boolean> {
    const address = keyAddress(keyUrl);
    if (address === null || authorization === undefined || authorization.length > 1024)
      return false;
    const signed = signedText(target);
    if (signed === null) return false;
    try {
      const verify = createVerify('RSA-MD5').update(signed, 'utf8').update(body);
      return verify.verify(await this.keyAt(address), Buffer.from(authorization, 'base64'));
    } catch {
      return false; // no key, or no signature: either way it is not proven
    }
  }

  private async keyAt(address: string): Promise<KeyObject> {
    const known = this.known.get(address);
    if (known) return await known;
    if (this.known.size >= KEYS_MAX) throw new Error('more keys than there can be');
    const asked = this.read(address);
    this.known.set(address, asked);
    try {
      return await asked;
    } catch (error) {
      this.known.delete(address);
      throw error;
    }
  }

  private async read(address: string): Promise<KeyObject> {
    const signal = AbortSignal.timeout(FETCH_MS);
    const response = await this.fetchKey(address, { redirect: 'error', signal });
    if (!response.ok) throw new Error(`the key answered ${response.status}`);
    const text = await response.text();
    if (text.length > KEY_BYTES_MAX) throw new Error('the key is too long');
    return createPublicKey(text);
  }
}

/** The path is signed as it reads, the query as it stands. */
function signedText(target: string): string | null {
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  try {
    return `${decodeURIComponent(path)}${at < 0 ? '' : target.slice(at)}\n`;
  } catch {
    return null; // a path that cannot be read is none of ours
  }
}
