import { wrongInput } from './holdfast-error.ts';

export type Role = 'producer' | 'payments' | 'viewer' | 'operator';

export interface ClientLimits {
  /** For a call as a whole, its repetitions included. Default: 30,000. */
  readonly timeoutMs?: number;
  /** For one try of a call. Default: 10,000. */
  readonly attemptMs?: number;
  /** How long an order may wait for others to share its envelope. Default: 2. */
  readonly maxDelayMs?: number;
  /** Orders or payments in one envelope, at most 500; 1 sends each on its own. Default: 100. */
  readonly maxSize?: number;
  /** Calls that may be in hand at once; more are refused. Default: 10,000. */
  readonly maxWaiting?: number;
  /** Requests that may be on their way at once; more wait. Default: 64. */
  readonly maxRequests?: number;
}

export interface HttpAccess {
  /** Where the HTTP API is, such as http://127.0.0.1:3000. */
  readonly httpUrl: string;
  /** A token for everything that `tokens` does not name. */
  readonly token?: string | null;
  readonly tokens?: Readonly<Partial<Record<Role, string | null>>>;
  /** The token for payments, beside `token`. */
  readonly paymentsToken?: string | null;
}

export interface HttpClientOptions extends HttpAccess, ClientLimits {}

/** What we use of an ioredis client; whichever version made it. */
export interface RedisConnection {
  readonly status: string;
  disconnect(): void;
}

export interface QueueAccess {
  readonly redisUrl?: string;
  /** In place of `redisUrl`: an ioredis client of yours, which stays open when this one closes. */
  readonly connection?: RedisConnection;
  /** Default: {holdfast}. */
  readonly queuePrefix?: string;
}

/** With `httpUrl` beside it, what a queue cannot answer is asked over HTTP. */
export type QueueClientOptions = (
  | (QueueAccess & { readonly redisUrl: string })
  | (QueueAccess & { readonly connection: RedisConnection })
) &
  Partial<HttpAccess> &
  ClientLimits;

const RANGES = {
  timeoutMs: [30_000, 1, 3_600_000],
  attemptMs: [10_000, 1, 600_000],
  maxDelayMs: [2, 0, 1000],
  maxSize: [100, 1, 500],
  maxWaiting: [10_000, 1, 1_000_000],
  maxRequests: [64, 1, 1000],
} as const;

export type Limits = Readonly<Record<keyof typeof RANGES, number>>;

/** Every limit, with its default where none is given. */
export function limitsIn(options: ClientLimits): Limits {
  const names = Object.keys(RANGES) as (keyof typeof RANGES)[];
  const entries = names.map((name) => {
    const [fallback, least, most] = RANGES[name];
    return [name, wholeIn(name, options[name] ?? fallback, least, most)] as const;
  });
  return Object.fromEntries(entries) as Limits;
}

export function wholeIn(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrongInput(name, String(value), `a whole number from ${least} to ${most}`);
}

/** With a slash at its end, so that a server below a path is found below it. */
export function httpUrlIn({ httpUrl }: HttpAccess): URL {
  const url = URL.canParse(httpUrl) ? new URL(httpUrl) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') {
    return new URL(`${url.origin}${url.pathname.replace(/\/*$/, '/')}`);
  }
  throw wrongInput('httpUrl', url ? url.origin : 'no URL', 'http://host:port or https://host');
}

/** Whoever may place or pay may also read. */
export function tokenFor(role: 'producer' | 'payments' | 'viewer', access: HttpAccess) {
  const { token, tokens = {}, paymentsToken } = access;
  const byRole = {
    producer: [tokens.producer, token],
    payments: [paymentsToken, tokens.payments, token],
    viewer: [
      tokens.viewer,
      tokens.producer,
      tokens.payments,
      tokens.operator,
      token,
      paymentsToken,
    ],
  };
  return byRole[role].find((one) => typeof one === 'string' && one !== '') ?? undefined;
}
