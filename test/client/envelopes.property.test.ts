import { expect } from 'chai';
import fc from 'fast-check';
import { createClient, type HoldfastError, type PlaceAnswer } from '../../src/client/index.ts';
import { ScriptedServer } from '../support/scripted-server.ts';

/** What a caller was told: how it ended, and of which order. */
type Told = readonly [how: string, orderId: unknown];

describe('any number of calls, in any interleaving', () => {
  let server: ScriptedServer;

  before(async () => {
    server = await ScriptedServer.start();
  });
  after(() => server.stop());

  const kinds = ['ok', 'short', 'clash'] as const;
  const ends = { ok: 'placed', short: 'rejected', clash: 'order-conflict' } as const;
  const calls = fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      waitMs: fc.constantFrom(0, 0, 0, 1000),
      turns: fc.constantFrom(0, 0, 0, 1, 5, 200),
    }),
    { minLength: 1, maxLength: 60 },
  );
  const bounds = fc.record({
    maxSize: fc.integer({ min: 1, max: 20 }),
    maxDelayMs: fc.integer({ min: 0, max: 4 }),
    maxRequests: fc.integer({ min: 1, max: 4 }),
  });

  it('get each its own answer, and no envelope is larger than allowed', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(calls, bounds, async (plan, limits) => {
        const client = createClient({ httpUrl: server.url, token: 't', ...limits });
        const from = server.heard.length;
        const told = await Promise.all(
          plan.map(async ({ kind, waitMs, turns }, index): Promise<Told> => {
            for (let turn = 0; turn < turns; turn += 1) await nextTurn();
            const order = { orderId: `${kind}-${index}`, lines: [{ goodsId: 7, quantity: 1 }] };
            return await client.place(order, { waitMs }).then(toldBy, refusedBy);
          }),
        );
        await client.close();
        const wanted = plan.map(({ kind }, index) => [ends[kind], `${kind}-${index}`]);
        expect(told).to.deep.equal(wanted);
        const sizes = server.envelopes.slice(from);
        expect(Math.max(...sizes)).to.be.at.most(limits.maxSize);
        expect(sizes.reduce((sum, size) => sum + size, 0)).to.equal(plan.length);
      }),
      { numRuns: 60 },
    );
  });
});

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
const toldBy = ({ state, orderId }: PlaceAnswer): Told => [state, orderId];
const refusedBy = ({ code, details }: HoldfastError): Told => [code, details['orderId']];
