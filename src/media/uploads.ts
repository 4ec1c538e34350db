import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError, Gate, isoOf, present, randomName } from '../kernel/index.ts';
import type { ObjectHead, Objects, UploadWay } from './objects.ts';
import { type CallbackMessage, OssCallbacks } from './oss-callback.ts';
import { type Judged, judgeHead, judgePicture, type Refusal } from './picture.ts';
import type { Picture } from './picture-content.ts';
import { PictureEncoder } from './picture-encoder.ts';
import {
  type Bounds,
  boundsOf,
  incomingKey,
  type PictureType,
  publishedKey,
  type Purpose,
  typeOfName,
} from './purpose.ts';
import type { Published, UploadRow, UploadRows } from './uploads-store.ts';

export interface UploadDraft {
  readonly purpose: Purpose;
  readonly contentType: PictureType;
  readonly size: number;
}

/** A ticket, and how a browser uses it. */
export interface Ticket {
  readonly ticketId: string;
  readonly expiresAt: string;
  readonly upload: UploadWay;
}

/** A picture that can be shown. */
export interface ReadyUpload extends Published {
  readonly ticketId: string;
  readonly purpose: Purpose;
  readonly contentType: string;
}

/** What the body of a callback says; none of it is believed but for what it is about. */
export interface OssSaid {
  readonly bucket: string;
  readonly object: string;
  readonly ticket: string;
}

const LIFE_SECONDS = 600;
/** Pictures held in memory at once by one process. */
const IN_HAND_MAX = 4;

/**
 * Pictures on their way in. Who says that one has come only makes us look: what is believed is
 * what our own question to the object store answers, and what the bytes themselves are.
 */
export class Uploads {
  private readonly objects: Objects;
  private readonly rows: UploadRows;
  private readonly callbacks: OssCallbacks;
  private readonly inHand = new Gate(IN_HAND_MAX);
  private readonly encoder = new PictureEncoder();
  private readonly looks = new Map<string, Promise<boolean>>();

  constructor(rows: UploadRows, objects: Objects, callbacks: OssCallbacks = new OssCallbacks()) {
    this.rows = rows;
    this.objects = objects;
    this.callbacks = callbacks;
  }

  async begin({ purpose, contentType, size }: UploadDraft): Promise<Ticket> {
    const { types } = boundsOf(purpose);
    if (!types.includes(contentType)) {
      throw new AppError('invalid-input', `contentType is none of ${types.join(', ')}`);
    }
    assertSize(size, purpose);
    const ticketId = randomName(16);
    const secret = randomName(16);
    const key = incomingKey(ticketId);
    const lifeMs = LIFE_SECONDS * 1000;
    const upload = this.objects.wayFor({ ticketId, secret, key, contentType, size, lifeMs });
    const ticket = { ticketId, secretHash: hashOf(secret), purpose, contentType, size };
    await this.rows.add(ticket, LIFE_SECONDS);
    const { expiresAt } = await this.known(ticketId);
    return { ticketId, expiresAt: isoOf(expiresAt), upload };
  }

  /** Looks whether the upload is there, and shows it if it may be shown; the same every time. */
  async complete(ticketId: string): Promise<ReadyUpload> {
    const row = await this.known(ticketId);
    if (row.state !== 'waiting') return outcomeOf(row);
    const isThere = await this.lookOnce(row);
    const now = await this.known(ticketId);
    if (isThere || now.state !== 'waiting') return outcomeOf(now);
    throw new AppError('upload-missing', 'the object store has nothing under this ticket yet');
  }

  /** Whether this file may be handed to us: asked before any of it is read. */
  async admit(ticketId: string, secret: string, type: string): Promise<UploadRow> {
    const row = await this.known(ticketId);
    if (!isSame(row.secretHash, hashOf(secret))) {
      throw new AppError('unauthorized', 'the secret is not that of this ticket');
    }
    if (this.objects.provider !== 'local' || row.state !== 'waiting' || row.isOver === 1) {
      throw new AppError('upload-expired', 'this ticket is used, or its time is over');
    }
    if (type === row.contentType) return row;
    throw new AppError('unsupported-media-type', 'send the content type that the ticket is for');
  }

  /** Keeps the file itself, where we are the object store. */
  async take({ ticketId, size, contentType }: UploadRow, bytes: Buffer): Promise<void> {
    const refusal = judgeHead({ size: bytes.length, type: null }, { size, type: contentType });
    if (refusal) throw new AppError(refusal.code, refusal.why);
    await this.objects.put(incomingKey(ticketId), bytes, contentType);
  }

  async isFromOss(message: CallbackMessage): Promise<boolean> {
    return this.objects.provider === 'oss' && (await this.callbacks.isSigned(message));
  }

  /**
   * A callback that OSS has signed. OSS signs for all its customers, about their buckets too: it
   * must name our bucket, our ticket with its secret, and the object of that ticket.
   */
  async told(said: OssSaid): Promise<ReadyUpload> {
    const [ticketId = '', secret = ''] = said.ticket.split('.');
    const row = isTicketId(ticketId) ? await this.rows.read(ticketId) : null;
    const isOurs =
      row !== null &&
      said.bucket === this.objects.bucket &&
      said.object === incomingKey(ticketId) &&
      isSame(row.secretHash, hashOf(secret));
    if (isOurs) return await this.complete(ticketId);
    throw new AppError('callback-foreign', 'it is about another bucket, object or ticket');
  }

