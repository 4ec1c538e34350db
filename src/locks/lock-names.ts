import { AppError } from '../kernel/index.ts';

/** Lua can unpack some 8,000 values; a batch of goods is far from it. */
const MOST_NAMES = 2000;
const LONGEST_NAME = 200;

/**
 * The names sorted, each once. `~` is kept for the keys beside the lock (fence, line of waiters),
 * so that no name can ever stand for the counter of another one.
 */
export function lockNames(names: readonly string[]): readonly string[] {
  // A text would be taken for a list of its characters.
  const isList: boolean = Array.isArray(names);
  if (!isList) throw wrong('no array of names was given');
  const sorted = names.length > 1 ? [...new Set(names)].toSorted() : [...names];
  if (sorted.length === 0 || sorted.length > MOST_NAMES) {
    throw wrong(`${sorted.length} names were given, allowed is 1 to ${MOST_NAMES}`);
  }
  for (const name of sorted) {
    if (typeof name !== 'string') {
      throw wrong(`a name was given that is a ${typeof name}, allowed is text`);
    }
    if (name.length === 0 || name.length > LONGEST_NAME || name.includes('~')) {
      throw wrong(
        `the name ${JSON.stringify(name.slice(0, 40))} was given, allowed is ` +
          `1 to ${LONGEST_NAME} characters without ~`,
      );
    }
  }
  return sorted;
}

function wrong(problem: string): AppError {
  return new AppError('lock-names-invalid', `A lock was asked for, but ${problem}`);
}
