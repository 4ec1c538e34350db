import { Type } from 'typebox';

/**
 * The fields that every door shares: queue payloads, the command line, later HTTP. The
 * description of each is the "allowed" part of its error message.
 */
const ID_PATTERN = '^[A-Za-z0-9._-]{1,64}$';
const id = () =>
  Type.String({ pattern: ID_PATTERN, description: '1 to 64 characters of A-Z a-z 0-9 . _ -' });

export const orderIdField = id();
export const paymentIdField = id();
export const buyerIdField = id();

export const goodsIdField = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'a whole number from 1 to 9007199254740991',
});

export const quantityField = Type.Integer({
  minimum: 1,
  maximum: 1_000_000,
  description: 'a whole number from 1 to 1000000',
});

export const holdSecondsField = Type.Integer({
  minimum: 1,
  maximum: 604_800,
  description: 'a whole number of seconds from 1 to 604800',
});

export const payingSecondsField = Type.Integer({
  minimum: 1,
  maximum: 3600,
  description: 'a whole number of seconds from 1 to 3600',
});

export const amountField = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'a whole number of minor units (cents) from 0 to 9007199254740991',
});

export const currencyField = Type.String({
  pattern: '^[A-Z]{3}$',
  description: 'three capital letters, such as EUR',
});

export const availableField = Type.Integer({
  minimum: 0,
  maximum: 1_000_000_000_000,
  description: 'a whole number from 0 to 1000000000000',
});

export const deltaField = Type.Integer({
  minimum: -1_000_000_000_000,
  maximum: 1_000_000_000_000,
  not: { const: 0 },
  description: 'a whole number other than 0, up to 1000000000000 either way',
});

export const versionField = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'a whole number from 0 to 9007199254740991',
});

export const reasonField = Type.String({
  minLength: 1,
  maxLength: 200,
  description: '1 to 200 characters',
});

export const actorField = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'who did it, 1 to 64 characters',
});

export const idempotencyKeyField = id();

/** How much of a list one page may hold. */
export const limitField = Type.Integer({
  minimum: 1,
  maximum: 5000,
  description: 'a whole number from 1 to 5000',
});

/** Where a page of a list begins. */
export const beforeField = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'what the page before named as next',
});

export const noticeIdField = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'the number of a notice',
});

/** What a notice is about. */
export const subjectField = Type.String({
  pattern: '^(?:order:[A-Za-z0-9._-]{1,64}|goods:[1-9]\\d{0,15})$',
  description: 'order:ORDER or goods:GOODS',
});
