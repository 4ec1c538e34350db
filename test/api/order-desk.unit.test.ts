import { expect } from 'chai';
import { OrderDesk } from '../../src/api/http/order-desk.ts';
import { AppError } from '../../src/kernel/index.ts';
import type { PlacedOrder } from '../../src/queues/index.ts';
import type { Advanced, SagaEvent } from '../../src/saga/index.ts';
import { signal, until } from '../support/until.ts';

const orders = (count: number): PlacedOrder[] =>
  Array.from({ length: count }, (_, index) => ({
    orderId: `o-${index}`,
    lines: [{ goodsId: 7, quantity: 1 }],
  }));

const outcomeOf = (event: SagaEvent): Advanced => {
  const orderId = event.kind === 'placed' ? event.order.orderId : 'o-0';
  const state = event.kind === 'placed' ? 'placed' : 'reserved';
  return { outcome: { orderId, state, change: 'changed' } };
};

/** A saga that answers the events of one kind only once it is let. */
function slowSaga(slowKind: SagaEvent['kind']) {
  const { given, give } = signal();
  let asked = 0;
  return {
    let: give,
    asked: () => asked,
    advanceAll: async (events: readonly SagaEvent[]): Promise<readonly Advanced[]> => {
      asked += events.length;
      if (events.some(({ kind }) => kind === slowKind)) await given;
      return events.map(outcomeOf);
    },
  };
}

const refusalOf = async (work: Promise<unknown>): Promise<AppError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(AppError);
  return error as AppError;
};

describe('the desk where orders are taken in', () => {
  it('takes 20,000 at once, refuses more as overloaded, and goes on later', async () => {
    const saga = slowSaga('placed');
    const desk = new OrderDesk(saga);
    const first = [desk.place(orders(19_500), 0), desk.place(orders(500), 1000)];
    for (const [count, waitMs] of [
      [1, 0],
      [500, 1000],
    ] as const) {
      const refusal = await refusalOf(desk.place(orders(count), waitMs));
      expect([refusal.code, refusal.retryable]).to.deep.equal(['overloaded', true]);
    }
    expect(saga.asked()).to.equal(20_000);
    saga.let();
    const answers = await Promise.all(first);
    expect(answers.map((all) => all.length)).to.deep.equal([19_500, 500]);
    await until(async () => (await desk.place(orders(20_000), 0)).length === 20_000);
  });

  it('counts orders whose wait has ended until they are decided', async () => {
    const saga = slowSaga('reserve');
    const desk = new OrderDesk(saga);
    const answers = await desk.place(orders(20_000), 1);
    expect(answers.every(({ status }) => status === 202)).to.equal(true);
    expect((await refusalOf(desk.place(orders(1), 0))).code).to.equal('overloaded');
    saga.let();
    await until(async () => {
      const [answer] = await desk.place(orders(1), 0).catch(() => []); // still full: asked again
      return answer?.status === 202;
    });
  });

  it('gives back the room of orders that failed', async () => {
    const desk = new OrderDesk({ advanceAll: () => Promise.reject(new Error('no database')) });
    for (let times = 0; times < 3; times += 1) {
      const error = await desk.place(orders(20_000), times).catch((reason: unknown) => reason);
      expect((error as Error).message).to.equal('no database');
    }
  });

  it('tells whoever waits how things stand when it is stopped', async () => {
    const desk = new OrderDesk(slowSaga('reserve'));
    const waiting = desk.place(orders(2), 30_000);
    await until(async () => (await desk.place(orders(1), 0)).length === 1);
    desk.stopWaiting();
    for (const answers of [await waiting, await desk.place(orders(2), 30_000)]) {
      expect(answers.map(({ status, body }) => [status, body['state']])).to.deep.equal([
        [202, 'placed'],
        [202, 'placed'],
      ]);
    }
  });
});
