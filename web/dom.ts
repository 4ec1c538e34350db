import { countText } from './count-text.ts';

export type Child = Node | string | number | null | false;

type Attribute = string | number | boolean | undefined | ((event: Event) => void);
export type Attributes = Readonly<Record<string, Attribute>>;

const SVG = 'http://www.w3.org/2000/svg';

/** An element with its children. Text becomes text nodes, so nothing in it is ever markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(
  tag: string,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElement {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled<T extends Element>(
  element: T,
  attributes: Attributes,
  children: readonly Child[],
): T {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...shown(children));
  return element;
}

function shown(children: readonly Child[]): (Node | string)[] {
  return children.flatMap((child) => {
    if (child === null || child === false) return [];
    return [typeof child === 'number' ? countText(child) : child];
  });
}

/** New children in place of the old ones; whoever had the keyboard keeps it, found by its id. */
export function fill(element: Element, ...children: readonly Child[]): void {
  const focused = document.activeElement;
  const id = focused && element.contains(focused) ? focused.id : '';
  element.replaceChildren(...shown(children));
  if (id) document.getElementById(id)?.focus({ preventScroll: true });
}

/** Part of the page that the server's file must have. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

const SHORT = 40;

/** Names and codes stay in one piece, or a narrow screen makes a tower of each row. */
function lengthOf(cell: Child): string | undefined {
  if (typeof cell !== 'string') return undefined;
  return cell.length <= SHORT ? 'short' : 'long';
}

/** A table that scrolls by itself where the screen is narrow. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly Child[])[],
  none = 'none',
): HTMLElement {
  if (rows.length === 0) return h('p', { class: 'none' }, `${caption}: ${none}`);
  // Counts stand one below the other by their last digit.
  const isCount = (column: number): boolean =>
    rows.some((cells) => typeof cells[column] === 'number');
  const classes = heads.map((_, column) => (isCount(column) ? 'many' : undefined));
  const headOf = (text: string, at: number) => h('th', { scope: 'col', class: classes[at] }, text);
  const cellOf = (cell: Child, at: number) =>
    h('td', { class: classes[at] ?? lengthOf(cell) }, cell);
  const head = h('tr', {}, ...heads.map(headOf));
  const body = rows.map((cells) => h('tr', {}, ...cells.map(cellOf)));
  return h(
    'div',
    { class: 'wide', tabindex: 0, role: 'region', 'aria-label': caption },
    h('table', {}, h('caption', {}, caption), h('thead', {}, head), h('tbody', {}, ...body)),
  );
}

const SAID_MS = 10_000;
let forgetting = 0;

/** Tells everybody, those who listen to the page among them; it covers the page for a while. */
export function say(text: string): void {
  const said = byId('said');
  said.textContent = text;
  clearTimeout(forgetting);
  forgetting = setTimeout(() => said.replaceChildren(), SAID_MS);
}
