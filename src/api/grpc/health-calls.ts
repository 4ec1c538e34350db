import {
  type handleUnaryCall,
  type ServerWritableStream,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';

type ServingStatus = 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';

interface Asked {
  readonly service: string;
}

interface Told {
  readonly status: ServingStatus;
}

type Watcher = ServerWritableStream<Asked, Told>;

export interface Health {
  readonly calls: UntypedServiceImplementation;
  /** Tells everybody that no more calls are taken, and lets those who watch go. */
  stop(): void;
}

/** Asked by load balancers, who have no token: it says nothing but whether calls are taken. */
export function createHealth(served: readonly string[]): Health {
  const watchers = new Set<Watcher>();
  let isStopping = false;
  const now = (): ServingStatus => (isStopping ? 'NOT_SERVING' : 'SERVING');

  const check: handleUnaryCall<Asked, Told> = ({ request }, callback) => {
    if (served.includes(request.service)) callback(null, { status: now() });
    else callback({ code: status.NOT_FOUND, details: 'this server serves no such name' });
  };

  const watch = (watcher: Watcher): void => {
    const isServed = served.includes(watcher.request.service);
    watcher.write({ status: isServed ? now() : 'SERVICE_UNKNOWN' });
    if (isStopping) {
      watcher.end();
      return;
    }
    watchers.add(watcher);
    const forget = () => watchers.delete(watcher);
    for (const end of ['cancelled', 'error', 'close']) watcher.on(end, forget);
  };

  return {
    calls: { Check: check, Watch: watch },
    stop: () => {
      isStopping = true;
      for (const watcher of watchers) {
        if (served.includes(watcher.request.service)) watcher.write({ status: now() });
        watcher.end();
      }
      watchers.clear();
    },
  };
}
