/** The words of etcd's JSON gateway, as far as locks need them. int64 travels as text. */
export interface EtcdReply {
  readonly header?: { readonly revision?: string };
  readonly succeeded?: boolean;
  readonly responses?: readonly TxnResponse[];
  /** Of a lease; missing when the lease is gone. */
  readonly TTL?: string;
  /** Of answers that go on. */
  readonly result?: {
    readonly TTL?: string;
    readonly canceled?: boolean;
    readonly events?: readonly { readonly type?: string }[];
  };
  /** Of a user who has signed in. */
  readonly token?: string;
  readonly error?: unknown;
  readonly code?: number;
  readonly message?: string;
}

export interface TxnResponse {
  readonly response_range?: { readonly kvs?: readonly KeyValue[]; readonly count?: string };
  readonly response_put?: object;
  readonly response_txn?: { readonly responses?: readonly TxnResponse[] };
}

export interface KeyValue {
  readonly key: string;
  readonly value?: string;
  readonly create_revision: string;
  readonly lease?: string;
}

export type Operation =
  | { readonly request_put: { readonly key: string; readonly value: string; lease?: string } }
  | { readonly request_range: RangeRequest }
  | { readonly request_txn: { readonly success: readonly Operation[] } };

export interface RangeRequest {
  readonly key: string;
  readonly range_end?: string;
  readonly limit?: string;
  readonly sort_order?: 'ASCEND' | 'DESCEND';
  readonly sort_target?: 'CREATE';
  readonly max_create_revision?: string;
}

export interface Compare {
  readonly key: string;
  readonly range_end?: string;
  readonly target: 'CREATE' | 'VALUE';
  readonly result: 'EQUAL';
  readonly create_revision?: string;
  readonly value?: string;
}

export function encoded(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

export function decoded(text: string | undefined): string {
  return Buffer.from(text ?? '', 'base64').toString('utf8');
}

/** A transaction may have 128 operations side by side, and as many less that inside of each. */
const SIDE_BY_SIDE = 64;

/** Any number of operations that a transaction takes, some 4,000, at one revision. */
export function bundled(operations: readonly Operation[]): readonly Operation[] {
  if (operations.length <= SIDE_BY_SIDE) return operations;
  const bundles: Operation[] = [];
  for (let start = 0; start < operations.length; start += SIDE_BY_SIDE) {
    const success = operations.slice(start, start + SIDE_BY_SIDE);
    bundles.push({ request_txn: { success } });
  }
  return bundles;
}

/** The answers in the order of the operations, however they were bundled. */
export function unbundled(reply: EtcdReply): readonly TxnResponse[] {
  return (reply.responses ?? []).flatMap(
    (response) => response.response_txn?.responses ?? [response],
  );
}

/** What the gateway said; `silent`: nothing within the time, `cut`: there was no connection. */
export type Spoken =
  | { readonly kind: 'said'; readonly status: number; readonly text: string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'cut'; readonly problem: string };

export type EtcdAnswer =
  | { readonly kind: 'ok'; readonly reply: EtcdReply }
  /** The cluster has decided against it: the code is gRPC's. */
  | { readonly kind: 'refused'; readonly code: number; readonly message: string };

/** gRPC's code for a member that cannot serve now: it has no leader, or is shutting down. */
export const UNAVAILABLE = 14;

/** What a status and its text mean; undefined when it is not etcd that speaks. */
export function answerIn(
  status: number,
  text: string,
): (EtcdAnswer & { readonly message?: string }) | undefined {
  const reply = parsed(text);
  if (reply === undefined) return undefined;
  if (status === 200 && reply.error === undefined) return { kind: 'ok', reply };
  return {
    kind: 'refused',
    code: reply.code ?? UNAVAILABLE,
    message: reply.message ?? `answered with status ${status}`,
  };
}

function parsed(text: string): EtcdReply | undefined {
  try {
    return JSON.parse(text) as EtcdReply;
  } catch {
    return undefined; // a proxy's page, or an answer that was cut off: the caller tells of it
  }
}
