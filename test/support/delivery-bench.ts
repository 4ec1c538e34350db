import { type Service, systemClock, systemRandom } from '../../src/kernel/index.ts';
import {
  createNoticeDelivery,
  type DeliveryPace,
  type NoticeDeliveryOptions,
} from '../../src/delivery/index.ts';
import { listNotices, type NoticeView } from '../../src/notices/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { NoticeReceiver } from './notice-receiver.ts';
import { type SagaFixture, sagaFixture } from './saga-fixture.ts';
import { until } from './until.ts';

export const SECRET = 'a-secret-that-both-sides-know';

/** A saga that tells, a receiver, and deliverers on demand. */
export class DeliveryBench {
  readonly fixture: SagaFixture;
  readonly receiver: NoticeReceiver;
  private readonly deliveries: Service[] = [];

  private constructor(fixture: SagaFixture, receiver: NoticeReceiver) {
    this.fixture = fixture;
    this.receiver = receiver;
  }

  static async open(): Promise<DeliveryBench> {
    const fixture = await sagaFixture({ rules: { writesNotices: true } });
    await fixture.restock(1, 1000);
    return new DeliveryBench(fixture, await NoticeReceiver.open());
  }

  /** Quick to try again, unless it is told otherwise. */
  async deliver(
    pace: Partial<DeliveryPace> = {},
    more: Partial<NoticeDeliveryOptions> = {},
  ): Promise<Service> {
    const delivery = createNoticeDelivery({
      ...this.fixture,
      receiver: { url: this.receiver.url, secrets: [SECRET] },
      periodMs: 20,
      logger: silentLogger,
      clock: systemClock,
      random: systemRandom,
      pace: { backoff: { firstMs: 20, capMs: 40 }, ...pace },
      ...more,
    });
    this.deliveries.push(delivery);
    await delivery.start();
    return delivery;
  }

  /** Reserves these orders: one notice each. */
  async reserve(...orderIds: readonly string[]): Promise<void> {
    await Promise.all(
      orderIds.map(async (orderId) => {
        await this.fixture.place(orderId, [{ goodsId: 1, quantity: 1 }]);
        await this.fixture.reserve(orderId);
      }),
    );
  }

  async pay(...orderIds: readonly string[]): Promise<void> {
    await Promise.all(
      orderIds.map((orderId) => this.fixture.pay({ orderId, paymentId: `p-${orderId}` })),
    );
  }

  async notices(): Promise<readonly NoticeView[]> {
    return (await listNotices(this.fixture.database, { limit: 5000 })).notices.toReversed();
  }

  async untilDelivered(count: number, boundMs = 8000): Promise<void> {
    const isDone = async () => {
      const notices = await this.notices();
      return notices.filter(({ state }) => state === 'delivered').length === count;
    };
    await until(isDone, boundMs, `the delivery of ${count} notices`, 10);
  }

  async close(): Promise<void> {
    for (const delivery of this.deliveries) await delivery.stop();
    await this.receiver.goAway();
    await this.fixture.drop();
  }
}
