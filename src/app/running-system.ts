import { readFileSync } from 'node:fs';
import { AppError, messageOf } from '../kernel/index.ts';

/** Where a running system is: `run.json` in its home, written by `npm start`. */
export interface RunningSystem {
  readonly pid: number;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly queuePrefix: string;
  readonly lockUrls: readonly string[];
  readonly httpUrl?: string | null;
  readonly paymentSecret?: string | null;
  readonly noticeUrl?: string | null;
  readonly noticeSecrets?: readonly string[];
  readonly tokens?: Readonly<
    Record<'producer' | 'payments' | 'viewer' | 'operator', string | null>
  >;
}

/** Answers null when no system runs there. */
export function readRunningSystem(path: string): RunningSystem | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new AppError('run-file-unreadable', `${path} cannot be read: ${messageOf(error)}`);
  }
  try {
    return JSON.parse(text) as RunningSystem;
  } catch (error) {
    throw new AppError('run-file-unreadable', `${path} is not JSON: ${messageOf(error)}`);
  }
}
