import { AppError, messageOf, pause, present, systemClock } from '../kernel/index.ts';
import { type OrderState, readOrderState } from '../orders/index.ts';
import { audit, type OrderView, readOrder } from '../saga/index.ts';
import { readStockView } from '../stock/index.ts';
import type { App } from './compose.ts';

const LAMP = 9001;
const PATIENCE_MS = 30_000;
const LOOK_MS = 50;

/** Tells the story, step by step; answers whether everything went as it was told. */
export async function tellStory(
  app: App,
  run: string,
  say: (line: string) => unknown,
): Promise<boolean> {
  const story = new Story(app, run, say);
  try {
    await story.tell();
  } catch (error) {
    say(`  the story broke off: ${messageOf(error)}`);
    return false;
  }
  return story.wentAsTold;
}

/** Orders and payments go in by the queues, as from any producer; what happened is read after. */
class Story {
  wentAsTold = true;
  private readonly app: App;
  private readonly run: string;
  private readonly say: (line: string) => unknown;

  constructor(app: App, run: string, say: (line: string) => unknown) {
    this.app = app;
    this.run = run;
    this.say = say;
  }

  async tell(): Promise<void> {
    this.say(`A shop has three lamps (goods ${LAMP}); five buyers come along.`);
    await this.setLamps(3);
    await this.threeOrders();
    await this.timeIsUpAfterDeliveryTwice();
    await this.paidTooEarly();
    await this.paidTooLate();
    await this.closeTheBooks();
  }

  private async threeOrders(): Promise<void> {
    await this.place('ann', 2);
    this.told(
      'Ann asks for two lamps; they are held for her',
      await this.becomes('ann', 'reserved'),
    );
    await this.place('bob', 1, { holdSeconds: 2 });
    this.told('Bob gets the third, for two seconds', await this.becomes('bob', 'reserved'));
    await this.place('cem', 1);
    const cem = await this.becomes('cem', 'rejected');
    this.told(
      'Cem is told that it is sold out',
      cem && (await this.order('cem')).short !== undefined,
    );
    await this.pay('ann', 'ann');
    this.told('Ann pays; her two lamps are sold', await this.becomes('ann', 'paid'));
  }

  private async timeIsUpAfterDeliveryTwice(): Promise<void> {
    const before = (await this.order('ann')).history.length;
    await this.place('ann', 2);
    await this.pay('ann', 'ann');
    const expired = await this.becomes('bob', 'expired');
    this.told(
      'Bob does not pay in time; his lamp is for sale again',
      expired && (await this.left(1)),
    );
    const after = (await this.order('ann')).history.length;
    this.told(
      "Meanwhile Ann's order and payment were delivered twice; nothing changed",
      after === before,
    );
  }

  private async paidTooEarly(): Promise<void> {
    await this.pay('dora', 'dora');
    this.told(
      "Dora's payment comes before her order; it waits",
      await this.becomes('dora', 'awaited'),
    );
    await this.place('dora', 1);
    const paid = await this.becomes('dora', 'paid');
    this.told('Her order comes; it is reserved and paid at once', paid && (await this.left(0)));
  }

  private async paidTooLate(): Promise<void> {
    await this.pay('bob', 'bob');
    const paymentOf = async () => (await this.order('bob')).payments[0];
    const isBack = await this.holds(async () => (await paymentOf())?.state === 'refund-due');
    this.told('Bob pays at last; his lamp is gone, so his money is due back', isBack);
  }

  private async closeTheBooks(): Promise<void> {
    const report = await audit(this.app.database);
    const { units } = report;
    this.told(
      `The books balance: ${units.available} available + ${units.held} held + ${units.sold} sold` +
        ` = ${units.received} received`,
      report.balanced,
    );
    for (const { text } of report.differences.slice(0, 20)) this.say(`  ${text}`);
  }

  private told(sentence: string, isSo: boolean): void {
    this.say(`  ${isSo ? 'ok   ' : 'WRONG'} ${sentence}`);
    if (!isSo) this.wentAsTold = false;
  }

  private idOf(name: string): string {
    return `demo-${this.run}-${name}`;
  }

  private async setLamps(available: number): Promise<void> {
    const outcome = await this.app.saga.advance({
      kind: 'stock-set',
      goodsId: LAMP,
      available,
      reason: 'demo',
      idempotencyKey: this.idOf('lamps'),
      via: { cause: 'cli', attempt: 1 },
    });
    if (outcome.change === 'refused') {
      throw new AppError('demo-stopped', `the lamps could not be set: ${outcome.message}`);
    }
  }

  private async place(name: string, quantity: number, more: object = {}): Promise<void> {
    const order = { orderId: this.idOf(name), buyerId: name, lines: [{ goodsId: LAMP, quantity }] };
    await this.app.queues.add('order-placed', [{ ...order, ...more }]);
  }

  private async pay(name: string, payment: string): Promise<void> {
    const paymentId = this.idOf(`payment-${payment}`);
    await this.app.queues.add('payment-confirmed', [{ orderId: this.idOf(name), paymentId }]);
  }

  private async order(name: string): Promise<OrderView> {
    return present(await readOrder(this.app.database, this.idOf(name)), `the order of ${name}`);
  }

  private async becomes(name: string, state: OrderState): Promise<boolean> {
    const { database } = this.app;
    return await this.holds(
      async () => (await readOrderState(database, this.idOf(name))) === state,
    );
  }

  private async left(available: number): Promise<boolean> {
    return (await readStockView(this.app.database, LAMP))?.available === available;
  }

  private async holds(condition: () => Promise<boolean>): Promise<boolean> {
    const end = systemClock.monotonicMs() + PATIENCE_MS;
    while (!(await condition())) {
      if (systemClock.monotonicMs() > end) return false;
      await pause(LOOK_MS);
    }
    return true;
  }
}
