import { countText } from './count-text.ts';
import { type Child, h, svg } from './dom.ts';

export interface PlotLine {
  readonly name: string;
  /** One of the tones of the style sheet. */
  readonly tone: string;
  /** A gap where there is nothing to draw. */
  readonly points: readonly (readonly [x: number, y: number] | null)[];
  /** What it came to last, in words. */
  readonly now: string;
}

export interface PlotFrame {
  readonly title: string;
  readonly unit: string;
  readonly from: number;
  readonly to: number;
  readonly fromText: string;
  readonly toText: string;
  /** Values stay until they change, instead of sloping there. */
  readonly isStepped?: boolean;
}

const WIDTH = 300;
const HEIGHT = 80;

/** Lines over time, with their last values in words for those who cannot see them. */
export function plot(frame: PlotFrame, lines: readonly PlotLine[]): HTMLElement {
  const values = lines.flatMap(({ points }) => points.map((point) => point?.[1] ?? 0));
  const most = niceAbove(Math.max(1, ...values));
  const said = lines.map(({ name, now }) => `${name} ${now}`).join(', ');
  const picture = svg(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': `${frame.title}: ${said}`,
    },
    svg('line', { class: 'grid', x1: 0, x2: WIDTH, y1: HEIGHT / 2, y2: HEIGHT / 2 }),
    ...lines.map((line) =>
      svg('path', { class: `line ${line.tone}`, d: pathOf(frame, line.points, most) }),
    ),
  );
  return h(
    'figure',
    { class: 'plot' },
    h(
      'figcaption',
      {},
      frame.title,
      h('span', { class: 'unit' }, `up to ${countText(most)} ${frame.unit}`.trim()),
    ),
    picture,
    h('div', { class: 'ends' }, h('span', {}, frame.fromText), h('span', {}, frame.toText)),
    h('ul', { class: 'legend' }, ...lines.map(legendOf)),
  );
}

function legendOf({ name, tone, now }: PlotLine): HTMLElement {
  return h('li', {}, h('span', { class: `key ${tone}` }), `${name} `, h('b', {}, now));
}

function pathOf({ from, to, isStepped }: PlotFrame, points: PlotLine['points'], most: number) {
  const steps: string[] = [];
  let isDrawing = false;
  for (const point of points) {
    if (point === null) {
      isDrawing = false;
      continue;
    }
    const x = (((point[0] - from) / Math.max(1, to - from)) * WIDTH).toFixed(1);
    const y = (HEIGHT - 1 - (point[1] / most) * (HEIGHT - 2)).toFixed(1);
    if (!isDrawing) steps.push(`M${x} ${y}`);
    else steps.push(isStepped ? `H${x}V${y}` : `L${x} ${y}`);
    isDrawing = true;
  }
  return steps.join('');
}

function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

export interface BarPart {
  readonly name: string;
  readonly tone: string;
  readonly value: number;
}

/** Parts of a whole beside each other. */
export function bar(parts: readonly BarPart[]): SVGElement {
  const whole = Math.max(
    1,
    parts.reduce((sum, { value }) => sum + value, 0),
  );
  let x = 0;
  const pieces: Child[] = parts.map(({ value, tone }) => {
    const width = (value / whole) * 100;
    const piece = svg('rect', { class: tone, x, y: 0, width, height: 10 });
    x += width;
    return piece;
  });
  const label = parts.map(({ name, value }) => `${countText(value)} ${name}`).join(', ');
  return svg(
    'svg',
    {
      class: 'bar',
      viewBox: '0 0 100 10',
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': label,
    },
    svg('title', {}, label),
    ...pieces,
  );
}
