import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { type Act, beginAct, endAct } from '../../acts/index.ts';
import { AppError, codeOf, randomName } from '../../kernel/index.ts';
import { countNotices, replayNotices } from '../../notices/index.ts';
import { type ReplayJob, replayJobOf } from '../../queues/index.ts';
import {
  type DeadLetterRow,
  listDeadLetters,
  markReplayed,
  readDeadLetter,
  type OrderOutcome,
  type ReplayNote,
  type SagaEvent,
} from '../../saga/index.ts';
import {
  holdSecondsField,
  orderIdField,
  paymentIdField,
  reasonField,
  strictly,
} from '../../shapes/index.ts';
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
        act: Type.Literal('extend-hold'),
        orderId: orderIdField,
        seconds: holdSecondsField,
        reason: reasonField,
      }),
    ),
    strictly(
      Type.Object({
        act: Type.Literal('mark-refunded'),
        orderId: orderIdField,
        paymentId: paymentIdField,
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
    strictly(
      Type.Object({
        act: Type.Literal('replay-letter'),
        letterId: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
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
  readonly left?: number;
  readonly result: string;
  readonly refused?: OrderOutcome;
}

const LETTERS_PAGE = 500;
const LETTERS_AT_ONCE = 200;

/** Who does it and why; null when it is only counted. */
type Dry = ReplayNote | null;

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
        response: { 200: actAnswerShape, ...refusals(404, 409, 413, 415) },
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
  if ('dryRun' in body && body.dryRun) return await carryOut(parts, body, null);
  const { database, logger } = parts;
  const key = randomName(16);
  const act: Act = { act: body.act, subject: subjectOf(body), actor, reason: body.reason };
  await beginAct(database, act, key);
  try {
    const done = await carryOut(parts, body, { actor, reason: body.reason });
    await endAct(database, key, done.result);
    logger.info('somebody acted', { ...act, result: done.result });
    return done;
  } catch (error) {
    await endAct(database, key, `failed: ${codeOf(error)}`);
    throw error;
  } finally {
    parts.ops.overview.acted();
  }
}

function subjectOf(body: ActBody): string {
  switch (body.act) {
    case 'cancel-order':
    case 'extend-hold':
    case 'mark-refunded':
      return `order:${body.orderId}`;
    case 'replay-letter':
      return `letter:${body.letterId}`;
    case 'replay-letters':
      return `letters:${body.code}`;
    case 'replay-notices':
      return 'notices:dead';
  }
}

async function carryOut(parts: HttpParts, body: ActBody, note: Dry): Promise<Done> {
  switch (body.act) {
    case 'cancel-order':
      return await advance(parts, { kind: 'cancel', orderId: body.orderId, via: VIA });
    case 'extend-hold': {
      const { orderId, seconds } = body;
      return await advance(parts, { kind: 'extend', orderId, seconds, via: VIA });
    }
    case 'mark-refunded': {
      const { orderId, paymentId, reason } = body;
      const actor = note?.actor ?? 'console';
      const event = { kind: 'refunded', orderId, paymentId, actor, reason, via: VIA } as const;
      return await advance(parts, event);
    }
    case 'replay-letter':
      return await replayLetter(parts, body.letterId, note);
    case 'replay-letters':
      return await replayLetters(parts, body.code, note);
    case 'replay-notices':
      return await replayDead(parts, note === null);
  }
}

async function advance({ saga }: HttpParts, event: SagaEvent): Promise<Done> {
  const outcome = (await saga.advance(event)) as OrderOutcome;
  if (outcome.change !== 'refused') return { count: 1, result: outcome.state ?? 'unknown' };
  return { count: 0, result: `refused: ${outcome.code}`, refused: outcome };
}

async function replayDead({ database }: HttpParts, dry: boolean): Promise<Done> {
  const filter = { state: 'dead' } as const;
  const count = dry ? await countNotices(database, filter) : await replayNotices(database, filter);
  return { count, result: `${count} to be delivered again` };
}

async function replayLetter(parts: HttpParts, id: number, note: Dry): Promise<Done> {
  const row = await readDeadLetter(parts.database, id);
  if (!row) throw new AppError('unknown-dead-letter', `there is no dead letter ${id}`);
  const job = replayJobOf({ source: row.source, payload: JSON.parse(row.payload) as unknown });
  if (!job) {
    const detail = 'it came by no queue, or its payload was cut; do by hand what it asks for';
    throw new AppError('not-replayable', `dead letter ${id}: ${detail}`);
  }
  // Two people may look at the same page.
  if (row.replayedAt !== null) return { count: 0, result: 'somebody sent it again already' };
  if (note === null) return { count: 1, result: `would go to the queue ${job.queue}` };
  await sendAgain(parts, row, job, note);
  return { count: 1, result: `sent to the queue ${job.queue} again` };
}

/** Some at a time: a cause that was not mended after all must not flood the queues. */
async function replayLetters(parts: HttpParts, code: string, dry: Dry): Promise<Done> {
  let count = 0;
  let skipped = 0;
  let left = 0;
  let before: number | undefined;
  do {
    const from = before === undefined ? {} : { before };
    const filter = { limit: LETTERS_PAGE, code, waiting: true, ...from };
    const rows = await listDeadLetters(parts.database, filter);
    for (const row of rows) {
      const job = replayJobOf({ source: row.source, payload: JSON.parse(row.payload) as unknown });
      if (!job) skipped += 1;
      else if (dry === null) count += 1;
      else if (count === LETTERS_AT_ONCE) left += 1;
      else {
        await sendAgain(parts, row, job, dry);
        count += 1;
      }
    }
    before = rows.length === LETTERS_PAGE ? rows.at(-1)?.id : undefined;
  } while (before !== undefined);
  const result = `${count} sent again, ${left} left, ${skipped} have no queue to go to`;
  return { count, skipped, left, result };
}

/** Sent first and marked after: a crash in between sends it once more, which changes nothing. */
async function sendAgain(
  { database, enqueue }: HttpParts,
  letter: DeadLetterRow,
  { queue, payload }: ReplayJob,
  note: ReplayNote,
): Promise<void> {
  await enqueue(queue, [payload]);
  await markReplayed(database, letter, note);
}
