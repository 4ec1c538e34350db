import { createHash, generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { codeOf, systemClock } from '../../src/kernel/index.ts';
import {
  mediaPlace,
  openObjects,
  type PictureType,
  UploadRows,
  Uploads,
} from '../../src/media/index.ts';
import { sweepUploads } from '../../src/media/upload-sweep.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { handOver } from '../support/hand-over.ts';
import { memoryLogger } from '../support/memory-logger.ts';
import { ObjectServer, STORE, type StoreKind } from '../support/object-server.ts';
import { pixelBomb, realPicture, seenIn } from '../support/real-pictures.ts';
import { PROGRAM, sampleJpeg, samplePng } from '../support/sample-pictures.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const PNG = samplePng(4, 3, { tEXt: 'a secret place' });

describe('uploads to an object store', function () {
  this.timeout(30_000);
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
  });
  after(() => fresh.drop());

  const over = (text: string): Uploads => {
    const objects = openObjects(mediaPlace(text, '/nowhere'), systemClock);
    return new Uploads(new UploadRows(fresh.database), objects);
  };
  const letBeDue = (seconds = 0) =>
    fresh.database.write(
      `UPDATE uploads SET due_at = UTC_TIMESTAMP(6),
         created_at = created_at - INTERVAL ? SECOND, expires_at = expires_at - INTERVAL ? SECOND
       WHERE due_at IS NOT NULL`,
      [seconds, seconds],
    );
  const rejected = async (asked: Promise<unknown>): Promise<string> =>
    await asked.then(
      () => 'fine',
      (error: unknown) => codeOf(error),
    );

  for (const [kind, more] of [
    ['s3', ''],
    ['s3', '&upload=put'],
    ['oss', ''],
  ] as const satisfies readonly (readonly [StoreKind, string])[]) {
    describe(`of ${kind}${more}`, () => {
      let store: ObjectServer;
      let uploads: Uploads;
      const logger = memoryLogger();
      const sweep = () => sweepUploads({ uploads, logger });
      const begin = (file: Buffer, contentType: PictureType = 'image/png') =>
        uploads.begin({ purpose: 'goods', contentType, size: file.length });
      before(async () => {
        store = await new ObjectServer(kind).start();
        uploads = over(store.setting(more));
      });
      after(() => store.stop());
      beforeEach(async () => {
        store.kept.clear();
        store.seen.splice(0);
        store.isAway = false;
        await fresh.database.write('DELETE FROM uploads');
      });

      it('are shown once our own question finds them, clean and under their content', async () => {
        const ticket = await begin(PNG);
        expect(await rejected(uploads.complete(ticket.ticketId))).to.equal('upload-missing');
        expect(await handOver(ticket, PNG)).to.equal(200);
        const ready = await uploads.complete(ticket.ticketId);
        expect(ready).to.include({ width: 4, height: 3, purpose: 'goods' });
        const [[key = '', kept] = []] = store.kept;
        expect(key).to.match(/^pub\/[0-9a-f]{64}\.png$/);
        expect(await seenIn(kept?.body ?? PNG)).to.include({ width: 4, kind: 'png', isBare: true });
        expect(kept?.type).to.equal('image/png');
        expect(ready.url).to.equal(`${store.url}/${STORE.bucket}/${key}`);
        const before = store.seen.length;
        expect(await uploads.complete(ticket.ticketId)).to.deep.equal(ready);
        expect(store.seen.length, 'asked again').to.equal(before);
      });

      it('are never shown as they came: no place is told, nothing hangs on', async () => {
        const photo = await realPicture('jpeg', { hasPlace: true, turn: 6, width: 5000 });
        const file = Buffer.concat([photo, Buffer.from('PK\x03\x04 a secret archive')]);
        const ticket = await begin(file, 'image/jpeg');
        await handOver(ticket, file);
        const ready = await uploads.complete(ticket.ticketId);
        expect(ready).to.include({ width: 8, height: 2048, contentType: 'image/jpeg' });
        const [[key = '', kept] = []] = store.kept;
        const shown = kept?.body ?? file;
        expect(key).to.include(createHash('sha256').update(shown).digest('hex'));
        expect(shown.toString('latin1')).to.not.match(/secret|Exif/);
        expect(await seenIn(shown)).to.include({ upper: 'red', lower: 'blue', isBare: true });
        expect(ready.bytes).to.equal(shown.length);
      });

      it('are refused for good when they cannot be decoded, or are bombs', async () => {
        for (const [file, code, type] of [
          [sampleJpeg(), 'upload-unreadable', 'image/jpeg'],
          [await pixelBomb(7000, 6000), 'upload-too-many-pixels', 'image/png'],
        ] as const) {
          const { ticketId, ...ticket } = await begin(file, type);
          await handOver(ticket, file);
          expect(await rejected(uploads.complete(ticketId))).to.equal(code);
          expect(await rejected(uploads.complete(ticketId)), 'once more').to.equal(code);
          expect(store.kept.size).to.equal(0);
        }
      });

      it('are one, however many say at once that they came', async () => {
        const ticket = await begin(PNG);
        await handOver(ticket, PNG);
        const all = await Promise.all(
          Array.from({ length: 8 }, () => uploads.complete(ticket.ticketId)),
        );
        const reads = store.seen.filter((line) => line.startsWith('GET '));
        expect(reads, 'looked at once').to.have.length(1);
        for (const one of all) expect(one).to.deep.equal(all[0]);
        expect([...store.kept.keys()]).to.have.length(1);
      });

      it('must be what the ticket is for, or the store refuses them', async () => {
        const ticket = await begin(PNG);
        const longer = Buffer.concat([PNG, Buffer.alloc(1)]);
        expect(await handOver(ticket, longer)).to.be.within(400, 403);
        expect(await handOver(ticket, PNG, { 'content-type': 'text/html' })).to.equal(403);
        if (more === '') {
          expect(await handOver(ticket, PNG, { key: 'pub/mine.png' })).to.equal(403);
          expect(await handOver(ticket, PNG, { 'x-more': '1' })).to.equal(403);
        }
        expect(store.kept.size).to.equal(0);
      });

      it('are found by the sweep when nobody tells of them', async () => {
        const ticket = await begin(PNG);
        await handOver(ticket, PNG);
        expect(await sweep(), 'not due yet').to.equal(0);
        await letBeDue();
        expect(await sweep()).to.equal(1);
        expect([...store.kept.keys()].join()).to.match(/^pub\//);
        const ready = await uploads.complete(ticket.ticketId);
        // The form is still good: what comes by it later is cleared away, and changes nothing.
        expect(await handOver(ticket, PNG)).to.equal(200);
        await letBeDue(800);
        expect(await sweep()).to.equal(1);
        expect(store.kept.size).to.equal(1);
        expect(await uploads.complete(ticket.ticketId)).to.deep.equal(ready);
        await letBeDue();
        expect(await sweep()).to.equal(0);
      });

      it('expire when nothing came, and never before a late one can have come', async () => {
        const { ticketId } = await begin(PNG);
        await letBeDue(610);
        await sweep();
        expect(await rejected(uploads.complete(ticketId))).to.equal('upload-missing');
        await letBeDue(130);
        await sweep();
        expect(await rejected(uploads.complete(ticketId))).to.equal('upload-expired');
        await letBeDue();
        expect(await sweep()).to.equal(0);
      });

      it('are refused for good when they are a program under another name', async () => {
        const ticket = await begin(PROGRAM, 'image/jpeg');
        expect(await handOver(ticket, PROGRAM)).to.equal(200);
        for (let time = 0; time < 2; time += 1) {
          expect(await rejected(uploads.complete(ticket.ticketId))).to.equal(
            'upload-not-a-picture',
          );
        }
        expect(store.kept.size).to.equal(0);
        const other = await begin(PNG, 'image/jpeg');
        await handOver(other, PNG);
        expect(await rejected(uploads.complete(other.ticketId))).to.equal('upload-type-differs');
      });

      it('wait while the store is away, and no secret is told', async () => {
        const ticket = await begin(PNG);
        await handOver(ticket, PNG);
        store.isAway = true;
        expect(await rejected(uploads.complete(ticket.ticketId))).to.equal('media-unavailable');
        await letBeDue();
        await sweep();
        store.isAway = false;
        await letBeDue();
        await sweep();
        expect(await rejected(uploads.complete(ticket.ticketId))).to.equal('fine');
        const text = logger.lines.join('\n');
        expect(text).to.include('answered 500');
        expect(text).to.not.match(/test\/secret|test%2Fsecret|[Ss]ignature/);
      });

      it('are believed by size and type as the store tells them', async () => {
        const ticket = await begin(PNG);
        const key = `incoming/${ticket.ticketId}`;
        store.kept.set(key, { body: sampleJpeg(), type: 'image/png' });
        expect(await rejected(uploads.complete(ticket.ticketId))).to.equal('upload-size-differs');
        const other = await begin(PNG);
        store.kept.set(`incoming/${other.ticketId}`, { body: PNG, type: 'text/html' });
        expect(await rejected(uploads.complete(other.ticketId))).to.equal('upload-type-differs');
        expect(store.kept.size).to.equal(0);
      });
    });
  }

  it('are refused by a store under another secret', async () => {
    const store = await new ObjectServer('s3').start();
    try {
      const wrong = over(store.setting().replace('test%2Fsecret', 'test%2Fother'));
      const ticket = await wrong.begin({ purpose: 'logo', contentType: 'image/png', size: 9 });
      expect(await handOver(ticket, Buffer.alloc(9))).to.equal(403);
      expect(await rejected(wrong.complete(ticket.ticketId))).to.equal('media-unavailable');
    } finally {
      await store.stop();
    }
  });

  it('may be handed in by us, judged like any other', async () => {
    const store = await new ObjectServer('oss').start();
    store.callbackKey = privateKey;
    try {
      const uploads = over(store.setting('&public=https://cdn.example/pictures'));
      const ready = await uploads.put('logo', PNG);
      expect(ready.url).to.match(/^https:\/\/cdn\.example\/pictures\/pub\/[0-9a-f]{64}\.png$/);
      expect(await rejected(uploads.put('logo', PROGRAM))).to.equal('upload-not-a-picture');
      expect(await rejected(uploads.put('logo', samplePng(3000, 3000)))).to.equal(
        'upload-too-many-pixels',
      );
      expect(await rejected(uploads.put('logo', Buffer.alloc(0)))).to.equal('invalid-input');
      expect(await rejected(uploads.put('logo', sampleJpeg()))).to.equal('upload-unreadable');
      expect(store.kept.size).to.equal(1);
    } finally {
      await store.stop();
    }
  });
});
