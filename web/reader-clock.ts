import { h } from './dom.ts';

/** How much later it is at the server than here, in milliseconds. */
let ahead = 0;

/** What the server's time is, as far as the reader's clock can tell. */
function nowMs(): number {
  return Date.now() + ahead;
}

export function serverSaid(atMs: number): void {
  ahead = atMs - Date.now();
}

/** In the reader's zone, with the exact instant on hover and for programs. */
export function timeOf(iso: string | number): HTMLTimeElement {
  const at = new Date(iso);
  const exact = at.toISOString();
  const isToday = at.toDateString() === new Date(nowMs()).toDateString();
  const clock = at.toLocaleTimeString(undefined, { hour12: false });
  const text = isToday ? clock : `${at.toLocaleDateString()} ${clock}`;
  return h('time', { datetime: exact, title: exact }, text);
}

/** How long until, counted down as long as it is on the page. */
export function countdown(iso: string): HTMLTimeElement {
  const until = msOf(iso);
  const text = leftText(until);
  return h('time', { datetime: iso, title: iso, 'data-until': until }, text);
}

export function msOf(iso: string): number {
  return new Date(iso).getTime();
}

export function startCountdowns(): void {
  setInterval(() => {
    for (const element of document.querySelectorAll<HTMLTimeElement>('time[data-until]')) {
      element.textContent = leftText(Number(element.dataset['until']));
    }
  }, 1000);
}

function leftText(untilMs: number): string {
  const left = untilMs - nowMs();
  return left <= 0 ? `over for ${spanText(-left)}` : `in ${spanText(left)}`;
}

/** A span of time, as short as it can be said. */
export function spanText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 100 && seconds !== 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 100 && minutes !== 60)
    return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (minutes % 60 === 0 && hours < 48) return `${hours} h`;
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}
