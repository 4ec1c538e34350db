import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { isoOf } from '../../kernel/index.ts';
import { type AuditReport, audit, listDeadLetters } from '../../saga/index.ts';
import { beforeField, limitField, strictly } from '../../shapes/index.ts';
import { auditShape, deadLetterPageShape, refusals } from './answer-shapes.ts';
import type { HttpParts } from './http-parts.ts';

const letterQuery = strictly(
  Type.Object({ limit: Type.Optional(limitField), before: Type.Optional(beforeField) }),
);
const PAGE = 100;

/** The books recounted, and what could not be entered into them. */
export function bookRoutes(app: FastifyInstance, { database, ops }: HttpParts): void {
  let running: Promise<AuditReport> | null = null;
  const recount = async (): Promise<AuditReport> => {
    const report = await audit(database);
    ops.auditSeen(report);
    return report;
  };
  app.get(
    '/v1/audit',
    {
      config: { open: ['viewer'] },
      schema: {
        tags: ['books'],
        operationId: 'audit',
        summary: 'Recount every balance from the ledger and from the orders',
        response: { 200: auditShape, ...refusals() },
      },
    },
    // It reads everything there is: those who ask while one runs get the answer of that one.
    async () => {
      running ??= recount().finally(() => {
        running = null;
      });
      return await running;
    },
  );
  app.get<{ Querystring: Static<typeof letterQuery> }>(
    '/v1/dead-letters',
    {
      config: { open: ['viewer'] },
      schema: {
        tags: ['books'],
        operationId: 'listDeadLetters',
        summary: 'What could not be done and needs a person, newest first',
        querystring: letterQuery,
        response: { 200: deadLetterPageShape, ...refusals() },
      },
    },
    async ({ query }) => {
      const limit = query.limit ?? PAGE;
      const rows = await listDeadLetters(database, { ...query, limit });
      return {
        // What they carry may be personal; the command line shows it to who may see the database.
        deadLetters: rows.map(({ payload: _payload, firstAt, lastAt, replayedAt, ...row }) => ({
          ...row,
          firstAt: isoOf(firstAt),
          lastAt: isoOf(lastAt),
          replayedAt: replayedAt === null ? null : isoOf(replayedAt),
        })),
        next: rows.length < limit ? null : (rows.at(-1)?.id ?? null),
      };
    },
  );
}
