import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { type Act, beginAct, endAct } from '../../acts/index.ts';
import { codeOf, randomName } from '../../kernel/index.ts';
import { countNotices, replayNotices } from '../../notices/index.ts';
import { replayJobOf } from '../../queues/index.ts';
import {
  type DeadLetterRow,
  listDeadLetters,
  markReplayed,
  type OrderOutcome,
} from '../../saga/index.ts';
import { orderIdField, reasonField, strictly } from '../../shapes/index.ts';
import { actAnswerShape, refusals } from './answer-shapes.ts';
import { type HttpParts, VIA } from './http-parts.ts';
import { refusal } from './place-order.ts';
import { sendProblem } from './problems.ts';

const dryRun = Type.Optional(
  Type.Boolean({ description: 'true to count only, and change nothing' }),
);
const actBody = Type.Union(
  [
    strictly(
      Type.Object({
        act: Type.Literal('cancel-order'),
        orderId: orderIdField,
        reason: reasonField,
      }),
    ),
    strictly(
      Type.Object({
        act: Type.Literal('replay-letters'),
        code: Type.String({ pattern: '^[a-z0-9-]{1,32}$', description: 'the code they have' }),
        reason: reasonField,
        dryRun,
      }),
    ),
    strictly(Type.Object({ act: Type.Literal('replay-notices'), reason: reasonField, dryRun })),
  ],
  {
    description: 'an act { act, reason, .. }',
    examples: [{ act: 'cancel-order', orderId: 'A-1001', reason: 'the buyer called' }],
  },
);
type ActBody = Static<typeof actBody>;

/** What an act came to: how many things it was done to, and what became of the order. */
interface Done {
  readonly count: number;
  readonly skipped?: number;
  readonly result: string;
  readonly refused?: OrderOutcome;
}

const LETTERS_PAGE = 500;

/** What people do from the console: each with a reason, and none without a trace. */
export function consoleActs(app: FastifyInstance, parts: HttpParts): void {
  app.post<{ Body: ActBody }>(
    '/v1/console/acts',
    {
      config: { open: ['operator'] },
      schema: {
        tags: ['console'],
        operationId: 'act',
        summary: 'Do something that leaves a trace: who, what, when and why',
        body: actBody,
        response: { 200: actAnswerShape, ...refusals(409, 413, 415) },
      },
    },
    async ({ body, caller }, reply) => {
      const { refused, ...done } = await traced(parts, body, `token ${caller?.slice(0, 8)}`);
      if (refused) return await sendProblem(reply, refusal(refused));
      return await reply.send(done);
    },
  );
}

/** The trace stands before the act does, and says afterwards what came of it. */
async function traced(parts: HttpParts, body: ActBody, actor: string): Promise<Done> {
  if ('dryRun' in body && body.dryRun) return await carryOut(parts, body);
  const { database, logger } = parts;
  const key = randomName(16);
  const act: Act = { act: body.act, subject: subjectOf(body), actor, reason: body.reason };
  await beginAct(database, act, key);
  try {
    const done = await carryOut(parts, body);
    await endAct(database, key, done.result);
    logger.info('somebody acted', { ...act, result: done.result });
    return done;
  } catch (error) {
    await endAct(database, key, `failed: ${codeOf(error)}`);
    throw error;
  }
}

function subjectOf(body: ActBody): string {
  switch (body.act) {
    case 'cancel-order':
      return `order:${body.orderId}`;
    case 'replay-letters':
      return `letters:${body.code}`;
    case 'replay-notices':
      return 'notices:dead';
  }
}

async function carryOut(parts: HttpParts, body: ActBody): Promise<Done> {
  switch (body.act) {
    case 'cancel-order':
      return await cancelOrder(parts, body.orderId);
    case 'replay-letters':
      return await replayLetters(parts, body.code, body.dryRun === true);
    case 'replay-notices':
      return await replayDead(parts, body.dryRun === true);
  }
}

async function cancelOrder({ saga }: HttpParts, orderId: string): Promise<Done> {
  const outcome = (await saga.advance({ kind: 'cancel', orderId, via: VIA })) as OrderOutcome;
  if (outcome.change !== 'refused') return { count: 1, result: outcome.state ?? 'unknown' };
  return { count: 0, result: `refused: ${outcome.code}`, refused: outcome };
}

async function replayDead({ database }: HttpParts, dry: boolean): Promise<Done> {
  const filter = { state: 'dead' } as const;
  const count = dry ? await countNotices(database, filter) : await replayNotices(database, filter);
  return { count, result: `${count} to be delivered again` };
}

async function replayLetters(parts: HttpParts, code: string, dry: boolean): Promise<Done> {
  let count = 0;
  let skipped = 0;
  let before: number | undefined;
  do {
    const from = before === undefined ? {} : { before };
    const filter = { limit: LETTERS_PAGE, code, waiting: true, ...from };
    const rows = await listDeadLetters(parts.database, filter);
    for (const row of rows) {
      if (await replayLetter(parts, row, dry)) count += 1;
      else skipped += 1;
    }
    before = rows.length === LETTERS_PAGE ? rows.at(-1)?.id : undefined;
  } while (before !== undefined);
  return { count, skipped, result: `${count} sent again, ${skipped} have no queue to go to` };
}

/** Sent first and marked after: a crash in between sends it once more, which changes nothing. */
async function replayLetter(
  { database, enqueue }: HttpParts,
  { id, source, payload }: DeadLetterRow,
  dry: boolean,
): Promise<boolean> {
  const job = replayJobOf({ source, payload: JSON.parse(payload) as unknown });
  if (!job) return false;
  if (dry) return true;
  await enqueue(job.queue, [job.payload]);
  await markReplayed(database, id);
  return true;
}
