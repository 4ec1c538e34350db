import { AppError, codeOf, type Logger, messageOf, redact, redactText } from '../kernel/index.ts';

/** What a person can do about an error, where it is not said by the error itself. */
const NEXT_STEPS: Readonly<Record<string, string>> = {
  'books-unbalanced': 'docs/reference/audit.md says what each check means and what to do',
  'database-refuses-us': 'mend the user or the URL, then look again with: holdfast doctor',
  'invalid-settings': 'start a system with npm start, or see docs/reference/configuration.md',
  'lock-busy': 'see who holds it with: holdfast locks show',
  'order-conflict': 'see what is known with: holdfast order show',
  'redis-unreachable': 'see what is wrong with: holdfast doctor',
  'schema-behind': 'run: holdfast migrate',
  'unknown-goods': 'make them known with: holdfast stock set',
  'unknown-notice': 'see what there is with: holdfast notices list',
  'unknown-order': 'look for it with: holdfast order list --q',
  'version-conflict': 'look again with holdfast stock get, then decide anew',
  'wrong-use': 'see --help',
};

/** MySQL's numbers for a table or column that is not there. */
const NO_SUCH_TABLE: ReadonlySet<unknown> = new Set([1146, 1054]);

export function nextStepOf(error: unknown): string | undefined {
  const code = codeOf(error);
  if (code === 'database-failed' && error instanceof AppError) {
    const isBehind = NO_SUCH_TABLE.has(error.details['errno']);
    return isBehind ? 'run: holdfast migrate' : 'see what is wrong with: holdfast doctor';
  }
  return Object.hasOwn(NEXT_STEPS, code) ? NEXT_STEPS[code] : undefined;
}

/** For people: the code, what happened, and what to do next. */
export function errorLines(error: unknown, json: boolean): string {
  const code = codeOf(error);
  const message = redactText(messageOf(error));
  if (json) {
    const details = error instanceof AppError ? redact(error.details) : {};
    return JSON.stringify({ error: { code, message, details } });
  }
  const next = nextStepOf(error);
  return `holdfast: ${code}: ${message}${next === undefined ? '' : `\n  next: ${next}`}`;
}

const WRONG_USE: ReadonlySet<string> = new Set([
  'invalid-input',
  'invalid-file',
  'invalid-settings',
  'wrong-use',
]);

/** 1: refused or failed. 2: what was asked for cannot be meant. */
export function exitCodeOf(error: unknown): number {
  return WRONG_USE.has(codeOf(error)) ? 2 : 1;
}

/** For a command that answers one question: whatever fails is thrown, and told once. */
export const quietLogger: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  writes: () => false,
  with: () => quietLogger,
};
