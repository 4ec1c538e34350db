import { expect } from 'chai';
import { GoodsMemory } from '../../src/saga/goods-memory.ts';

const lines = [{ goodsId: 1, quantity: 1 }];

describe('the memory of goods', () => {
  it('keeps the latest, and does not grow for ever', () => {
    const memory = new GoodsMemory();
    for (let index = 0; index < 200_000; index += 1) memory.rememberLines(`o${index}`, lines);
    expect(memory.linesOf('o199999')).to.equal(lines);
    expect(memory.linesOf('o180000')).to.equal(lines);
    expect(memory.linesOf('o100000')).to.equal(undefined);
  });

  it('forgets what it is told to, however long ago that came', () => {
    const memory = new GoodsMemory();
    memory.rememberLines('a', lines);
    for (let index = 0; index < 25_000; index += 1) memory.rememberLines(`o${index}`, lines);
    expect(memory.linesOf('a')).to.equal(lines);
    memory.forgetLines('a');
    expect(memory.linesOf('a')).to.equal(undefined);
  });

  it('believes the latest number that was left', () => {
    const memory = new GoodsMemory();
    const via = { cause: 'http', attempt: 1 } as const;
    const waited = {
      kind: 'placed',
      order: { orderId: 'a', lines },
      reserveWithinMs: 1,
      via,
    } as const;
    expect(memory.foreseesNoMoves([waited])).to.equal(false);
    memory.rememberForSale(1, 0);
    expect(memory.foreseesNoMoves([waited])).to.equal(true);
    memory.rememberForSale(1, 5);
    expect(memory.foreseesNoMoves([waited])).to.equal(false);
  });

  it('tells what writes little from what writes much, and from what it does not know', () => {
    const memory = new GoodsMemory();
    const via = { cause: 'http', attempt: 1 } as const;
    const many = Array.from({ length: 5 }, (_, index) => ({ goodsId: index + 1, quantity: 1 }));
    const placed = (order: object) =>
      memory.isSmall({ kind: 'placed', order: { orderId: 'a', lines, ...order }, via });
    expect([placed({}), placed({ lines: many }), placed({ metadata: { a: 1 } })]).to.deep.equal([
      true,
      false,
      false,
    ]);
    const reserve = { kind: 'reserve', orderId: 'a', via } as const;
    expect(memory.isSmall(reserve)).to.equal(false);
    memory.rememberLines('a', lines);
    expect(memory.isSmall(reserve)).to.equal(true);
    memory.rememberLines('a', many);
    expect(memory.isSmall(reserve)).to.equal(false);
  });
});
