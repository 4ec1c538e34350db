import { type TSchema, Type } from 'typebox';
import { NOTICE_STATES } from '../../notices/index.ts';
import { PAYMENT_STATES } from '../../payments/index.ts';
import { ORDER_STATES } from '../../orders/index.ts';

/** What the routes answer; OpenAPI is made of these, and nothing else gets out. */
const words = (values: readonly string[], description?: string) =>
  Type.Unsafe<string>({
    type: 'string',
    enum: [...values],
    ...(description ? { description } : {}),
  });

const orNull = (schema: TSchema) => Type.Union([schema, Type.Null()]);

const stateShape = words(ORDER_STATES);
const time = Type.String({ description: 'ISO 8601, UTC' });
const next = orNull(
  Type.Integer({ description: 'send it as before to get the next page; null after the last' }),
);

const overShape = Type.Boolean({
  description: 'its time is up; its goods are about to be released',
});

const lineShape = Type.Object({
  goodsId: Type.Integer(),
  quantity: Type.Integer(),
  cancelled: Type.Optional(Type.Integer({ description: 'units cancelled before it was paid' })),
  returned: Type.Optional(Type.Integer({ description: 'units that came back one by one' })),
});

const shortShape = Type.Array(
  Type.Object({
    goodsId: Type.Integer(),
    requested: Type.Integer(),
    available: Type.Integer(),
  }),
  { description: 'the lines that could not be met' },
);

/** Every refusal has this shape; routes point to it by its name. */
export const problemShape = Type.Object(
  {
    type: Type.String({ description: 'urn:holdfast:error: and the code' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'stable; docs/reference/errors.md lists them all' }),
    detail: Type.String({ description: 'for people' }),
    requestId: Type.Optional(Type.String({ description: 'the log knows the request by it' })),
    problems: Type.Optional(
      Type.Array(
        Type.Object({ field: Type.String(), value: Type.String(), allowed: Type.String() }),
        { description: 'the fields that are not valid' },
      ),
    ),
    orderId: Type.Optional(Type.String()),
    state: Type.Optional(Type.String()),
    short: Type.Optional(shortShape),
  },
  {
    $id: 'Problem',
    description: 'a refusal, as RFC 9457 has it',
    additionalProperties: true,
  },
);

export const orderAnswerShape = Type.Object(
  {
    orderId: Type.String(),
    state: stateShape,
    expiresAt: Type.Optional(time),
    reason: Type.Optional(Type.String()),
  },
  { description: 'how the order stands' },
);

const paymentStateShape = Type.Object({
  paymentId: Type.String(),
  state: words(PAYMENT_STATES),
  reason: Type.Optional(Type.String()),
});

const paymentFields = {
  ...paymentStateShape.properties,
  amount: Type.Optional(Type.Integer()),
  currency: Type.Optional(Type.String()),
  paidAt: Type.Optional(time),
  lines: Type.Optional(
    Type.Array(Type.Object({ goodsId: Type.Integer(), quantity: Type.Integer() }), {
      description: 'the units that it pays for; left out, all of its order',
    }),
  ),
  at: time,
};

export const paymentPageShape = Type.Object(
  {
    payments: Type.Array(Type.Object({ orderId: Type.String(), ...paymentFields })),
    next: orNull(
      Type.String({ description: 'send it as after to get the next page; null after the last' }),
    ),
  },
  { description: 'a page of payments' },
);

export const paymentAnswerShape = Type.Object(
  {
    orderId: Type.String(),
    state: Type.String(),
    payment: Type.Optional(paymentStateShape),
  },
  { description: 'how the order stands, and what became of the payment' },
);

/** One answer among several: what it would have been alone, with its status beside it. */
export const batchAnswerShape = Type.Object(
  {
    answers: Type.Array(
      Type.Object(
        { orderId: orNull(Type.String()), status: Type.Integer() },
        { additionalProperties: true },
      ),
    ),
  },
  { description: 'an answer for each, in the order asked' },
);

