import { parseArgs } from 'node:util';
import { AppError, messageOf } from '../src/kernel/index.ts';

export interface BenchOptions {
  readonly quick: boolean;
  readonly rounds: number;
  /** Only contenders whose name one of these matches; empty for all. */
  readonly only: readonly RegExp[];
  readonly jsonFile: string | null;
  readonly profileFolder: string | null;
}

export const USAGE = `npm run bench [-- options]

  Measures the whole saga and its reserve leg on this machine, beside what they are to be compared
  with: empty BullMQ handlers, a Redlock package with a transaction for each order, a conditional
  update for each, and the same rows in batched SQL. Takes eight minutes.

  --quick          smaller, with fewer of them, and done within a minute
  --rounds N       rounds of all contenders, 3 to 20 (default 5, with --quick 3)
  --only PATTERNS  only contenders whose name one of these matches, such as saga,empty.singly$
  --json FILE      where the results go (default bench/results/<time>.json)
  --profile DIR    writes a CPU profile of each worker process into DIR
  --help

  npm run charts -- FILE draws a result and keeps it in docs/explanation.

  Exit code 0: every must holds. 1: one does not, or the run broke off. 2: wrong use.
`;

/** Answers null when the reader asks for help. */
export function readOptions(args: readonly string[], usage = USAGE): BenchOptions | null {
  const { values } = parsed(args, usage);
  if (values.help) return null;
  const quick = values.quick ?? false;
  return {
    quick,
    rounds: roundsOf(values.rounds ?? (quick ? '3' : '5')),
    only: patternsOf(values.only ?? ''),
    jsonFile: values.json ?? null,
    profileFolder: values.profile ?? null,
  };
}

function parsed(args: readonly string[], usage: string) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean' },
        rounds: { type: 'string' },
        only: { type: 'string' },
        json: { type: 'string' },
        profile: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new AppError('wrong-use', `${messageOf(error)}\n\n${usage}`, { cause: error });
  }
}

function patternsOf(list: string): RegExp[] {
  try {
    return list.split(',').flatMap((text) => (text === '' ? [] : new RegExp(text)));
  } catch (error) {
    throw new AppError('wrong-use', `--only is ${list}: ${messageOf(error)}`, { cause: error });
  }
}

/** With fewer than three rounds a median is no median. */
function roundsOf(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 3 && rounds <= 20) return rounds;
  throw new AppError('wrong-use', `--rounds is ${text}, allowed is a whole number from 3 to 20`);
}
