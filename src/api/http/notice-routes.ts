import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { AppError } from '../../kernel/index.ts';
import type { Database } from '../../mysql/index.ts';
import {
  listNotices,
  NOTICE_STATES,
  type NoticeDetails,
  type NoticeState,
  readNotice,
  replayNotice,
} from '../../notices/index.ts';
import {
  beforeField,
  limitField,
  noticeIdField,
  strictly,
  subjectField,
} from '../../shapes/index.ts';
import { noticePageShape, noticeShape, refusals } from './answer-shapes.ts';
import type { HttpParts } from './http-parts.ts';
import { emptyBody } from './hold-routes.ts';

const noticeParams = strictly(Type.Object({ noticeId: noticeIdField }));
const listQuery = strictly(
  Type.Object({
    state: Type.Optional(
      Type.Unsafe<NoticeState>({
        type: 'string',
        enum: [...NOTICE_STATES],
        description: `one of ${NOTICE_STATES.join(', ')}`,
      }),
    ),
    subject: Type.Optional(subjectField),
    limit: Type.Optional(limitField),
    before: Type.Optional(beforeField),
  }),
);

type NoticeParams = Static<typeof noticeParams>;

const PAGE = 100;
const tags = ['notices'];

/** What the receiver of notices was told, and telling it again. */
export function noticeRoutes(app: FastifyInstance, { database }: HttpParts): void {
  app.get<{ Querystring: Static<typeof listQuery> }>(
    '/v1/notices',
    {
      config: { open: ['viewer'] },
      schema: {
        tags,
        operationId: 'listNotices',
        summary: 'What the receiver is told, newest first',
        querystring: listQuery,
        response: { 200: noticePageShape, ...refusals() },
      },
    },
    async ({ query }) => await listNotices(database, { limit: PAGE, ...query }),
  );
  app.get<{ Params: NoticeParams }>(
    '/v1/notices/:noticeId',
    {
      config: { open: ['viewer'] },
      schema: {
        tags,
        operationId: 'readNotice',
        summary: 'One notice with its delivery log',
        params: noticeParams,
        response: { 200: noticeShape, ...refusals(404, 414) },
      },
    },
    async ({ params }) => await noticeOf(database, params.noticeId),
  );
  app.post<{ Params: NoticeParams }>(
    '/v1/notices/:noticeId/replay',
    {
      config: { open: ['operator'] },
      schema: {
        tags,
        operationId: 'replayNotice',
        summary: 'Deliver a notice again, whatever became of it before',
        params: noticeParams,
        body: emptyBody,
        response: { 200: noticeShape, ...refusals(404, 413, 414, 415) },
      },
    },
    async ({ params }) => {
      await replayNotice(database, params.noticeId);
      return await noticeOf(database, params.noticeId);
    },
  );
}

async function noticeOf(database: Database, id: number): Promise<NoticeDetails> {
  const notice = await readNotice(database, id);
  if (notice) return notice;
  throw new AppError('unknown-notice', `there is no notice ${id}`);
}
