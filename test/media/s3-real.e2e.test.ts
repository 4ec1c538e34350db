import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { codeOf, systemClock } from '../../src/kernel/index.ts';
import { mediaPlace, openObjects, UploadRows, Uploads } from '../../src/media/index.ts';
import { presignedUrl } from '../../src/media/object-signing.ts';
import type { Objects } from '../../src/media/objects.ts';
import { sweepUploads } from '../../src/media/upload-sweep.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { handOver } from '../support/hand-over.ts';
import { GATEWAY_PACKAGES, type RadosGateway, startGateway } from '../support/rados-gateway.ts';
import { realPicture, seenIn } from '../support/real-pictures.ts';
import { PROGRAM } from '../support/sample-pictures.ts';
import { describeWhenAsked, programOnPath } from '../support/wanted-program.ts';

const USER = { accessKey: 'TESTKEYOFSTORE', secret: 'test/secret+of=store' };
const REGION = 'default';
const BUCKET = 'pictures';

const server = { found: programOnPath('radosgw'), packages: GATEWAY_PACKAGES };
describeWhenAsked('s3', server, 'uploads to a real S3 server (radosgw)', function (command) {
  this.timeout(400_000);
  let gateway: RadosGateway;
  let fresh: FreshDatabase;
  let photo: Buffer;
  before(async () => {
    fresh = await freshDatabase();
    gateway = await startGateway(command, USER);
    const keys = { ...USER, region: REGION };
    const url = new URL(`${gateway.url}/${BUCKET}`);
    const asked = { method: 'PUT', url, headers: {}, wallMs: systemClock.wallMs() };
    const made = await fetch(presignedUrl(keys, 60, asked), { method: 'PUT' });
    expect(made.status, await made.text()).to.equal(200);
    photo = await realPicture('jpeg', { hasPlace: true });
  });
  after(async () => {
    await gateway?.stop();
    await fresh.drop();
  });

  const objectsBy = (upload: 'post' | 'put', secret = USER.secret): Objects => {
    const { host } = new URL(gateway.url);
    const access = `${USER.accessKey}:${encodeURIComponent(secret)}`;
    const where = `s3+http://${access}@${host}/${BUCKET}?region=${REGION}&upload=${upload}`;
    return openObjects(mediaPlace(where, '/nowhere'), systemClock);
  };
  const codeFrom = async (asked: Promise<unknown>): Promise<string> =>
    await asked.then(() => 'fine', codeOf);

  for (const upload of ['post', 'put'] as const) {
    describe(`with upload=${upload}`, () => {
      let objects: Objects;
      let uploads: Uploads;
      const begin = (file: Buffer) =>
        uploads.begin({ purpose: 'goods', contentType: 'image/jpeg', size: file.length });
      const isThere = async (ticketId: string) =>
        (await objects.head(`incoming/${ticketId}`)) !== null;
      before(() => {
        objects = objectsBy(upload);
        uploads = new Uploads(new UploadRows(fresh.database), objects);
      });

      it('are shown once our own question finds them, written anew', async () => {
        const ticket = await begin(photo);
        expect(await codeFrom(uploads.complete(ticket.ticketId))).to.equal('upload-missing');
        expect(await handOver(ticket, photo)).to.be.within(200, 204);
        expect(await objects.head(`incoming/${ticket.ticketId}`)).to.include({
          size: photo.length,
          type: 'image/jpeg',
        });
        const ready = await uploads.complete(ticket.ticketId);
        const key = ready.url.slice(ready.url.indexOf('pub/'));
        const shown = (await objects.read(key, ready.bytes)) ?? photo;
        expect(key).to.equal(`pub/${createHash('sha256').update(shown).digest('hex')}.jpg`);
        expect(await seenIn(shown)).to.include({ width: 40, height: 20, isBare: true });
        expect(await objects.head(key)).to.include({ size: shown.length, type: 'image/jpeg' });
        expect(await isThere(ticket.ticketId), 'the upload itself').to.equal(false);
      });

      it('must be what the ticket is for, or the server refuses them', async () => {
        const ticket = await begin(photo);
        const longer = Buffer.concat([photo, Buffer.alloc(1)]);
        expect(await handOver(ticket, longer)).to.be.within(400, 403);
        expect(await handOver(ticket, photo, { 'content-type': 'text/html' })).to.equal(403);
        if (upload === 'post') {
          expect(await handOver(ticket, photo, { key: 'pub/mine.jpg' })).to.equal(403);
        }
        expect(await isThere(ticket.ticketId)).to.equal(false);
      });

      it('are found by the sweep when nobody tells of them', async () => {
        const ticket = await begin(photo);
        await handOver(ticket, photo);
        await fresh.database.write('UPDATE uploads SET due_at = UTC_TIMESTAMP(6)');
        await sweepUploads({ uploads, logger: silentLogger });
        expect(await isThere(ticket.ticketId)).to.equal(false);
        expect(await codeFrom(uploads.complete(ticket.ticketId))).to.equal('fine');
      });

      it('are refused when they are a program under another name', async () => {
        const ticket = await begin(PROGRAM);
        await handOver(ticket, PROGRAM);
        const code = await codeFrom(uploads.complete(ticket.ticketId));
        expect(code).to.equal('upload-not-a-picture');
        expect(await isThere(ticket.ticketId)).to.equal(false);
      });

      it('are refused under another secret', async () => {
        const wrong = new Uploads(new UploadRows(fresh.database), objectsBy(upload, 'wrong'));
        const draft = { purpose: 'goods', contentType: 'image/jpeg', size: photo.length } as const;
        const ticket = await wrong.begin(draft);
        expect(await handOver(ticket, photo)).to.equal(403);
        expect(await codeFrom(wrong.complete(ticket.ticketId))).to.equal('media-unavailable');
      });
    });
  }

  it('are removed, and removing what is gone is no failure', async () => {
    const objects = objectsBy('put');
    const key = `pub/${'0'.repeat(64)}.png`;
    await objects.put(key, photo, 'image/png');
    expect((await objects.read(key, photo.length))?.equals(photo)).to.equal(true);
    expect(await objects.read(key, photo.length - 1), 'larger than asked for').to.equal(null);
    await objects.remove(key);
    await objects.remove(key);
    expect(await objects.head(key)).to.equal(null);
  });
});
