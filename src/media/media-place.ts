import { fileURLToPath } from 'node:url';
import { AppError } from '../kernel/index.ts';
import type { ObjectKeys } from './object-signing.ts';

export interface FolderPlace {
  readonly kind: 'local';
  readonly folder: string;
}

export interface BucketPlace {
  readonly kind: 's3' | 'oss';
  readonly endpoint: string;
  readonly bucket: string;
  readonly keys: ObjectKeys;
  /** Whether the bucket is part of the host, or of the path. */
  readonly style: 'host' | 'path';
  /** What browsers are given: a form with limits, or a signed PUT. */
  readonly upload: 'post' | 'put';
  /** Where people see what is published. */
  readonly publicUrl: string | null;
  /** Where OSS tells of an upload: the address of this shop, without a path. */
  readonly callback: string | null;
}

export type MediaPlace = FolderPlace | BucketPlace;

const FORMS =
  'file:, file:///folder, s3://key:secret@endpoint/bucket?region=.. or ' +
  'oss://key:secret@endpoint/bucket?region=..';
const KNOWN = new Set(['region', 'style', 'upload', 'public', 'callback']);

/** Reads HOLDFAST_MEDIA_URL. What is wrong is said without repeating it: it holds a secret. */
export function mediaPlace(text: string, folder: string): MediaPlace {
  if (text === 'file:') return { kind: 'local', folder };
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw wrong(`it is no URL, allowed is ${FORMS}`);
  if (url.protocol === 'file:') return { kind: 'local', folder: fileURLToPath(url) };
  const [, kind, plain] = /^(s3|oss)(\+http)?:$/.exec(url.protocol) ?? [];
  if (kind === undefined) throw wrong(`it is a ${url.protocol} URL, allowed is ${FORMS}`);
  return bucketPlace(kind as 's3' | 'oss', plain === undefined ? 'https' : 'http', url);
}

function bucketPlace(kind: 's3' | 'oss', scheme: string, url: URL): BucketPlace {
  const bucket = url.pathname.slice(1);
  if (url.host === '' || url.username === '' || url.password === '') {
    throw wrong('it needs key, secret and endpoint, as in s3://key:secret@endpoint/bucket');
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) throw wrong('it names no bucket');
  const asked = url.searchParams;
  const unknown = [...asked.keys()].find((name) => !KNOWN.has(name));
  if (unknown !== undefined) throw wrong(`it has no use for ${unknown}`);
  const region = asked.get('region') ?? '';
  if (!/^[a-z0-9-]{1,40}$/.test(region)) throw wrong('it needs a region, such as region=eu-west-1');
  const upload = choice(asked, 'upload', ['post', 'put']);
  if (kind === 'oss' && upload === 'put') throw wrong('upload=put is for s3 alone');
  if (kind === 's3' && asked.has('callback')) throw wrong('callback is for oss alone');
  return {
    kind,
    endpoint: `${scheme}://${url.host}`,
    bucket,
    keys: { accessKey: plainText(url.username), secret: plainText(url.password), region },
    style: choice(asked, 'style', kind === 'oss' ? ['host', 'path'] : ['path', 'host']),
    upload,
    publicUrl: webUrl(asked, 'public'),
    callback: webUrl(asked, 'callback'),
  };
}

function plainText(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Its own words would repeat the secret.
    throw wrong('its key or secret has a % that is not %25');
  }
}

function choice<T extends string>(asked: URLSearchParams, name: string, all: readonly T[]): T {
  const given = asked.get(name) ?? all[0];
  const chosen = all.find((one) => one === given);
  if (chosen === undefined) throw wrong(`${name} is none of ${all.join(', ')}`);
  return chosen;
}

function webUrl(asked: URLSearchParams, name: string): string | null {
  const text = asked.get(name);
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url && isWeb && url.username === '' && url.search === '' && url.hash === '') {
    return url.href.replace(/\/+$/, '');
  }
  throw wrong(`${name} is no plain URL of http or https`);
}

function wrong(why: string): AppError {
  return new AppError('media-url-invalid', why);
}
