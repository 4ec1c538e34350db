import type { LegCounts, OrderCounts } from '../order-counts.ts';
import { fixed } from '../result-table.ts';
import { type Place, svgArrow, svgPage, svgRectangle, svgText } from './svg-page.ts';

const WIDTH = 900;
const LEG = 178;
const TOP = 70;
const BOX = { width: 120, height: 56 };
const COLUMNS = { producer: 14, queue: 250, worker: 486, server: 764 };

/** What the empty pipeline puts in and sends for each order, where it was measured. */
export interface Compared {
  readonly jobs: number;
  readonly commands: number;
}

/** Who asks whom, and how often, on the way of one order of many. */
export function wayOfAnOrder({ placed, paid }: OrderCounts, compared: Compared | null): string {
  const title = 'The way of an order, one to a job, in a burst';
  const foot = TOP + 2 * LEG + 8;
  const lines = footLines({ placed, paid }, compared);
  const height = foot + lines.length * 20 + 4;
  return svgPage({ width: WIDTH, height }, title, [
    svgText({ x: 14, y: 24 }, title, 'title'),
    svgText(
      { x: 14, y: 46 },
      `counted in ${fixed(placed.orders, 0)} orders; jobs and commands are for each order`,
      'small',
    ),
    ...legDrawn('placed and reserved', 'order-placed', placed, TOP),
    ...legDrawn('paid', 'payment-confirmed', paid, TOP + LEG),
    ...lines.map((line, row) => svgText({ x: 14, y: foot + row * 20 }, line, 'strong')),
  ]);
}

function legDrawn(name: string, queue: string, leg: LegCounts, top: number): string[] {
  const y = top + 44;
  const { producer, queue: queueX, worker, server } = COLUMNS;
  const middle = y + BOX.height / 2;
  const each = (count: number) => fixed(count / leg.orders, 2);
  const batch = (count: number, digits: number) => fixed(count / leg.batches, digits);
  return [
    svgText({ x: 14, y: top + 16 }, name, 'strong'),
    ...boxDrawn({ x: producer, y }, 'producer', 'a shop'),
    ...boxDrawn({ x: queueX, y }, 'queue Redis', queue),
    ...boxDrawn({ x: worker, y }, 'worker', `${batch(leg.orders, 0)} orders a batch`),
    ...boxDrawn({ x: server, y: y - 40 }, 'lock nodes', 'five, a majority'),
    ...boxDrawn({ x: server, y: y + 40 }, 'database', 'one transaction'),
    ...arrowDrawn(producer, queueX, middle, [
      `${each(leg.jobs)} jobs`,
      `${each(leg.addCommands)} commands`,
    ]),
    ...arrowDrawn(queueX, worker, middle, [
      `${each(leg.workCommands)} commands`,
      'to take and end',
    ]),
    ...arrowDrawn(worker, server, middle - 18, [
      `${batch(leg.lockRounds, 2)} rounds a batch`,
      'else handed on',
    ]),
    ...arrowDrawn(worker, server, middle + 22, [
      `${batch(leg.statements, 1)} statements`,
      `in ${batch(leg.trips, 1)} trips a batch`,
    ]),
  ];
}

function boxDrawn({ x, y }: Place, name: string, about: string): string[] {
  const centre = x + BOX.width / 2;
  return [
    svgRectangle({ x, y }, BOX, 'box', 6),
    svgText({ x: centre, y: y + 24 }, name, 'middle strong'),
    svgText({ x: centre, y: y + 42 }, about, 'middle small'),
  ];
}

/** Between the box that begins at one column and that of the next; words above and below. */
function arrowDrawn(from: number, to: number, y: number, [above = '', below = '']: string[]) {
  const start = from + BOX.width + 4;
  const end = to - 4;
  const x = (start + end) / 2;
  return [
    svgArrow({ x: start, y }, { x: end, y }),
    svgText({ x, y: y - 5 }, above, 'middle small'),
    svgText({ x, y: y + 15 }, below, 'middle small'),
  ];
}

function footLines({ placed, paid }: OrderCounts, compared: Compared | null): string[] {
  const both = (pick: (leg: LegCounts) => number) =>
    pick(placed) / placed.orders + pick(paid) / paid.orders;
  const jobs = both((leg) => leg.jobs);
  const commands = both((leg) => leg.addCommands + leg.workCommands);
  const trips = both((leg) => leg.trips);
  const rounds = both((leg) => leg.lockRounds);
  return [
    `An order in all: ${fixed(jobs, 2)} jobs, ${fixed(commands, 2)} commands to Redis, ` +
      `${fixed(trips, 3)} trips to the database, ${fixed(rounds, 3)} lock rounds.`,
    ...(compared === null
      ? []
      : [
          `The empty pipeline: ${fixed(compared.jobs, 2)} jobs, ` +
            `${fixed(compared.commands, 2)} commands to Redis.`,
        ]),
  ];
}
