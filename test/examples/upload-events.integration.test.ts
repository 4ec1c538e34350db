import { expect } from 'chai';
import { onUploadEvents } from '../../examples/upload-events.ts';
import type { Ticket } from '../../src/media/index.ts';
import { handOver } from '../support/hand-over.ts';
import { type HttpRoom, httpRoom } from '../support/http-room.ts';
import { samplePng } from '../support/sample-pictures.ts';
import { until } from '../support/until.ts';

describe('the example behind S3 events', function () {
  this.timeout(30_000);
  let room: HttpRoom;
  before(async () => {
    room = await httpRoom();
    // A start that took long counts as a late process for its first second, but for who watches.
    await until(async () => (await fetch(`${room.url}/media/none`)).status !== 503, 20_000);
  });
  after(() => room.drop());

  const messageOf = (...keys: readonly string[]): string =>
    JSON.stringify({ Records: keys.map((key) => ({ s3: { object: { key } } })) });

  it('has each upload looked at, as often as it is told of', async () => {
    const file = samplePng();
    const draft = { purpose: 'goods', contentType: 'image/png', size: file.length };
    const { body } = await room.send('operator', 'POST', '/v1/uploads', draft);
    const ticket = body as unknown as Ticket;
    await handOver(ticket, file, {}, room.url);
    const message = messageOf(`incoming%2F${ticket.ticketId}`, 'pub/x.png', 'incoming/%zz');
    for (let time = 0; time < 2; time += 1) {
      expect(await onUploadEvents(room.url, message)).to.equal(1);
    }
    const [row] = await room.database.rows<{ state: string }>('SELECT state FROM uploads');
    expect(row?.state).to.equal('ready');
  });

  it('passes over what is none of ours, and fails when the shop is away', async () => {
    expect(await onUploadEvents(room.url, '{"Event":"s3:TestEvent"}')).to.equal(0);
    expect(await onUploadEvents(room.url, messageOf(`incoming/${'0'.repeat(32)}`))).to.equal(1);
    const gone = onUploadEvents('http://127.0.0.1:1', messageOf(`incoming/${'0'.repeat(32)}`));
    const failed = await gone.then(
      () => false,
      () => true,
    );
    expect(failed).to.equal(true);
  });
});
