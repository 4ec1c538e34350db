import { actDialog } from './act-dialog.ts';
import type { Notice, Owed } from './answers.ts';
import { countText } from './count-text.ts';
import { type Child, fill, h, say, table } from './dom.ts';
import { amountText, stateMark } from './order-marks.ts';
import { isOperator, type Page, type PageParts } from './page.ts';
import { countdown, timeOf } from './reader-clock.ts';
import { refundButton } from './refund-button.ts';
import { ask, problemText, send } from './server-calls.ts';

const NOTICES = 100;

/** What waits for somebody: the oldest first. */
export function owedPage(parts: PageParts): Page {
  const sections = { stuck: h('div', {}), refunds: h('div', {}), letters: h('div', {}) };
  const notices = h('div', {});
  parts.main.append(h('h1', {}, 'Stuck and owed'), ...Object.values(sections), notices);
  const refresh = async (): Promise<void> => {
    const [owed, dead, waiting] = await Promise.all([
      ask<Owed>('/v1/console/owed'),
      ask<{ notices: Notice[] }>(`/v1/notices?state=dead&limit=${NOTICES}`),
      ask<{ notices: Notice[] }>(`/v1/notices?state=waiting&limit=${NOTICES}`),
    ]);
    if (owed.error) throw new Error(owed.error);
    const late = waiting.notices.filter(({ attempts }) => attempts > 0);
    fill(sections.stuck, stuckTable(owed));
    fill(sections.refunds, refundTable(parts, owed));
    fill(sections.letters, letterTable(parts, owed), ...letterActs(parts, owed));
    const undelivered = [...dead.notices, ...late].toReversed();
    fill(notices, noticeTable(undelivered), ...noticeActs(parts, dead.notices));
  };
  return {
    title: 'Stuck and owed',
    concerns: ({ orders }) => orders !== undefined,
    refresh,
  };
}

function captionOf(text: string, count: number, { most }: Owed['counts']): string {
  return count >= most
    ? `${text} (the oldest ${most - 1} of more)`
    : `${text} (${countText(count)})`;
}

function linkTo(orderId: string | null): Child {
  if (orderId === null) return '';
  return h('a', { href: `/orders/${encodeURIComponent(orderId)}` }, orderId);
}

function stuckTable({ stuck, counts }: Owed): HTMLElement {
  return table(
    captionOf('Orders that nobody moved', counts.stuck, counts),
    ['order', 'state', 'was due', 'attempts'],
    stuck.map((one) => [linkTo(one.orderId), stateMark(one), countdown(one.dueAt), one.attempts]),
  );
}

function refundTable(parts: PageParts, { refunds, counts }: Owed): HTMLElement {
  const mayAct = isOperator(parts);
  return table(
    captionOf('Refunds due', counts.refunds, counts),
    ['payment', 'order', 'amount', 'why', 'since', ...(mayAct ? ['done'] : [])],
    refunds.map((one) => [
      one.paymentId,
      linkTo(one.orderId),
      amountText(one),
      one.reason ?? '',
      timeOf(one.at),
      ...(mayAct ? [refundButton(one.orderId, one.paymentId)] : []),
    ]),
  );
}

function letterTable(parts: PageParts, { letters, counts }: Owed): HTMLElement {
  const mayAct = isOperator(parts);
  return table(
    captionOf('Dead letters', counts.letters, counts),
    [
      'no.',
      'code',
      'from',
      'order',
      'times',
      'since',
      'what was wrong',
      ...(mayAct ? ['act'] : []),
    ],
    letters.map((one) => [
      String(one.id),
      one.code,
      one.source,
      linkTo(one.orderId),
      one.times,
      timeOf(one.at),
      one.message,
      ...(mayAct ? [letterButton(one.id)] : []),
    ]),
  );
}

/** Where it would go is asked before, and so is whether it can go anywhere. */
function letterButton(letterId: number): HTMLElement {
  const body = { act: 'replay-letter', letterId };
  const open = async (): Promise<void> => {
    const { count, result } = await send<Replayed>('/v1/console/acts', counting(body));
    if (count === 0) {
      say(`Dead letter ${letterId}: ${result}.`);
      return;
    }
    actDialog({
      title: `Send dead letter ${letterId} again`,
      text: `It ${result}. What failed for the same cause before fails again.`,
      verb: 'Send it again',
      act: async (reason) => {
        const done = await send<Replayed>('/v1/console/acts', { ...body, reason });
        return `Dead letter ${letterId}: ${done.result}.`;
      },
    });
  };
  return actButton(`letter-${letterId}`, 'Send again…', open);
}

function noticeTable(notices: readonly Notice[]): HTMLElement {
  return table(
    `Notices not delivered (${notices.length})`,
    ['no.', 'what', 'about', 'state', 'attempts', 'last answer', 'since'],
    notices.map((one) => [
      one.id,
      one.kind,
      one.subject,
      one.state,
      one.attempts,
      one.lastError ?? one.lastStatus ?? '',
      timeOf(one.at),
    ]),
  );
}

function letterActs(parts: PageParts, { letters }: Owed): Child[] {
  if (!isOperator(parts)) return [];
  return [...new Set(letters.map(({ code }) => code))].map((code) =>
    replayButton(`letters-${code}`, `Send all ${code} again…`, { act: 'replay-letters', code }),
  );
}

function noticeActs(parts: PageParts, dead: readonly Notice[]): Child[] {
  if (dead.length === 0 || !isOperator(parts)) return [];
  return [
    replayButton('dead-notices', 'Deliver all dead notices again…', { act: 'replay-notices' }),
  ];
}

interface Replayed {
  readonly count: number;
  readonly skipped?: number;
  readonly left?: number;
  readonly result: string;
}

function counting(body: object): object {
  return { ...body, reason: 'counting', dryRun: true };
}

/** First counted without doing it; whoever does it knows how much that is. */
function replayButton(id: string, text: string, body: object): HTMLElement {
  const open = async (): Promise<void> => {
    const { count, skipped = 0 } = await send<Replayed>('/v1/console/acts', counting(body));
    const left = skipped === 0 ? '' : ` ${skipped} came by no queue and stay as they are.`;
    actDialog({
      title: text.replace('…', ''),
      text: `This would send ${count} again.${left}`,
      verb: `Send ${count} again`,
      act: async (reason) => {
        const done = await send<Replayed>('/v1/console/acts', { ...body, reason });
        const rest = done.left ? ` ${done.left} wait for the next time.` : '';
        return `${done.count} were sent again.${rest}`;
      },
    });
  };
  return actButton(id, text, open);
}

/** What could not be counted is told; then there is nothing to ask a reason for. */
function actButton(id: string, text: string, open: () => Promise<void>): HTMLElement {
  const click = (): void => {
    open().catch((error: unknown) => say(problemText(error)));
  };
  return h('button', { id, click }, text);
}
