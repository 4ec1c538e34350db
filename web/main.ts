import { ACTED } from './act-dialog.ts';
import type { Now } from './answers.ts';
import { byId, fill, h } from './dom.ts';
import { goodsPage } from './goods-page.ts';
import { type Changed, listen } from './live.ts';
import { nowPage } from './now-page.ts';
import { orderPage } from './order-page.ts';
import { ordersPage } from './orders-page.ts';
import { owedPage } from './owed-page.ts';
import type { Page, PageParts } from './page.ts';
import { serverSaid, startCountdowns } from './reader-clock.ts';
import { ask, problemText } from './server-calls.ts';
import { stockPage } from './stock-page.ts';

/** What changes at nearly the same time is drawn together. */
const GATHER_MS = 150;
/** In a busy sale something changes always; nobody reads faster than this. */
const REST_MS = 500;
/** The server keeps what it shows to all for a moment: what was just too early is there by now. */
const AFTERWARDS_MS = 600;
const NOW_EVERY_MS = 1000;
/** What other processes change is not told here, so every page looks for itself as well. */
const LOOK_EVERY = 5;
const PLOT_SECONDS = 300;
/** What other processes did is told when the second is over, or a little later. */
const LATE_SECONDS = 5;

const PAGES: readonly (readonly [pattern: RegExp, make: (parts: PageParts) => Page])[] = [
  [/^\/$/, nowPage],
  [/^\/stock$/, stockPage],
  [/^\/stock\/\d+$/, goodsPage],
  [/^\/orders$/, ordersPage],
  [/^\/orders\/[^/]+$/, orderPage],
  [/^\/owed$/, owedPage],
];

let page: Page | null = null;
let now: Now | null = null;
let drawing = false;
let again = false;
let gathering = false;
/** So many looks yet ask for all that is kept. */
let wholeLooks = 1;
let drawnAt = 0;
let afterwards = 0;

function open(): void {
  const { pathname, search } = location;
  const make = PAGES.find(([pattern]) => pattern.test(pathname))?.[1] ?? nowPage;
  const path = pathname.split('/').slice(1).map(decodeURIComponent);
  const main = byId('main');
  main.replaceChildren();
  const shown = () => now;
  page = make({ main, path, query: new URLSearchParams(search), now: shown, go });
  document.title = `${page.title} · Holdfast`;
  for (const link of document.querySelectorAll('header nav a')) {
    const target = link.getAttribute('href') ?? '';
    const isHere = target === '/' ? pathname === '/' : pathname.startsWith(target);
    if (isHere) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (now) page.hear?.(now);
  void draw();
}

function go(address: string): void {
  if (address === location.pathname + location.search) return;
  history.pushState(null, '', address);
  open();
  byId('main').focus();
  scrollTo(0, 0);
}

/** One drawing at a time; what comes meanwhile is drawn once after it. */
async function draw(): Promise<void> {
  again = drawing;
  if (drawing) return;
  drawing = true;
  const drawn = page;
  try {
    await page?.refresh();
    byId('main').querySelector(':scope > .failed')?.remove();
  } catch (error) {
    if (drawn === page) showFailure(error);
  } finally {
    drawing = false;
  }
  if (again || drawn !== page) await draw();
}

function showFailure(error: unknown): void {
  const main = byId('main');
  main.querySelector(':scope > .failed')?.remove();
  const failed = h('p', { class: 'failed', role: 'alert' }, problemText(error));
  const title = main.querySelector(':scope > h1');
  if (title) title.after(failed);
  else main.prepend(failed);
}

function onChange(changed: Changed): void {
  if (page?.concerns(changed)) drawSoon();
}

function drawSoon(): void {
  clearTimeout(afterwards);
  afterwards = setTimeout(lookAndDraw, AFTERWARDS_MS);
  if (gathering) return;
  gathering = true;
  const resting = REST_MS - (performance.now() - drawnAt);
  setTimeout(
    () => {
      gathering = false;
      lookAndDraw();
    },
    Math.max(GATHER_MS, resting),
  );
}

function lookAndDraw(): void {
  drawnAt = performance.now();
  if (page?.hear) void look();
  void draw();
}

/** How everything stands: asked once a second by the page of the moment, seldom by the others. */
async function look(): Promise<void> {
  const before = now?.seconds ?? [];
  const from = wholeLooks > 0 ? 0 : Math.max(0, (before.at(-1)?.at ?? 0) - LATE_SECONDS);
  try {
    const fresh = await ask<Now>(`/v1/console/now?since=${from}`);
    const kept = before.filter(({ at }) => at < from && at > fresh.at / 1000 - PLOT_SECONDS);
    wholeLooks = Math.max(0, wholeLooks - 1);
    // Processes that could not tell what they did for a while tell it as soon as they can.
    if (fresh.pulse.isShared && now && !now.pulse.isShared) wholeLooks = LATE_SECONDS;
    now = { ...fresh, seconds: [...kept, ...fresh.seconds] };
  } catch (error) {
    if (now) byId('live').title = problemText(error);
    else showFailure(error); // there is nothing to show beside it
    return;
  }
  serverSaid(now.at);
  byId('role').textContent = now.role;
  showOwed(now);
  page?.hear?.(now);
}

function showOwed({ owed }: Now): void {
  const count = owed ? owed.stuck + owed.refunds + owed.letters + owed.deadNotices : 0;
  fill(byId('owed-count'), count > 0 ? String(count) : null);
}

function followLinks(): void {
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest('a');
    const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !isPlain || event.button !== 0 || link.target) return;
    if (link.origin !== location.origin || link.hash) return;
    if (!PAGES.some(([pattern]) => pattern.test(link.pathname))) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
  addEventListener('popstate', open);
}

followLinks();
startCountdowns();
await look();
open();
document.addEventListener(ACTED, drawSoon);
listen(onChange, () => void look().then(draw));
let ticks = 0;
setInterval(() => {
  if (document.hidden) return;
  ticks += 1;
  if (page?.hear || ticks % LOOK_EVERY === 0) void look();
  if (ticks % LOOK_EVERY === 0) void draw();
}, NOW_EVERY_MS);
