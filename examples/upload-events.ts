/**
 * What a function behind S3 events does: for each new upload it tells the shop to look. It needs
 * no secret, since the shop believes only what it finds itself.
 */
interface S3Event {
  readonly Records?: readonly {
    readonly s3: { readonly object: { readonly key: string } };
  }[];
}

/** S3 writes keys as in an address, others as they are. */
const UPLOAD = /^incoming(?:\/|%2F)([0-9a-f]{32})$/i;

/** Throws when the shop could not be asked, so that the queue sends the message again. */
export async function onUploadEvents(shopUrl: string, message: string): Promise<number> {
  const { Records: records = [] } = JSON.parse(message) as S3Event; // a test event has none
  let told = 0;
  for (const { s3 } of records) {
    const [, ticketId] = UPLOAD.exec(s3.object.key) ?? [];
    if (ticketId === undefined) continue;
    const { status } = await fetch(`${shopUrl}/v1/uploads/${ticketId}/complete`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(10_000),
    });
    if (status !== 200 && status !== 404 && status !== 409) {
      throw new Error(`the shop answered ${status} for upload ${ticketId}`);
    }
    told += 1;
  }
  return told;
}
