/** A mistake of ours, never of a user: the program is wrong if this is thrown. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** A message that takes work is given as a function: this is called thousands of times a second. */
export function assert(condition: unknown, message: string | (() => string)): asserts condition {
  if (!condition) throw new AssertionError(typeof message === 'string' ? message : message());
}

/** A value that must be there; says which one when it is not. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new AssertionError(`${what} is missing`);
  return value;
}

export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`);
}
