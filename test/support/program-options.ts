import { type ParseArgsConfig, parseArgs } from 'node:util';
import { messageOf } from '../../src/kernel/index.ts';

type Values<Config extends ParseArgsConfig> = ReturnType<typeof parseArgs<Config>>['values'];

/** What a program was asked for. What it does not know ends it, in one line and with 2. */
export function programOptions<Config extends ParseArgsConfig>(config: Config): Values<Config> {
  try {
    return parseArgs(config).values;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}; --help says what there is\n`);
    process.exit(2);
  }
}

/** A whole number that an option gave. */
export function wholeNumber(option: string, given: string, least: number): number {
  const number = Number(given);
  if (Number.isSafeInteger(number) && number >= least) return number;
  process.stderr.write(`--${option} is ${given}; allowed is a whole number from ${least}\n`);
  process.exit(2);
}
