import { randomName } from '../kernel/index.ts';
import { type Home, readJson, textField, writeJson } from './home.ts';

/** Made once for each home, and kept: a client that was given a token can go on using it. */
export interface Secrets {
  readonly databasePassword: string;
  readonly databaseRootPassword: string;
  readonly paymentSecret: string;
  readonly producer: string;
  readonly payments: string;
  readonly viewer: string;
  readonly operator: string;
}

const NAMES = [
  'databasePassword',
  'databaseRootPassword',
  'paymentSecret',
  'producer',
  'payments',
  'viewer',
  'operator',
] as const satisfies readonly (keyof Secrets)[];

const BYTES = 24;

export function secretsOf(home: Home): Secrets {
  const known = readJson(home.secrets);
  const entries = NAMES.map((name) => [name, textField(known, name) ?? randomName(BYTES)] as const);
  const secrets = Object.fromEntries(entries) as unknown as Secrets;
  if (NAMES.some((name) => textField(known, name) === null)) writeJson(home.secrets, secrets);
  return secrets;
}