const summaryFields = {
  orderId: Type.String(),
  state: stateShape,
  lines: Type.Array(lineShape),
  placedAt: time,
  expiresAt: orNull(time),
  over: Type.Optional(overShape),
  reason: Type.Optional(Type.String()),
  buyerId: Type.Optional(Type.String()),
  amount: Type.Optional(Type.Integer()),
  currency: Type.Optional(Type.String()),
};

export const orderPageShape = Type.Object(
  {
    orders: Type.Array(Type.Object(summaryFields)),
    next,
  },
  { description: 'a page of orders' },
);

const open = Type.Object({}, { additionalProperties: true });

export const orderViewShape = Type.Object(
  {
    ...summaryFields,
    holdSeconds: Type.Integer(),
    short: Type.Optional(shortShape),
    metadata: Type.Optional(open),
    archived: Type.Optional(
      Type.Boolean({ description: 'its metadata and older history are not here any more' }),
    ),
    payments: Type.Array(Type.Object(paymentFields)),
    history: Type.Array(
      Type.Object({
        step: Type.Integer(),
        event: Type.String(),
        from: orNull(stateShape),
        to: stateShape,
        cause: Type.String({ description: 'the door it came through' }),
        attempt: Type.Integer(),
        detail: orNull(open),
        at: time,
      }),
    ),
  },
  { description: 'all there is to know of an order' },
);

export const stockShape = Type.Object(
  {
    goodsId: Type.Integer(),
    available: Type.Integer(),
    held: Type.Integer(),
    sold: Type.Integer(),
    received: Type.Integer(),
    version: Type.Integer({ description: 'how many movements there have been' }),
    safety: Type.Optional(Type.Integer({ description: 'units that orders never reserve' })),
    forSale: Type.Optional(Type.Integer({ description: 'what safety leaves for orders' })),
    lowAt: Type.Optional(Type.Integer({ description: 'told as low from so many for sale down' })),
    backAt: Type.Optional(Type.Integer({ description: 'told as back from so many for sale up' })),
  },
  { description: 'how many units there are, and where' },
);

export const keepingPageShape = Type.Object(
  {
    keepings: Type.Array(
      Type.Object({
        number: Type.Integer(),
        safety: Type.Integer(),
        thresholds: orNull(Type.Object({ lowAt: Type.Integer(), backAt: Type.Integer() })),
        actor: Type.String(),
        reason: Type.String(),
        at: time,
      }),
    ),
  },
  { description: 'who has changed how the stock is kept, newest first' },
);

export const movementPageShape = Type.Object(
  {
    movements: Type.Array(
      Type.Object({
        goodsId: Type.Integer(),
        version: Type.Integer(),
        kind: words(['restock', 'reserve', 'release', 'settle', 'return']),
        quantity: Type.Integer(),
        orderId: orNull(Type.String()),
        hold: orNull(Type.Integer()),
        fence: orNull(Type.String()),
        reason: orNull(Type.String()),
        at: time,
      }),
    ),
    next,
  },
  { description: 'a page of the ledger' },
);

export const holdPageShape = Type.Object(
  {
    holds: Type.Array(
      Type.Object({
        orderId: Type.String(),
        quantity: Type.Integer(),
        placedAt: time,
        expiresAt: time,
        over: Type.Optional(overShape),
      }),
    ),
    next,
  },
  { description: 'a page of holds' },
);

export const auditShape = Type.Object(
  {
    balanced: Type.Boolean(),
    checkedAt: time,
    goods: Type.Integer(),
    orders: Type.Integer(),
    movements: Type.Integer(),
    units: Type.Object({
      available: Type.Integer(),
      held: Type.Integer(),
      sold: Type.Integer(),
      received: Type.Integer(),
    }),
    differences: Type.Array(
      Type.Object({
        check: Type.String(),
        goodsId: Type.Optional(Type.Integer()),
        orderId: Type.Optional(Type.String()),
        expected: Type.Union([Type.Integer(), Type.String()]),
        found: Type.Union([Type.Integer(), Type.String()]),
        text: Type.String(),
      }),
    ),
    cut: Type.Boolean({ description: 'there are more differences than are listed' }),
  },
  { description: 'what the recount has found' },
);

