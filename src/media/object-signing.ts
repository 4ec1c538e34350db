import { createHash, createHmac } from 'node:crypto';
import { databaseTimeOf, isoOf } from '../kernel/index.ts';

/** Who we are to an object store. */
export interface ObjectKeys {
  readonly accessKey: string;
  readonly secret: string;
  readonly region: string;
}

interface Dialect {
  readonly algorithm: string;
  readonly before: string;
  readonly service: string;
  readonly end: string;
  readonly names: string;
  readonly algorithmField: string;
}

/** The two speak the same scheme with other words. */
export const DIALECTS = {
  s3: {
    algorithm: 'AWS4-HMAC-SHA256',
    before: 'AWS4',
    service: 's3',
    end: 'aws4_request',
    names: 'x-amz-',
    algorithmField: 'x-amz-algorithm',
  },
  oss: {
    algorithm: 'OSS4-HMAC-SHA256',
    before: 'aliyun_v4',
    service: 'oss',
    end: 'aliyun_v4_request',
    names: 'x-oss-',
    algorithmField: 'x-oss-signature-version',
  },
} as const satisfies Readonly<Record<string, Dialect>>;

export type DialectName = keyof typeof DIALECTS;

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Signs a text for one day, one region and one service. */
function sign(dialect: Dialect, keys: ObjectKeys, day: string, text: string): string {
  const ofDay = hmac(dialect.before + keys.secret, day);
  const ofService = hmac(hmac(ofDay, keys.region), dialect.service);
  return hmac(hmac(ofService, dialect.end), text).toString('hex');
}

/** `20261120T100000Z` */
export function stampOf(wallMs: number): string {
  return isoOf(databaseTimeOf(wallMs)).replaceAll(/[-:]|\.\d+/g, '');
}

function scopeOf(dialect: Dialect, { region }: ObjectKeys, stamp: string): string {
  return `${stamp.slice(0, 8)}/${region}/${dialect.service}/${dialect.end}`;
}

export interface FormWishes {
  readonly bucket: string;
  readonly key: string;
  readonly contentType: string;
  readonly size: number;
  readonly wallMs: number;
  readonly lifeMs: number;
  /** Further fields that the browser must send just so. */
  readonly more?: Readonly<Record<string, string>>;
}

/** The fields of a form with which a browser may put this one object, of just this size. */
export function postForm(
  name: DialectName,
  keys: ObjectKeys,
  { bucket, key, contentType, size, wallMs, lifeMs, more = {} }: FormWishes,
): Readonly<Record<string, string>> {
  const dialect = DIALECTS[name];
  const stamp = stampOf(wallMs);
  const free = { key, 'Content-Type': contentType, success_action_status: '200', ...more };
  const own = {
    [dialect.algorithmField]: dialect.algorithm,
    [`${dialect.names}credential`]: `${keys.accessKey}/${scopeOf(dialect, keys, stamp)}`,
    [`${dialect.names}date`]: stamp,
  };
  const conditions = [
    { bucket },
    ['content-length-range', size, size],
    // What is not bound here, whoever has the form may change.
    ...Object.entries(free).map(([field, value]) => ['eq', `$${conditionName(field)}`, value]),
    ...Object.entries(own).map(([field, value]) => ({ [field]: value })),
  ];
  const expiration = isoOf(databaseTimeOf(wallMs + lifeMs));
  const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
  const signature = signPolicy(name, keys, stamp.slice(0, 8), policy);
  return { ...free, ...own, policy, [`${dialect.names}signature`]: signature };
}

export function signPolicy(
  name: DialectName,
  keys: ObjectKeys,
  day: string,
  policy: string,
): string {
  return sign(DIALECTS[name], keys, day, policy);
}

function conditionName(field: string): string {
  return field === 'Content-Type' ? 'content-type' : field;
}

export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly wallMs: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A URL of S3 that carries its own proof; the headers named are part of it. */
export function presignedUrl(keys: ObjectKeys, lifeSeconds: number, asked: Asked): URL {
  const { method, url, wallMs, headers = {} } = asked;
  const stamp = stampOf(wallMs);
  const signed: Readonly<Record<string, string>> = { host: url.host, ...headers };
  const names = Object.keys(signed).toSorted();
  const scope = scopeOf(DIALECTS.s3, keys, stamp);
  const query = queryText([
    ['X-Amz-Algorithm', DIALECTS.s3.algorithm],
    ['X-Amz-Credential', `${keys.accessKey}/${scope}`],
    ['X-Amz-Date', stamp],
    ['X-Amz-Expires', String(lifeSeconds)],
    ['X-Amz-SignedHeaders', names.join(';')],
  ]);
  const canonical = [
    method,
    pathText(url),
    query,
    ...names.map((name) => `${name}:${signed[name]}`),
    '',
    names.join(';'),
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const text = [DIALECTS.s3.algorithm, stamp, scope, sha256(canonical)].join('\n');
  const signature = sign(DIALECTS.s3, keys, stamp.slice(0, 8), text);
  const answer = new URL(url);
  answer.search = `${query}&X-Amz-Signature=${signature}`;
  return answer;
}

export interface AskedOfOss extends Asked {
  /** `/bucket/key`: in the address the bucket is part of the host. */
  readonly resource: string;
}

/** The headers with which OSS takes a request for one of ours. */
export function ossHeaders(
  keys: ObjectKeys,
  { method, url, wallMs, headers = {}, resource }: AskedOfOss,
): Readonly<Record<string, string>> {
  const stamp = stampOf(wallMs);
  const scope = scopeOf(DIALECTS.oss, keys, stamp);
  const all: Readonly<Record<string, string>> = {
    ...headers,
    'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
    'x-oss-date': stamp,
  };
  const names = Object.keys(all)
    .filter((name) => name.startsWith('x-oss-') || /^content-(?:type|md5)$/.test(name))
    .toSorted();
  const canonical = [
    method,
    resource.split('/').map(encoded).join('/'),
    queryText([...url.searchParams]),
    ...names.map((name) => `${name}:${all[name]}`),
    '',
    '',
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const { algorithm } = DIALECTS.oss;
  const text = [algorithm, stamp, scope, sha256(canonical)].join('\n');
  const signature = sign(DIALECTS.oss, keys, stamp.slice(0, 8), text);
  const credential = `Credential=${keys.accessKey}/${scope}`;
  return { ...all, authorization: `${algorithm} ${credential},Signature=${signature}` };
}

function queryText(pairs: readonly (readonly [string, string])[]): string {
  return pairs
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&');
}

function pathText(url: URL): string {
  return url.pathname
    .split('/')
    .map((part) => encoded(decodeURIComponent(part)))
    .join('/');
}

function encoded(text: string): string {
  const hex = (one: string) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, hex);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
