import type { AppError } from '../../kernel/index.ts';

interface BadField {
  readonly field: string;
  readonly value: string;
  readonly allowed: string;
}

/** Texts that name things, not people; what else is text may be anything. */
const NAMES = /(?:^|\.)(?:orderId|paymentId|idempotency-?key|currency|state|wait)$/i;
const PERSONAL = /\bbuyerId\b|\bmetadata\b/;
const LIKE_A_NUMBER = /^"[-+]?[\d.]{1,20}(?:e[-+]?\d{1,4})?"$/i;
const UNKNOWN_FIELD = 'no field of this name';
const NAME_MAX = 80;

/**
 * What an error may tell of what was sent: numbers and names, so that a caller sees the mistake,
 * but nothing of a person, of a field that we do not know, or of a whole object.
 */
export function discreet({ message, details }: AppError): [string, Record<string, unknown>] {
  const { problems } = details as { problems?: readonly BadField[] };
  if (!problems) return [message, { ...details }];
  const told = problems.map(({ field, value, allowed }) => ({
    field: field.length > NAME_MAX ? `${field.slice(0, NAME_MAX)}...` : field,
    value: discreetValue(field, value, allowed),
    allowed,
  }));
  const sentences = told.map((one) => `${one.field} is ${one.value}, allowed is ${one.allowed}`);
  return [sentences.join('; '), { ...details, problems: told }];
}

function discreetValue(field: string, value: string, allowed: string): string {
  if (value.startsWith('{')) return 'an object';
  if (value.startsWith('[')) return 'a list';
  const isOurs = allowed !== UNKNOWN_FIELD && !PERSONAL.test(field);
  if (!value.startsWith('"')) return isOurs || !/\d/.test(value) ? value : 'a number';
  return isOurs && (NAMES.test(field) || LIKE_A_NUMBER.test(value)) ? value : 'some text';
}
