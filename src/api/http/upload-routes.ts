import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { AppError } from '../../kernel/index.ts';
import {
  BYTES_MAX,
  CALLBACK_PATH,
  PICTURE_TYPES,
  type PictureType,
  PURPOSES,
  type Purpose,
} from '../../media/index.ts';
import { checkedBy, strictly } from '../../shapes/index.ts';
import { refused, refusals } from './answer-shapes.ts';
import type { HttpParts } from './http-parts.ts';
import { jsonIn, readRawJsonOnly } from './json-bodies.ts';
import type { CountFailure } from './rate-limits.ts';
import { readyUploadShape, ticketShape } from './upload-shapes.ts';

const words = <T extends string>(all: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: [...all], description: `one of ${all.join(', ')}` });

const draftBody = strictly(
  Type.Object(
    {
      purpose: words<Purpose>(PURPOSES),
      contentType: words<PictureType>(PICTURE_TYPES),
      size: Type.Integer({
        minimum: 1,
        maximum: BYTES_MAX,
        description: 'the bytes of the file, exactly; a logo may have 1 MiB, others 5 MiB',
      }),
    },
    {
      description: 'what shall be uploaded { purpose, contentType, size }',
      examples: [{ purpose: 'goods', contentType: 'image/jpeg', size: 48_213 }],
    },
  ),
);

const params = strictly(
  Type.Object({ ticketId: Type.String({ description: 'what POST /v1/uploads answered' }) }),
);
const nothing = strictly(Type.Object({}, { description: 'an empty object', examples: [{}] }));

const SECRET_HEADER = 'holdfast-upload-secret';
const CALLBACK_MAX = 16 * 1024;
/** A name says what is in it, so it never becomes something else. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/** Pictures, from a browser straight to where they are kept. */
export async function uploadRoutes(
  app: FastifyInstance,
  parts: HttpParts,
  countFailure: CountFailure,
): Promise<void> {
  ticketRoutes(app, parts);
  await app.register(async (scope) => contentRoute(scope, parts, countFailure));
  await app.register(async (scope) => callbackRoute(scope, parts, countFailure));
  pictureRoute(app, parts);
}

function ticketRoutes(app: FastifyInstance, { uploads }: HttpParts): void {
  app.post<{ Body: Static<typeof draftBody> }>(
    '/v1/uploads',
    {
      config: { open: ['operator'] },
      schema: {
        tags: ['media'],
        operationId: 'beginUpload',
        summary: 'A ticket for one picture, and how a browser hands it over',
        body: draftBody,
        response: { 201: ticketShape, ...refusals(413, 415) },
      },
    },
    async ({ body }, reply) => await reply.code(201).send(await uploads.begin(body)),
  );
  app.post<{ Params: Static<typeof params> }>(
    '/v1/uploads/:ticketId/complete',
    {
      config: { open: 'everybody' },
      schema: {
        tags: ['media'],
        operationId: 'completeUpload',
        summary: 'Look whether the picture has come, and show it if it may be shown',
        description:
          'Whoever knows the ticket may say that it is time to look. What is believed is what ' +
          'the object store answers to us, and what the bytes are. The same answer every time.',
        params,
        body: nothing,
        response: { 200: readyUploadShape, ...refused(400, 404, 409, 413, 414, 415, 429, 503) },
      },
    },
    async ({ params: { ticketId } }) => await uploads.complete(ticketId),
  );
}

/** Where this server is the object store: the file itself, let in by the secret of its ticket. */
function contentRoute(
  scope: FastifyInstance,
  { uploads }: HttpParts,
  countFailure: CountFailure,
): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser<Buffer>(
    [...PICTURE_TYPES],
    { parseAs: 'buffer', bodyLimit: BYTES_MAX },
    (_request, body, done) => done(null, body),
  );
  const admitted = async ({ headers, params: asked }: FastifyRequest) => {
    const { ticketId } = asked as Static<typeof params>;
    const secret = String(headers[SECRET_HEADER] ?? '');
    return await uploads.admit(ticketId, secret, headers['content-type'] ?? '');
  };
  scope.put<{ Params: Static<typeof params>; Body: Buffer | null }>(
    '/v1/uploads/:ticketId/content',
    {
      config: { open: 'signed' },
      bodyLimit: BYTES_MAX,
      schema: { hide: true },
      // A stranger's bytes are not even read.
      onRequest: async (request) => {
        try {
          await admitted(request);
        } catch (error) {
          if (error instanceof AppError && error.code === 'unauthorized') {
            await countFailure(request);
          }
          throw error;
        }
      },
    },
    async (request, reply) => {
      const { body } = request;
      if (!body) throw new AppError('invalid-input', 'there is no file in the body');
      await uploads.take(await admitted(request), body);
      return await reply.code(204).send();
    },
  );
}

const said = checkedBy(
  Type.Object({ bucket: Type.String(), object: Type.String(), ticket: Type.String() }),
);

function callbackRoute(
  scope: FastifyInstance,
  { uploads }: HttpParts,
  countFailure: CountFailure,
): void {
  readRawJsonOnly(scope);
  scope.post<{ Body: Buffer | null }>(
    CALLBACK_PATH,
    { config: { open: 'signed' }, bodyLimit: CALLBACK_MAX, schema: { hide: true } },
    async (request) => {
      const { authorization, 'x-oss-pub-key-url': keyUrl } = request.headers;
      const body = request.body ?? Buffer.alloc(0);
      const isFromOss = await uploads.isFromOss({
        target: request.raw.url ?? '',
        body,
        authorization,
        keyUrl: keyUrl === undefined ? undefined : String(keyUrl),
      });
      if (!isFromOss) {
        await countFailure(request);
        throw new AppError('unauthorized', 'this is not signed as OSS signs its callbacks');
      }
      return await uploads.told(said(jsonIn(body)));
    },
  );
}

function pictureRoute(app: FastifyInstance, { uploads }: HttpParts): void {
  app.get<{ Params: { name: string } }>(
    '/media/:name',
    { config: { open: 'everybody' }, schema: { hide: true } },
    async ({ params: { name } }, reply) => {
      const found = await uploads.shown(name);
      if (!found) throw new AppError('unknown-picture', 'there is no such picture here');
      return await reply
        .header('cache-control', FOR_EVER)
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('cross-origin-resource-policy', 'cross-origin') // pages of the shop show it
        .type(found.type)
        .send(found.bytes);
    },
  );
}
