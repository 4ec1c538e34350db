import { byId } from './dom.ts';

export interface Changed {
  readonly orders?: readonly { readonly orderId: string; readonly state: string }[];
  readonly stock?: readonly { readonly goodsId: number }[];
}

/**
 * What changes, as the server tells it. A page that nobody sees hears nothing: a browser has six
 * connections to a server, and each that listens takes one.
 */
export function listen(onChange: (changed: Changed) => void, onBack: () => void): void {
  let source: EventSource | null = null;
  const open = (): void => {
    source ??= hear(onChange);
  };
  const close = (): void => {
    source?.close();
    source = null;
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      close();
      show('paused');
    } else {
      open();
      onBack();
    }
  });
  addEventListener('pagehide', close);
  if (!document.hidden) open();
}

function hear(onChange: (changed: Changed) => void): EventSource {
  const source = new EventSource('/v1/events');
  source.addEventListener('open', () => show('live'));
  source.addEventListener('error', () => show('reconnecting'));
  source.addEventListener('order', ({ data }: MessageEvent<string>) =>
    onChange({ orders: JSON.parse(data) as { orderId: string; state: string }[] }),
  );
  source.addEventListener('stock', ({ data }: MessageEvent<string>) =>
    onChange({ stock: JSON.parse(data) as { goodsId: number }[] }),
  );
  return source;
}

function show(how: 'live' | 'paused' | 'reconnecting'): void {
  const element = byId('live');
  if (element.textContent === how) return;
  element.textContent = how;
  element.dataset['how'] = how;
}
