/** A refusal of the server, in its own words. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

export async function ask<T>(path: string): Promise<T> {
  return await answerOf<T>(await fetch(path, { headers: { accept: 'application/json' } }));
}

export async function send<T>(path: string, body: object): Promise<T> {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  return await answerOf<T>(
    await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }),
  );
}

async function answerOf<T>(response: Response): Promise<T> {
  // The login has ended; the same address asks for it again.
  if (response.status === 401) location.reload();
  const body = (await response.json()) as T & { code?: string; detail?: string };
  if (response.ok) return body;
  throw new Refusal(response.status, body.code ?? 'unexpected', body.detail ?? response.statusText);
}

export function problemText(error: unknown): string {
  if (error instanceof Refusal) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}

/** A name that nobody used before. Browsers have this one over plain HTTP as well. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `console-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
