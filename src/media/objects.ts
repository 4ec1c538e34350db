/** What an object store tells of something it keeps. */
export interface ObjectHead {
  readonly size: number;
  /** Null where the store keeps none. */
  readonly type: string | null;
  readonly etag: string | null;
}

/** How a browser hands a file over: one request, made of these. */
export interface UploadWay {
  readonly method: 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a form, in this order, the file last and under the name `file`; none for a PUT. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What a store needs to know to let in one upload. */
export interface UploadAsk {
  readonly ticketId: string;
  readonly secret: string;
  readonly key: string;
  readonly contentType: string;
  readonly size: number;
  readonly lifeMs: number;
}

/** Where pictures are kept, and how they come there. Keys are made by us alone. */
export interface Objects {
  readonly provider: 'local' | 's3' | 'oss';
  /** Null for a folder. */
  readonly bucket: string | null;
  wayFor(ask: UploadAsk): UploadWay;
  /** Null when there is nothing under this key. */
  head(key: string): Promise<ObjectHead | null>;
  /** Null when there is nothing, or more than so many bytes. */
  read(key: string, bytesMax: number): Promise<Buffer | null>;
  put(key: string, bytes: Buffer, type: string): Promise<void>;
  remove(key: string): Promise<void>;
  publicUrl(key: string): string;
}
