import {
  type Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { present } from '../../src/kernel/index.ts';

/** What a call came to: `OK` with a value, or a status with its words. */
export interface GrpcAnswer {
  readonly status: keyof typeof status;
  readonly value?: Readonly<Record<string, unknown>>;
  readonly message?: string;
  /** Our own code, which comes beside the status. */
  readonly code?: string;
}

export interface GrpcAsk {
  /** The `authorization` header, whole. */
  readonly authorization?: string;
  readonly timeoutMs?: number;
  /** Is told how to call the call off. */
  readonly onSent?: (cancel: () => void) => void;
}

export interface GrpcClient {
  readonly raw: Client;
  call(method: string, request: object, ask?: GrpcAsk): Promise<GrpcAnswer>;
  close(): void;
}

type Unary = (
  request: object,
  metadata: Metadata,
  options: object,
  callback: (error: ServiceError | null, value?: Record<string, unknown>) => void,
) => { cancel(): void };

/** A client as a service has one: from a proto file of its own, which need not be ours. */
export function grpcClient(
  address: string,
  { proto = 'proto/inventory.proto', name = 'Inventory' } = {},
): GrpcClient {
  const found = loadPackageDefinition(
    loadSync(proto, { keepCase: true, defaults: true, enums: String }),
  );
  const part = name
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], found);
  const Constructor = present(part, name) as ServiceClientConstructor;
  const raw = new Constructor(address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  return {
    raw,
    call: (method, request, { authorization, timeoutMs = 20_000, onSent } = {}) =>
      new Promise((resolve) => {
        const metadata = new Metadata();
        if (authorization !== undefined) metadata.set('authorization', authorization);
        const send = (raw as unknown as Record<string, Unary>)[method]?.bind(raw);
        const sent = present(send, method)(
          request,
          metadata,
          { deadline: performance.timeOrigin + performance.now() + timeoutMs },
          (error, value) => resolve(answerOf(error, value)),
        );
        onSent?.(() => sent.cancel());
      }),
    close: () => raw.close(),
  };
}

function answerOf(error: ServiceError | null, value?: Record<string, unknown>): GrpcAnswer {
  if (!error) return { status: 'OK', value: { ...value } };
  const [code] = error.metadata.get('holdfast-code');
  return {
    status: status[error.code] as keyof typeof status,
    message: error.details,
    ...(code === undefined ? {} : { code: String(code) }),
  };
}
