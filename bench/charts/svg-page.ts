/** Written by hand, with no font or script from elsewhere; readable on light and on dark pages. */
const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #24292f; }
    .title { font-size: 16px; font-weight: 600; }
    .small { font-size: 12px; fill: #57606a; }
    .end { text-anchor: end; }
    .middle { text-anchor: middle; }
    .strong { font-weight: 600; }
    .line { stroke: #8c959f; stroke-width: 1; fill: none; }
    .range { stroke: #424a53; stroke-width: 1.5; fill: none; }
    .box { fill: #f6f8fa; stroke: #8c959f; }
    .c0 { fill: #2f81f7; } .c1 { fill: #8c959f; } .c2 { fill: #d29922; } .c3 { fill: #3fb950; }
    .c4 { fill: #a371f7; } .c5 { fill: #db6d28; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; } .small { fill: #9198a1; } .line { stroke: #768390; }
      .range { stroke: #f0f6fc; }
      .box { fill: #161b22; stroke: #768390; }
    }`;

/** One of the colours of the style, which no dark or light page swallows. */
export type Colour = 0 | 1 | 2 | 3 | 4 | 5;

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function svgPage({ width, height }: Size, title: string, parts: readonly string[]): string {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"`,
    `  viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `  <style>${STYLE}\n  </style>`,
    ...parts.map((part) => `  ${part}`),
    '</svg>',
  ].join('\n')}\n`;
}

export function svgText({ x, y }: Place, text: string, look = ''): string {
  return `<text x="${rounded(x)}" y="${rounded(y)}" class="${look}">${escaped(text)}</text>`;
}

export function svgRectangle({ x, y }: Place, size: Size, look: string, radius = 2): string {
  const shape = `width="${rounded(size.width)}" height="${rounded(size.height)}" rx="${radius}"`;
  return `<rect x="${rounded(x)}" y="${rounded(y)}" ${shape} class="${look}"/>`;
}

export function svgLine(from: Place, to: Place, look = 'line'): string {
  const ends = `${rounded(from.x)} ${rounded(from.y)} L ${rounded(to.x)} ${rounded(to.y)}`;
  return `<path d="M ${ends}" class="${look}"/>`;
}

/** A line with a head; horizontal or vertical. */
export function svgArrow(from: Place, to: Place): string {
  const back = { x: Math.sign(to.x - from.x) * 7, y: Math.sign(to.y - from.y) * 7 };
  const side = { x: back.y === 0 ? 0 : 4, y: back.x === 0 ? 0 : 4 };
  const head = [
    `M ${rounded(to.x - back.x - side.x)} ${rounded(to.y - back.y - side.y)}`,
    `L ${rounded(to.x)} ${rounded(to.y)}`,
    `L ${rounded(to.x - back.x + side.x)} ${rounded(to.y - back.y + side.y)}`,
  ].join(' ');
  return `${svgLine(from, to)}<path d="${head}" class="line"/>`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}
