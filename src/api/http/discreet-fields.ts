import type { AppError } from '../../kernel/index.ts';

interface BadField {
  readonly field: string;
  readonly value: string;
  readonly allowed: string;
}

/** Their values are a person's, or a secret; nobody needs to read them in an error. */
const PERSONAL = /^(?:the value|token|next|q|reason|.*\b(?:buyerId|metadata)\b.*)$/s;
const UNKNOWN_FIELD = 'no field of this name';
const NAME_MAX = 80;

/**
 * What an error may tell of what was sent: bad values by themselves, so that a caller sees the
 * mistake, but none of a person, of a field that we do not know, or of a whole object.
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
  const isText = value.startsWith('"');
  if (isText && (PERSONAL.test(field) || allowed === UNKNOWN_FIELD)) return 'some text';
  return !isText && allowed === UNKNOWN_FIELD && /\d/.test(value) ? 'a number' : value;
}