  /** A picture that is here already: judged like any other. */
  async put(purpose: Purpose, bytes: Buffer): Promise<ReadyUpload> {
    const bounds = boundsOf(purpose);
    assertSize(bytes.length, purpose);
    const judged = await this.judge(bytes, null, bounds);
    if ('refusal' in judged) throw new AppError(judged.refusal.code, judged.refusal.why);
    const { picture } = judged;
    const ticketId = randomName(16);
    const published = await this.publish(picture);
    const contentType = picture.type;
    const secretHash = hashOf(randomName(16));
    const ticket = { ticketId, secretHash, purpose, contentType, size: bytes.length };
    await this.rows.add(ticket, 0);
    await this.rows.ready(ticketId, published, null);
    return outcomeOf(await this.known(ticketId));
  }

  /** What the sweep does with one ticket that nobody told of, or that is finished. */
  async lookAfter(ticketId: string): Promise<UploadRow['state']> {
    const row = await this.known(ticketId);
    if (row.state === 'waiting') {
      const isThere = await this.lookOnce(row);
      if (isThere) return (await this.known(ticketId)).state;
      if (row.isLost === 0) {
        await this.rows.lookLater(ticketId);
        return 'waiting';
      }
      await this.rows.expired(ticketId);
    }
    await this.objects.remove(incomingKey(ticketId));
    await this.rows.cleared(ticketId);
    return (await this.known(ticketId)).state;
  }

  async claimDue(limit: number): Promise<readonly string[]> {
    return await this.rows.claimDue(limit);
  }

  /** A published picture by its name; null where another server shows them. */
  async shown(name: string): Promise<{ type: PictureType; bytes: Buffer } | null> {
    const type = typeOfName(name);
    if (type === null || this.objects.provider !== 'local') return null;
    const [sha256 = ''] = name.split('.');
    const bytes = await this.objects.read(publishedKey(sha256, type), Number.MAX_SAFE_INTEGER);
    return bytes && { type, bytes };
  }

  /** Who asks while we look waits for that look: saying it often shall cost nobody a processor. */
  private async lookOnce(row: UploadRow): Promise<boolean> {
    const { ticketId } = row;
    const under = this.looks.get(ticketId);
    if (under) return await under;
    const look = this.inHand.pass(1, () => this.look(row));
    this.looks.set(ticketId, look);
    try {
      return await look;
    } finally {
      this.looks.delete(ticketId);
    }
  }

  /** Answers whether there was something to look at. */
  private async look(row: UploadRow): Promise<boolean> {
    const { ticketId, contentType: type, size, purpose } = row;
    const key = incomingKey(ticketId);
    const head = await this.objects.head(key);
    if (!head) return false;
    const refusal = judgeHead(head, { size, type });
    if (refusal) return await this.refuse(ticketId, refusal);
    const bytes = await this.objects.read(key, size);
    if (!bytes || bytes.length !== size) return false; // replaced in between: it is looked at again
    const judged = await this.judge(bytes, type, boundsOf(purpose));
    if ('refusal' in judged) return await this.refuse(ticketId, judged.refusal);
    await this.finish(ticketId, judged.picture, head);
    return true;
  }

  /** First by what it says of itself, then by what it is when it is shown. */
  private async judge(bytes: Buffer, type: string | null, bounds: Bounds): Promise<Judged> {
    const judged = judgePicture(bytes, type, bounds);
    return 'refusal' in judged ? judged : await this.encoder.encode(judged.picture, bounds);
  }

  private async finish(ticketId: string, picture: Picture, head: ObjectHead): Promise<void> {
    await this.rows.ready(ticketId, await this.publish(picture), head);
    await this.objects.remove(incomingKey(ticketId));
  }

  private async refuse(ticketId: string, refusal: Refusal): Promise<true> {
    await this.rows.refused(ticketId, refusal);
    await this.objects.remove(incomingKey(ticketId));
    return true;
  }

  private async publish({ type, width, height, bytes }: Picture): Promise<Published> {
    const key = publishedKey(createHash('sha256').update(bytes).digest('hex'), type);
    await this.objects.put(key, bytes, type);
    return { url: this.objects.publicUrl(key), bytes: bytes.length, width, height };
  }

  private async known(ticketId: string): Promise<UploadRow> {
    const row = isTicketId(ticketId) ? await this.rows.read(ticketId) : null;
    if (row) return row;
    throw new AppError('unknown-upload', 'there is no such ticket');
  }
}

function assertSize(size: number, purpose: Purpose): void {
  const { bytes } = boundsOf(purpose);
  if (size > 0 && size <= bytes) return;
  throw new AppError('invalid-input', `size is ${size}, allowed for ${purpose} is 1 to ${bytes}`);
}

function isTicketId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

function outcomeOf(row: UploadRow): ReadyUpload {
  const { ticketId, state, purpose, contentType, url, bytes, width, height, code, why } = row;
  if (state === 'refused') throw new AppError(present(code, 'its code'), why ?? '');
  if (state !== 'ready') throw new AppError('upload-expired', 'nothing came while it was good');
  return {
    ticketId,
    purpose,
    contentType,
    url: present(url, 'its address'),
    bytes: present(bytes, 'its bytes'),
    width: present(width, 'its width'),
    height: present(height, 'its height'),
  };
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