export const deadLetterPageShape = Type.Object(
  {
    deadLetters: Type.Array(
      Type.Object({
        id: Type.Integer(),
        source: Type.String(),
        code: Type.String(),
        message: Type.String(),
        orderId: orNull(Type.String()),
        times: Type.Integer(),
        firstAt: time,
        lastAt: time,
        replayedAt: orNull(time),
        replayedBy: orNull(Type.String()),
        replayReason: orNull(Type.String()),
      }),
    ),
    next,
  },
  { description: 'a page of dead letters' },
);

export const stockPageShape = Type.Object(
  { stock: Type.Array(stockShape), next },
  { description: 'a page of goods' },
);

export const actPageShape = Type.Object(
  {
    acts: Type.Array(
      Type.Object({
        id: Type.Integer(),
        act: Type.String(),
        subject: Type.String(),
        actor: Type.String({ description: 'a name of the token; not the token' }),
        reason: Type.String(),
        result: orNull(Type.String()),
        at: time,
      }),
    ),
    next,
  },
  { description: 'a page of what people did' },
);

export const actAnswerShape = Type.Object(
  {
    count: Type.Integer({ description: 'how many it was done to, or would be' }),
    skipped: Type.Optional(Type.Integer({ description: 'how many it cannot be done to' })),
    left: Type.Optional(Type.Integer({ description: 'how many wait for the next time' })),
    result: Type.String(),
  },
  { description: 'what came of it' },
);

const REFUSED: Readonly<Record<number, string>> = {
  400: 'something in the request is not valid; each field is named',
  401: 'no known token, or a signature that is not right',
  403: 'the role of this token may not do this',
  404: 'there is no such thing',
  409: 'refused as things are; `code` says why, and the state is left as it was',
  413: 'the body is larger than 1 MiB',
  414: 'a part of the address is longer than any id',
  415: 'the body is not JSON in UTF-8, or is compressed',
  422: 'the Idempotency-Key was used with another body before',
  429: 'too many requests; wait as long as Retry-After says',
  503: 'this passes; wait as long as Retry-After says, and send it again',
};

const noticeFields = {
  id: Type.String(),
  kind: Type.String({ description: 'docs/reference/notices.md lists them' }),
  subject: Type.String({ description: 'order:<id> or goods:<id>' }),
  state: words(NOTICE_STATES),
  at: time,
  attempts: Type.Integer(),
  nextAt: orNull(time),
  deliveredAt: orNull(time),
  lastStatus: orNull(Type.Integer()),
  lastError: orNull(Type.String()),
  facts: open,
};

export const noticePageShape = Type.Object(
  {
    notices: Type.Array(Type.Object(noticeFields)),
    next,
  },
  { description: 'a page of notices' },
);

export const noticeShape = Type.Object(
  {
    ...noticeFields,
    log: Type.Array(
      Type.Object({
        number: Type.Integer(),
        at: time,
        status: orNull(Type.Integer()),
        error: orNull(Type.String()),
        ms: Type.Integer(),
      }),
      { description: 'the newest attempts, oldest first' },
    ),
  },
  { description: 'a notice with its delivery log' },
);

/** The refusals that every route with a token can answer, and those of this one. */
export function refusals(...statuses: readonly number[]): Record<number, object> {
  return refused(400, 401, 403, 429, 503, ...statuses);
}

export function refused(...statuses: readonly number[]): Record<number, object> {
  const all = statuses.toSorted((one, other) => one - other);
  const content = { 'application/problem+json': { schema: { $ref: 'Problem#' } } };
  return Object.fromEntries(
    all.map((status) => [status, { description: REFUSED[status], content }]),
  );
}
