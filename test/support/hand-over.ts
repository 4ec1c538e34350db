import type { Ticket } from '../../src/media/index.ts';

/** Does with a file what a browser does with a ticket; `over` is what a liar changes. */
export async function handOver(
  { upload }: Pick<Ticket, 'upload'>,
  file: Buffer,
  over: Readonly<Record<string, string>> = {},
  base?: string,
): Promise<number> {
  const url = new URL(upload.url, base);
  const bytes = new Uint8Array(file);
  if (upload.method === 'PUT') {
    const headers = { ...upload.headers, ...over };
    const { status } = await fetch(url, { method: 'PUT', headers, body: bytes });
    return status;
  }
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...upload.fields, ...over })) {
    form.append(name, value);
  }
  form.append('file', new Blob([bytes]), 'whatever.exe');
  const { status } = await fetch(url, { method: 'POST', body: form });
  return status;
}
