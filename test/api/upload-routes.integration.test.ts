import { createHash, generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { systemClock } from '../../src/kernel/index.ts';
import {
  mediaPlace,
  openObjects,
  OssCallbacks,
  type Ticket,
  UploadRows,
  Uploads,
} from '../../src/media/index.ts';
import { sweepUploads } from '../../src/media/upload-sweep.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { handOver } from '../support/hand-over.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { type HttpRoom, httpRoom } from '../support/http-room.ts';
import { ObjectServer, postCallback, STORE, TEST_KEY_URL } from '../support/object-server.ts';
import { realPicture, seenIn } from '../support/real-pictures.ts';
import { PROGRAM, samplePng } from '../support/sample-pictures.ts';
import { until } from '../support/until.ts';

const PNG = samplePng(4, 3, { tEXt: 'a secret place' });
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const foreign = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;

describe('uploads over HTTP', function () {
  this.timeout(30_000);
  let room: HttpRoom;
  const begin = async (
    file: Buffer,
    contentType = 'image/png',
  ): Promise<{ readonly ticketId: string } & Pick<Ticket, 'upload'>> => {
    const draft = { purpose: 'goods', contentType, size: file.length };
    const { status, body } = await room.send('operator', 'POST', '/v1/uploads', draft);
    expect(status, JSON.stringify(body)).to.equal(201);
    return body as unknown as Ticket;
  };
  const complete = (ticketId: string) =>
    room.send(null, 'POST', `/v1/uploads/${ticketId}/complete`, {});

  /** A start that took long counts as a late process for its first second, but for who watches. */
  const isWell = () =>
    until(async () => (await fetch(`${room.url}/media/none`)).status !== 503, 20_000);

  describe('to this server itself', () => {
    before(async () => {
      room = await httpRoom();
    });
    beforeEach(isWell);
    after(() => room.drop());

    it('end as a picture that everybody sees, and that nothing hangs on', async () => {
      const ticket = await begin(PNG);
      expect((await complete(ticket.ticketId)).body).to.include({ code: 'upload-missing' });
      expect(await handOver(ticket, PNG, {}, room.url)).to.equal(204);
      const { status, body } = await complete(ticket.ticketId);
      expect(status).to.equal(200);
      expect(body).to.include({ width: 4, height: 3 });
      const shown = await fetch(room.url + String(body['url']));
      const bytes = Buffer.from(await shown.arrayBuffer());
      const name = createHash('sha256').update(bytes).digest('hex');
      expect(body['url']).to.equal(`/media/${name}.png`);
      expect(await seenIn(bytes)).to.include({ width: 4, height: 3, kind: 'png', isBare: true });
      expect(bytes.toString('latin1')).to.not.include('secret');
      expect(shown.headers.get('content-type')).to.equal('image/png');
      expect(shown.headers.get('x-content-type-options')).to.equal('nosniff');
      expect(shown.headers.get('content-security-policy')).to.equal("default-src 'none'; sandbox");
      expect((await complete(ticket.ticketId)).body).to.deep.equal(body);
      expect(await handOver(ticket, PNG, {}, room.url), 'a second time').to.equal(409);
      const brand = { name: 'Acme', logo: body['url'] };
      expect((await room.send('operator', 'POST', '/v1/brands', brand)).status).to.equal(201);
    });

    it('need the secret of the ticket, its type and its size', async () => {
      const ticket = await begin(PNG);
      const hand = (file: Buffer, over: Record<string, string> = {}) =>
        handOver(ticket, file, over, room.url);
      expect(await hand(PNG, { 'holdfast-upload-secret': 'x' })).to.equal(401);
      expect(await hand(PNG, { 'holdfast-upload-secret': '' })).to.equal(401);
      expect(await hand(PNG, { 'content-type': 'image/jpeg' })).to.equal(415);
      expect(await hand(PNG, { 'content-type': 'text/html' })).to.equal(415);
      expect(await hand(PNG.subarray(1))).to.equal(409);
      expect(await hand(Buffer.alloc(6 * 1024 * 1024))).to.equal(413);
      const stranger = { ...ticket, upload: { ...ticket.upload, url: '/v1/uploads/1/content' } };
      expect(await handOver(stranger, PNG, {}, room.url)).to.equal(404);
      expect((await complete(ticket.ticketId)).body).to.include({ code: 'upload-missing' });
    });

    it('refuse a program that is called a picture, and never show it', async () => {
      const ticket = await begin(PROGRAM, 'image/jpeg');
      expect(await handOver(ticket, PROGRAM, {}, room.url)).to.equal(204);
      const { status, body } = await complete(ticket.ticketId);
      expect([status, body['code']]).to.deep.equal([409, 'upload-not-a-picture']);
      const name = createHash('sha256').update(PROGRAM).digest('hex');
      expect((await fetch(`${room.url}/media/${name}.jpg`)).status).to.equal(404);
      const { status: shown } = await fetch(`${room.url}/incoming/${ticket.ticketId}`);
      expect(shown).to.equal(404);
    });

    it('are begun by operators, for what there is, within its limits', async () => {
      const draft = { purpose: 'goods', contentType: 'image/png', size: 10 };
      const status = async (role: 'operator' | 'viewer' | null, body: object) =>
        (await room.send(role, 'POST', '/v1/uploads', body)).status;
      expect(await status(null, draft)).to.equal(401);
      expect(await status('viewer', draft)).to.equal(403);
      for (const wrong of [
        { purpose: 'avatar' },
        { contentType: 'image/svg+xml' },
        { size: 0 },
        { size: 6_000_000 },
        { purpose: 'logo', size: 2_000_000 },
        { key: 'pub/x.png' },
      ]) {
        const body = { ...draft, ...wrong };
        expect(await status('operator', body), JSON.stringify(wrong)).to.equal(400);
      }
    });

    it('show nothing under a name that is none of ours', async () => {
      for (const name of ['..%2f..%2fetc%2fpasswd', 'x.png', `${'0'.repeat(64)}.png`]) {
        expect((await fetch(`${room.url}/media/${name}`)).status, name).to.equal(404);
      }
    });
  });

  describe('to OSS, which calls back', () => {
    let store: ObjectServer;
    let uploads: Uploads;
    let fresh: FreshDatabase;
    const callback = () => `${room.url}/v1/uploads/oss-callback`;
    before(async () => {
      store = await new ObjectServer('oss').start();
      fresh = await freshDatabase();
      room = await httpRoom({ database: fresh.database, parts: { uploads: lazy() } });
      const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
      const place = mediaPlace(store.setting(`&callback=${room.url}`), '/nowhere');
      const objects = openObjects(place, systemClock);
      const callbacks = new OssCallbacks({ [TEST_KEY_URL]: pem }, () =>
        Promise.reject(new Error('nobody is asked')),
      );
      uploads = new Uploads(new UploadRows(fresh.database), objects, callbacks);
    });
    after(async () => {
      await room.drop();
      await fresh.drop();
      await store.stop();
    });
    /** The store must know where the server is, and the server where the store is. */
    const lazy = (): Uploads =>
      new Proxy({} as Uploads, {
        get: (_target, name) => {
          const value = (uploads as unknown as Record<string | symbol, unknown>)[name];
          return typeof value === 'function' ? value.bind(uploads) : value;
        },
      });
    beforeEach(async () => {
      store.callbackKey = privateKey;
      await isWell();
    });
    const state = async (ticketId: string): Promise<unknown> => {
      const [row] = await fresh.database.rows<{ state: string }>(
        'SELECT state FROM uploads WHERE ticket_id = ?',
        [ticketId],
      );
      return row?.state;
    };

    it('are shown when the browser has its answer', async () => {
      const ticket = await begin(PNG);
      expect(ticket.upload.fields).to.include.keys('callback', 'x:ticket', 'policy');
      expect(await handOver(ticket, PNG)).to.equal(200);
      expect(await state(ticket.ticketId)).to.equal('ready');
      const body = JSON.stringify({
        bucket: STORE.bucket,
        object: `incoming/${ticket.ticketId}`,
        ticket: ticket.upload.fields['x:ticket'],
      });
      const again = await postCallback(callback(), body, privateKey);
      expect(again.status).to.equal(200);
      expect(again.body).to.deep.equal((await complete(ticket.ticketId)).body);
    });

    it('are found by the sweep when the callback is lost', async () => {
      store.callbackKey = null;
      const ticket = await begin(PNG);
      expect(await handOver(ticket, PNG)).to.equal(203);
      expect(await state(ticket.ticketId)).to.equal('waiting');
      await fresh.database.write('UPDATE uploads SET due_at = UTC_TIMESTAMP(6)');
      await sweepUploads({ uploads, logger: silentLogger });
      expect(await state(ticket.ticketId)).to.equal('ready');
    });

    it('do not believe a forged callback', async () => {
      store.callbackKey = null;
      const ticket = await begin(PNG);
      await handOver(ticket, PNG);
      const asked = store.seen.length;
      const said = {
        bucket: STORE.bucket,
        object: `incoming/${ticket.ticketId}`,
        ticket: ticket.upload.fields['x:ticket'],
      };
      const forged = await postCallback(callback(), JSON.stringify(said), foreign);
      expect([forged.status, forged.body['code']]).to.deep.equal([401, 'unauthorized']);
      const bare = await room.send(null, 'POST', '/v1/uploads/oss-callback', said);
      expect(bare.status).to.equal(401);
      expect(await state(ticket.ticketId)).to.equal('waiting');
      expect(store.seen.length, 'nobody looked').to.equal(asked);
    });

    it('do not believe what OSS signs for others', async () => {
      store.callbackKey = null;
      const ticket = await begin(PNG);
      const other = await begin(PNG);
      await handOver(ticket, PNG);
      const object = `incoming/${ticket.ticketId}`;
      const right = { bucket: STORE.bucket, object, ticket: ticket.upload.fields['x:ticket'] };
      for (const wrong of [
        { bucket: 'of-somebody-else' },
        { object: 'incoming/x' },
        { object: `pub/${ticket.ticketId}` },
        { ticket: other.upload.fields['x:ticket'] },
        { ticket: ticket.ticketId },
        { ticket: `${ticket.ticketId}.${'0'.repeat(32)}` },
        { ticket: '' },
      ]) {
        const body = JSON.stringify({ ...right, ...wrong });
        const answer = await postCallback(callback(), body, privateKey);
        const said = [answer.status, answer.body['code']];
        expect(said, JSON.stringify(wrong)).to.deep.equal([403, 'callback-foreign']);
      }
      expect(await state(ticket.ticketId)).to.equal('waiting');
      // A valid message about nothing: it is not there, whatever it says of size and type.
      const early = { ...right, object: `incoming/${other.ticketId}` };
      const lie = { ...early, ticket: other.upload.fields['x:ticket'], size: 70, etag: 'x' };
      const answer = await postCallback(callback(), JSON.stringify(lie), privateKey);
      expect([answer.status, answer.body['code']]).to.deep.equal([409, 'upload-missing']);
    });

    it('refuse a program, and tell the store so', async () => {
      const ticket = await begin(PROGRAM, 'image/jpeg');
      expect(await handOver(ticket, PROGRAM)).to.equal(203);
      expect(await state(ticket.ticketId)).to.equal('refused');
      const photo = await realPicture('jpeg');
      const fine = await begin(photo, 'image/jpeg');
      expect(await handOver(fine, photo)).to.equal(200);
    });

    it('take no file here', async () => {
      const ticket = await begin(PNG);
      const url = `${room.url}/v1/uploads/${ticket.ticketId}/content`;
      const secret = String(ticket.upload.fields['x:ticket']).split('.')[1] ?? '';
      const { status } = await fetch(url, {
        method: 'PUT',
        headers: { 'content-type': 'image/png', 'holdfast-upload-secret': secret },
        body: new Uint8Array(PNG),
      });
      expect(status).to.equal(409);
    });
  });
});
