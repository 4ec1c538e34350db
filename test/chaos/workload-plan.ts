import { Dice } from './chaos-dice.ts';

export interface PlannedOrder {
  readonly orderId: string;
  readonly lines: readonly { readonly goodsId: number; readonly quantity: number }[];
  readonly holdSeconds: number;
  readonly buyerId: string;
  readonly amount?: number;
  readonly currency?: string;
}

export interface PlannedPayment {
  readonly orderId: string;
  readonly paymentId: string;
  readonly amount?: number;
  readonly currency?: string;
}

export type Step = { readonly atMs: number } & (
  | {
      readonly kind: 'place';
      readonly door: 'http' | 'batch' | 'queue' | 'envelope';
      readonly orders: readonly PlannedOrder[];
      /** How long the caller waits for the decision; none over queues. */
      readonly waitMs: number;
    }
  | {
      readonly kind: 'pay';
      readonly door: 'http' | 'webhook' | 'queue' | 'envelope';
      readonly payments: readonly PlannedPayment[];
    }
  | { readonly kind: 'cancel'; readonly orderId: string }
  /** The same id with other content, and a payment id of somebody else: both are refused. */
  | { readonly kind: 'clash'; readonly order: PlannedOrder; readonly payment: PlannedPayment }
  | {
      readonly kind: 'adjust';
      readonly key: string;
      readonly goodsId: number;
      readonly delta: number;
    }
  | {
      readonly kind: 'set';
      readonly key: string;
      readonly goodsId: number;
      readonly available: number;
    }
  | { readonly kind: 'read-stock'; readonly goodsId: number }
  | { readonly kind: 'read-order'; readonly orderId: string }
  | { readonly kind: 'poison'; readonly key: string; readonly how: Poison }
);

export type Poison = (typeof POISONS)[number];
export const POISONS = [
  'bad-line',
  'bad-name',
  'no-object',
  'bad-signature',
  'other-body',
] as const;

/** Some are scarce, so that they are fought over and sold out; the last two are counted anew. */
export const GOODS: readonly { readonly goodsId: number; readonly units: number }[] = [
  { goodsId: 1, units: 40 },
  { goodsId: 2, units: 60 },
  { goodsId: 3, units: 25 },
  { goodsId: 4, units: 150 },
  { goodsId: 5, units: 250 },
  { goodsId: 6, units: 120 },
  { goodsId: 7, units: 400 },
  { goodsId: 8, units: 400 },
];
const COUNTED = [7, 8] as const;
const HOT = [1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 7, 8] as const;

export interface WorkloadPlan {
  readonly steps: readonly Step[];
  readonly orders: number;
}

export interface WorkloadSize {
  readonly orders: number;
  readonly lengthMs: number;
}

/** What the world asks for in one seed: always the same for the same seed. */
export function workloadOf(seed: number, size: WorkloadSize): WorkloadPlan {
  const planner = new Planner(seed, size);
  return planner.plan();
}

/** What becomes of an order after it was placed. */
const FATES = { paid: 42, late: 14, early: 7, unpaid: 17, cancel: 9, 'cancel-first': 4, race: 7 };

class Planner {
  readonly #dice: Dice;
  readonly #seed: number;
  readonly #size: WorkloadSize;
  readonly #steps: Step[] = [];
  #orders = 0;

  constructor(seed: number, size: WorkloadSize) {
    this.#dice = new Dice(seed, 'workload');
    this.#seed = seed;
    this.#size = size;
  }

