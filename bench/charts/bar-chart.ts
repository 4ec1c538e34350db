import { type Colour, svgLine, svgPage, svgRectangle, svgText } from './svg-page.ts';

export interface Bar {
  readonly label: string;
  /** One after the other, each in a colour. */
  readonly parts: readonly { readonly value: number; readonly colour: Colour }[];
  /** What stands behind the bar. */
  readonly text: string;
  /** The least and the most that was measured. */
  readonly range?: readonly [number, number];
}

export interface BarChart {
  readonly title: string;
  readonly note: string;
  readonly bars: readonly Bar[];
  readonly legend?: readonly { readonly text: string; readonly colour: Colour }[];
}

const WIDTH = 760;
const LABELS = 210;
const VALUES = 110;
const ROW = 30;
const BAR = 18;
const TOP = 58;
const LEGEND_STEP = 130;

/** Bars that lie, since names are long. */
export function barChart({ title, note, bars, legend = [] }: BarChart): string {
  const longest = Math.max(...bars.map(lengthOf));
  const scale = (value: number) => (value / longest) * (WIDTH - LABELS - VALUES);
  const bottom = TOP + bars.length * ROW;
  const height = bottom + (legend.length > 0 ? 36 : 12);
  return svgPage({ width: WIDTH, height }, title, [
    svgText({ x: 12, y: 24 }, title, 'title'),
    svgText({ x: 12, y: 44 }, note, 'small'),
    ...bars.flatMap((bar, row) => drawn(bar, TOP + row * ROW, scale)),
    ...legend.flatMap(({ text, colour }, place) => {
      const x = 12 + place * LEGEND_STEP;
      return [
        svgRectangle({ x, y: bottom + 10 }, { width: 12, height: 12 }, `c${colour}`),
        svgText({ x: x + 18, y: bottom + 21 }, text, 'small'),
      ];
    }),
  ]);
}

function lengthOf({ parts, range }: Bar): number {
  return Math.max(range?.[1] ?? 0, sumOf(parts));
}

function sumOf(parts: Bar['parts']): number {
  return parts.reduce((sum, { value }) => sum + value, 0);
}

function drawn(bar: Bar, top: number, scale: (value: number) => number): string[] {
  const middle = top + BAR / 2;
  const shapes = [svgText({ x: LABELS - 10, y: middle + 5 }, bar.label, 'end')];
  let x = LABELS;
  for (const { value, colour } of bar.parts) {
    const width = Math.max(scale(value), 0.5);
    shapes.push(svgRectangle({ x, y: top }, { width, height: BAR }, `c${colour}`));
    x += scale(value);
  }
  if (bar.range) {
    const [from, to] = bar.range.map((value) => LABELS + scale(value)) as [number, number];
    shapes.push(svgLine({ x: from, y: middle }, { x: to, y: middle }, 'range'));
    for (const end of [from, to]) {
      shapes.push(svgLine({ x: end, y: middle - 4 }, { x: end, y: middle + 4 }, 'range'));
    }
  }
  shapes.push(svgText({ x: LABELS + scale(lengthOf(bar)) + 8, y: middle + 5 }, bar.text));
  return shapes;
}
