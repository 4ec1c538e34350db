import { messageOf, pause } from '../../src/kernel/index.ts';
import type { ChaosHistory, Door } from './chaos-history.ts';
import type { Asked, ShopCounter, Told } from './shop-counter.ts';
import type { ShopPost } from './shop-post.ts';
import { GOODS, type PlannedOrder, type PlannedPayment, type Step } from './workload-plan.ts';

export interface ShopParts {
  readonly counter: ShopCounter;
  readonly post: ShopPost;
  readonly history: ChaosHistory;
}

/** Carries a workload out at its own times, whatever becomes of what went before. */
export class ChaosShop {
  readonly #parts: ShopParts;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(parts: ShopParts) {
    this.#parts = parts;
  }

  /** Operations that still wait for an answer. */
  get open(): number {
    return this.#underWay.size + this.#parts.post.open;
  }

  /** In calm weather, before anything else. */
  async stockUp(): Promise<void> {
    await Promise.all(
      GOODS.map(({ goodsId, units }) => this.#set(`first-${goodsId}`, goodsId, units)),
    );
  }

  async run(steps: readonly Step[]): Promise<void> {
    const start = performance.now();
    for (const step of steps) {
      const wait = start + step.atMs - performance.now();
      if (wait > 0) await pause(wait);
      this.#follow(this.#take(step));
    }
  }

  /** Nothing is under way any more. */
  async closed(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #follow(work: Promise<unknown>): void {
    const followed = work
      .catch((error: unknown) => {
        this.#parts.history.exit(`the shop itself failed: ${messageOf(error)}`);
      })
      .finally(() => this.#underWay.delete(followed));
    this.#underWay.add(followed);
  }

  async #take(step: Step): Promise<unknown> {
    const { counter } = this.#parts;
    switch (step.kind) {
      case 'place':
        return await this.#place(step.orders, step.door, step.waitMs);
      case 'pay':
        return await this.#pay(step.payments, step.door);
      case 'cancel':
        return await this.#producer('order.cancel', step.orderId, `/${step.orderId}/cancel`, {});
      case 'clash':
        return await this.#clash(step.order, step.payment);
      case 'adjust':
        return await this.#adjust(step.key, step.goodsId, step.delta);
      case 'set':
        return await this.#count(step.key, step.goodsId, step.available);
      case 'read-stock':
        return await counter.ask(reading('stock.read', `/v1/stock/${step.goodsId}`, step.goodsId));
      case 'read-order':
        return await counter.ask(reading('order.read', `/v1/orders/${step.orderId}`, step.orderId));
      case 'poison':
        return await this.#poison(step);
    }
  }

  async #place(orders: readonly PlannedOrder[], door: Door, waitMs: number): Promise<unknown> {
    if (door === 'queue' || door === 'envelope') return await this.#parts.post.place(orders, door);
    const wait = waitMs > 0 ? `?wait=${waitMs}ms` : '';
    if (door === 'http') {
      return await Promise.all(
        orders.map((order) => this.#placeOne(order, wait, { wanted: waitMs > 0 })),
      );
    }
    return await this.#placeBatch(orders, wait);
  }

  #placeOne(order: PlannedOrder, wait = '', more: object = {}): Promise<Told | null> {
    return this.#producer('order.place', order.orderId, wait, order, { ...order, ...more });
  }

  /** Each of a batch stands for itself in the history, too. */
  async #placeBatch(orders: readonly PlannedOrder[], wait: string): Promise<void> {
    const { counter, history } = this.#parts;
    const calls = orders.map((order) =>
      history.call('order.place', order.orderId, 'batch', { ...order }),
    );
    const key = orders.map(({ orderId }) => orderId).join(' ');
    const told = await counter.ask({
      f: 'order.place',
      key: `batch ${key}`,
      door: 'batch',
      a: {},
      role: 'producer',
      method: 'POST',
      path: `/v1/orders/batch${wait}`,
      body: { orders },
    });
    const answers = (told?.body['answers'] ?? []) as readonly Record<string, unknown>[];
    for (const [index, call] of calls.entries()) {
      const answer = answers[index];
      const status = Number(answer?.['status'] ?? 0);
      if (status === 409 && answer?.['code'] === 'order-conflict') call.fail('409 order-conflict');
      else if (answer && (status < 300 || status === 409)) call.ok(answer);
      else call.info(`${status}`);
    }
  }

  async #pay(payments: readonly PlannedPayment[], door: Door): Promise<unknown> {
    if (door === 'queue' || door === 'envelope') return await this.#parts.post.pay(payments, door);
    return await Promise.all(
      payments.map(async (payment) => {
        const { orderId, ...body } = payment;
        const isHook = door === 'webhook';
        return await this.#parts.counter.ask({
          f: 'order.pay',
          key: payment.paymentId,
          door,
          a: { ...payment },
          role: isHook ? 'signed' : 'payments',
          method: 'POST',
          path: isHook ? '/v1/webhooks/payments' : `/v1/orders/${orderId}/payments`,
          body: isHook ? payment : body,
        });
      }),
    );
  }

  /** First it must be known as it is; then the other content, and a payment of its id. */
  async #clash(order: PlannedOrder, payment: PlannedPayment): Promise<void> {
    const { lines } = order;
    const first = { ...order, lines: lines.map((one) => ({ ...one, quantity: one.quantity - 1 })) };
    if (!(await this.#placeOne(first))) return;
    await this.#placeOne(order, '', { clash: true });
    const own = { ...payment, orderId: order.orderId };
    if (!(await this.#pay([own], 'http'))) return;
    await this.#pay([{ ...payment, orderId: payment.orderId }], 'http');
  }

  #adjust(key: string, goodsId: number, delta: number): Promise<Told | null> {
    return this.#parts.counter.ask({
      f: 'stock.adjust',
      key,
      door: 'http',
      a: { goodsId, delta },
      role: 'operator',
      method: 'POST',
      path: `/v1/stock/${goodsId}/adjustments`,
      body: { delta, reason: key, idempotencyKey: key },
    });
  }

  /** Only if nobody was there since it was looked at, so that it may be asked for once. */
  async #count(key: string, goodsId: number, available: number): Promise<void> {
    const seen = await this.#parts.counter.ask(
      reading('stock.read', `/v1/stock/${goodsId}`, goodsId),
    );
    if (seen) await this.#set(key, goodsId, available, Number(seen.body['version']));
  }

  async #set(key: string, goodsId: number, available: number, version?: number): Promise<void> {
    await this.#parts.counter.ask({
      f: 'stock.set',
      key,
      door: 'http',
      a: { goodsId, available },
      role: 'operator',
      method: 'PUT',
      path: `/v1/stock/${goodsId}`,
      body: {
        available,
        reason: key,
        ...(version === undefined ? {} : { expectedVersion: version }),
      },
      // Without a version it is the same however often it is done, as long as nobody orders.
      once: version !== undefined,
    });
  }

  #producer(
    f: 'order.place' | 'order.cancel',
    key: string,
    path: string,
    body: object,
    a: object = {},
  ): Promise<Told | null> {
    const to = `/v1/orders${path}`;
    const asked = { f, key, door: 'http', a: { ...a }, path: to, body } as const;
    return this.#parts.counter.ask({ ...asked, role: 'producer', method: 'POST' });
  }

  /** What must be refused, by whatever door, and must leave nothing behind but a dead letter. */
  async #poison({ key, how }: Extract<Step, { kind: 'poison' }>): Promise<void> {
    const { counter, post, history } = this.#parts;
    const order = { orderId: key, lines: [{ goodsId: 1, quantity: 1 }] };
    const asked = { f: 'poison', key, door: 'http', a: { how }, method: 'POST' } as const;
    if (how === 'bad-signature') {
      const body = { orderId: `${key}-none`, paymentId: key };
      const path = '/v1/webhooks/payments';
      return void (await counter.ask({ ...asked, role: 'badly-signed', path, body }));
    }
    if (how === 'other-body') {
      const headers = { 'idempotency-key': key };
      const role = 'producer';
      const path = '/v1/orders';
      const first = { ...order, orderId: `${key}-first` };
      const own = { ...asked, f: 'order.place', key: first.orderId, a: { ...first } } as const;
      const told = await counter.ask({ ...own, role, path, body: first, headers });
      if (told?.status !== 202) return;
      return void (await counter.ask({ ...asked, role, path, body: order, headers }));
    }
    const call = history.call('poison', key, 'queue', { how });
    const bad = { 'bad-line': { ...order, lines: [{ goodsId: 1, quantity: 0 }] }, 'no-object': 7 };
    try {
      if (how === 'bad-name') await post.raw('payment-confirmed', { orderId: key });
      else await post.raw('order-placed', bad[how]);
      call.info('sent');
    } catch (error) {
      call.info(messageOf(error)); // Redis is away: nothing hangs on it
    }
  }
}

function reading(f: 'stock.read' | 'order.read', path: string, id: string | number): Asked {
  const asked = { f, key: String(id), door: 'http', a: {}, role: 'viewer' } as const;
  return { ...asked, method: 'GET', path };
}
