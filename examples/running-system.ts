/** Finds the system that `npm start` runs: it writes where it is, and its tokens, to run.json. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface RunningSystem {
  readonly httpUrl: string;
  readonly tokens: Readonly<Record<'producer' | 'payments' | 'viewer' | 'operator', string>>;
  readonly paymentSecret: string;
}

export function runningSystem(): RunningSystem {
  const file = join(process.env['HOLDFAST_HOME'] ?? '.holdfast', 'run.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunningSystem;
  } catch (cause) {
    throw new Error(`${file} cannot be read: run npm start first, in another terminal`, { cause });
  }
}
