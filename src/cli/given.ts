import { AppError } from '../kernel/index.ts';
import { type CheckedFields, checkedFields, type FieldSchemas } from '../shapes/index.ts';
import type { Options } from './plan.ts';

/** Reads digits as a number; anything else stays text, for the check to refuse by name. */
export function numberIn(text: unknown): unknown {
  return typeof text === 'string' && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** Checks what was given against the fields' own rules; what was not given is left out. */
export function checkedGiven<Needed extends FieldSchemas, Free extends FieldSchemas>(
  needed: Needed,
  free: Free,
  given: Readonly<Record<string, unknown>>,
): CheckedFields<Needed, Free> {
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return checkedFields(needed, free)(Object.fromEntries(present));
}

export function textIn(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** `GOODS:QUANTITY` as an order line, its numbers still unchecked. */
export function lineIn(text: string): { goodsId: unknown; quantity: unknown } {
  const [goodsId, quantity, ...more] = text.split(':');
  if (goodsId && quantity && more.length === 0) {
    return { goodsId: numberIn(goodsId), quantity: numberIn(quantity) };
  }
  throw new AppError(
    'invalid-input',
    `line is ${JSON.stringify(text)}, allowed is GOODS:QUANTITY, such as 7:2`,
    { details: { field: 'line' } },
  );
}

export function jsonIn(field: string, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AppError('invalid-input', `${field} is not JSON, allowed is an object such as {}`, {
      details: { field },
      cause,
    });
  }
}

/** One of a list of words. */
export function choiceIn<T extends string>(
  field: string,
  text: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (text === undefined) return undefined;
  const chosen = allowed.find((one) => one === text);
  if (chosen !== undefined) return chosen;
  throw new AppError(
    'invalid-input',
    `${field} is ${JSON.stringify(text)}, allowed is one of ${allowed.join(', ')}`,
    { details: { field, allowed } },
  );
}