  plan(): WorkloadPlan {
    const { orders, lengthMs } = this.#size;
    // Placed in two thirds of the time: what is paid late must come within it as well.
    const span = lengthMs * 0.7;
    while (this.#orders < orders) this.#placeSome(this.#dice.below(span));
    for (let at = 0; at < lengthMs; at += this.#dice.gap(450)) this.#look(at);
    for (let at = 300; at < lengthMs; at += this.#dice.gap(700)) this.#stock(at);
    for (let at = 200; at < lengthMs; at += this.#dice.gap(1500)) {
      const key = `s${this.#seed}-poison-${Math.round(at)}`;
      this.#steps.push({ atMs: at, kind: 'poison', key, how: this.#dice.one(POISONS) });
    }
    const steps = this.#steps.toSorted((one, other) => one.atMs - other.atMs);
    return { steps, orders: this.#orders };
  }

  #placeSome(atMs: number): void {
    const dice = this.#dice;
    const door = dice.weighted({ http: 45, batch: 5, queue: 35, envelope: 15 });
    const many = door === 'batch' || door === 'envelope' ? dice.from(3, 8) : 1;
    const orders = Array.from({ length: many }, () => this.#order());
    const waitMs = (door === 'http' || door === 'batch') && dice.percent(45) ? 2000 : 0;
    const step = { kind: 'place', door, orders, waitMs } as const;
    this.#steps.push({ atMs, ...step });
    if (dice.percent(9)) this.#steps.push({ ...step, atMs: atMs + dice.from(0, 1500) });
    for (const order of orders) this.#fate(order, atMs);
  }

  #order(): PlannedOrder {
    const dice = this.#dice;
    this.#orders += 1;
    const goods = new Set(
      Array.from({ length: dice.one([1, 1, 1, 2, 2, 3]) }, () => dice.one(HOT)),
    );
    const lines = [...goods].map((goodsId) => ({ goodsId, quantity: dice.one([1, 1, 1, 2, 3]) }));
    const price = dice.percent(40) ? { amount: dice.from(100, 9999), currency: 'EUR' } : {};
    return {
      orderId: `s${this.#seed}-${this.#orders}`,
      lines,
      holdSeconds: dice.one([2, 2, 3]),
      buyerId: `buyer-${dice.below(60)}`,
      ...price,
    };
  }

  #fate(order: PlannedOrder, atMs: number): void {
    const dice = this.#dice;
    const { orderId } = order;
    switch (dice.weighted(FATES)) {
      case 'paid':
        this.#pay(order, atMs + dice.from(60, 1500));
        break;
      case 'late':
        this.#pay(order, atMs + order.holdSeconds * 1000 + dice.from(700, 2500));
        break;
      case 'early':
        this.#pay(order, Math.max(0, atMs - dice.from(20, 400)));
        break;
      case 'cancel':
        this.#steps.push({ atMs: atMs + dice.from(50, 1200), kind: 'cancel', orderId });
        break;
      case 'cancel-first':
        this.#steps.push({ atMs: Math.max(0, atMs - dice.from(50, 300)), kind: 'cancel', orderId });
        break;
      case 'race':
        this.#steps.push({ atMs: atMs + dice.from(0, 900), kind: 'cancel', orderId });
        this.#pay(order, atMs + dice.from(0, 900));
        break;
      case 'unpaid':
        if (dice.percent(30)) this.#clash(order, atMs + dice.from(300, 1500));
        break;
    }
    if (dice.percent(25)) {
      this.#steps.push({ atMs: atMs + dice.from(100, 3000), kind: 'read-order', orderId });
    }
  }

  #pay({ orderId, amount, currency }: PlannedOrder, atMs: number): void {
    const dice = this.#dice;
    const wrong = amount !== undefined && dice.percent(5) ? 1 : 0;
    const price = amount === undefined ? {} : { amount: amount + wrong };
    const payment: PlannedPayment = {
      orderId,
      paymentId: `pay-${orderId}`,
      ...price,
      ...(currency === undefined ? {} : { currency }),
    };
    const door = () => dice.weighted({ http: 40, webhook: 15, queue: 30, envelope: 15 });
    this.#steps.push({ atMs, kind: 'pay', door: door(), payments: [payment] });
    // Told of twice, by whatever door; or paid twice.
    if (dice.percent(18)) {
      const again = { atMs: atMs + dice.from(0, 1200), kind: 'pay', door: door() } as const;
      this.#steps.push({ ...again, payments: [payment] });
    }
    if (dice.percent(5)) {
      const second = { ...payment, paymentId: `${payment.paymentId}-b` };
      this.#steps.push({ atMs: atMs + 150, kind: 'pay', door: door(), payments: [second] });
    }
  }

  #clash(order: PlannedOrder, atMs: number): void {
    const lines = order.lines.map((line) => ({ ...line, quantity: line.quantity + 1 }));
    const payment = { orderId: `${order.orderId}-x`, paymentId: `pay-${order.orderId}-c` };
    this.#steps.push({ atMs, kind: 'clash', order: { ...order, lines }, payment });
  }

  #look(atMs: number): void {
    this.#steps.push({ atMs, kind: 'read-stock', goodsId: this.#dice.one(GOODS).goodsId });
  }

  #stock(atMs: number): void {
    const dice = this.#dice;
    const key = `s${this.#seed}-stock-${this.#steps.length}`;
    if (dice.percent(20)) {
      const goodsId = dice.one(COUNTED);
      this.#steps.push({ atMs, kind: 'set', key, goodsId, available: dice.from(50, 300) });
      return;
    }
    const goodsId = dice.one(GOODS).goodsId;
    const delta = dice.one([-40, -3, -1, 2, 5, 8]);
    this.#steps.push({ atMs, kind: 'adjust', key, goodsId, delta });
  }
}
