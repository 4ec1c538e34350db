import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../kernel/index.ts';
import { handlingFault } from '../../shapes/index.ts';

/** UTF-8 is what JSON is; whoever says that it is something else would be misread. */
const JSON_TYPE = /^application\/json[\t ]*(?:;[\t ]*charset="?utf-8"?[\t ]*)?$/i;
/** Far from what the stack holds; what is kept is bounded where it is kept. */
const LEVELS = 200;

/** JSON is all that is read here; other kinds of body are refused before a route sees them. */
export function readJsonOnly(app: FastifyInstance): void {
  readOnly(app, (body) => (body.length === 0 ? null : jsonIn(body)));
}

/** Where a signature is over the bytes, they come to the route as they are. */
export function readRawJsonOnly(app: FastifyInstance): void {
  readOnly(app, (body) => body);
}

function readOnly(app: FastifyInstance, read: (body: Buffer) => unknown): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    ({ headers }, body, done) => {
      try {
        assertJsonType(headers);
        done(null, read(body));
      } catch (error) {
        done(error as Error);
      }
    },
  );
}

function assertJsonType(headers: IncomingHttpHeaders): void {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  if (!JSON_TYPE.test(type)) {
    throw new AppError('unsupported-media-type', 'send application/json, in UTF-8');
  }
  if (encoding.toLowerCase() !== 'identity') {
    throw new AppError('unsupported-media-type', 'send the body without a content-encoding');
  }
}

/** The value of a body. What is wrong is said without a word of the body itself. */
export function jsonIn(body: Buffer): unknown {
  if (!isUtf8(body)) throw new AppError('invalid-input', 'the body is not UTF-8');
  const value = parsed(body.toString('utf8'));
  const fault = handlingFault(value, LEVELS);
  if (fault) throw new AppError('invalid-input', `the body has ${fault}`, { details: { fault } });
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The words of the parser quote the body.
    throw new AppError('invalid-input', 'the body is not JSON');
  }
}
