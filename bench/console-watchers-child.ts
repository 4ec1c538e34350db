/**
 * Plays consoles that are open, in a process of its own as browsers are: each listens to the
 * stream, looks and draws when the page would, and asks what the page asks.
 */
import { pause } from '../src/kernel/index.ts';

/** What each page asks for when it is drawn; the one of the moment only looks. */
const PAGES: readonly (readonly string[])[] = [
  [],
  [],
  [],
  [],
  ['/v1/console/stock'],
  ['/v1/console/stock'],
  ['/v1/orders?limit=50'],
  ['/v1/orders?limit=50'],
  ['/v1/orders?limit=50&state=reserved'],
  ['/v1/console/owed', '/v1/notices?state=dead&limit=100', '/v1/notices?state=waiting&limit=100'],
];
const LATE_SECONDS = 5;
/** A page draws at most twice a second, and looks by itself: the moment's often, others seldom. */
const REST_MS = 500;
const LOOK_MS = 1000;
const LOOK_SELDOM_MS = 5000;

interface Place {
  readonly url: string;
  readonly token: string;
}

class OpenConsole {
  asked = 0;
  refused = 0;
  private readonly place: Place;
  private readonly draws: readonly string[];
  private readonly end = new AbortController();
  private readonly running: Promise<unknown>;
  private changed = true;
  private since = 0;

  constructor(place: Place, draws: readonly string[]) {
    this.place = place;
    this.draws = draws;
    this.running = Promise.all([this.listen(), this.live()]);
  }

  async close(): Promise<void> {
    this.end.abort();
    await this.running;
  }

  private async live(): Promise<void> {
    const isOfTheMoment = this.draws.length === 0;
    const everyMs = isOfTheMoment ? LOOK_MS : LOOK_SELDOM_MS;
    let lookedAt = Number.NEGATIVE_INFINITY;
    while (!this.end.signal.aborted) {
      const isTime = performance.now() - lookedAt >= everyMs;
      const { changed } = this;
      this.changed = false;
      if (isTime || (changed && isOfTheMoment)) {
        lookedAt = performance.now();
        await this.look();
      }
      if (isTime || changed) await Promise.all(this.draws.map((path) => this.ask(path)));
      await pause(REST_MS, this.end.signal);
    }
  }

  private async look(): Promise<void> {
    const now = await this.ask(`/v1/console/now?since=${this.since}`);
    const last = (now as { seconds?: { at: number }[] } | null)?.seconds?.at(-1)?.at;
    if (last !== undefined) this.since = Math.max(0, last - LATE_SECONDS);
  }

  private async ask(path: string): Promise<unknown> {
    this.asked += 1;
    try {
      const response = await this.fetched(path);
      const body: unknown = await response.json();
      if (response.ok) return body;
    } catch (error) {
      if (this.end.signal.aborted) return null;
      process.stderr.write(`console: ${path}: ${String(error)}\n`);
    }
    this.refused += 1;
    return null;
  }

  private async listen(): Promise<void> {
    try {
      const { body } = await this.fetched('/v1/events');
      for await (const chunk of body ?? []) {
        if (/^event: (?:order|stock)/m.test(Buffer.from(chunk).toString('latin1'))) {
          this.changed = true;
        }
      }
    } catch (error) {
      if (!this.end.signal.aborted) throw error;
    }
  }

  private async fetched(path: string): Promise<Response> {
    const headers = { authorization: `Bearer ${this.place.token}` };
    return await fetch(this.place.url + path, { headers, signal: this.end.signal });
  }
}

let open: OpenConsole[] = [];

async function obey({ type, ...place }: { readonly type: string } & Place): Promise<object> {
  if (type === 'open') open = PAGES.map((draws) => new OpenConsole(place, draws));
  const told = open;
  if (type === 'close') {
    open = [];
    await Promise.all(told.map((one) => one.close()));
  }
  const sum = (pick: 'asked' | 'refused') => told.reduce((all, one) => all + one[pick], 0);
  return { asked: sum('asked'), refused: sum('refused') };
}

function fail(error: unknown): never {
  process.stderr.write(`consoles: ${String((error as Error).stack)}\n`);
  process.exit(1);
}

process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.on('message', (message: { readonly type: string } & Place) => {
  obey(message).then((answer) => process.send?.({ type: message.type, ...answer }), fail);
});
process.send?.({ type: 'ready' });
