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
    return [typeof child === 'number' ? String(child) : child];
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

/** A table that scrolls by itself where the screen is narrow. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly Child[])[],
  none = 'none',
): HTMLElement {
  if (rows.length === 0) return h('p', { class: 'none' }, `${caption}: ${none}`);
  const head = h('tr', {}, ...heads.map((text) => h('th', { scope: 'col' }, text)));
  const body = rows.map((cells) => h('tr', {}, ...cells.map((cell) => h('td', {}, cell))));
  return h(
    'div',
    { class: 'wide', tabindex: 0, role: 'region', 'aria-label': caption },
    h('table', {}, h('caption', {}, caption), h('thead', {}, head), h('tbody', {}, ...body)),
  );
}

/** Tells everybody, those who listen to the page among them. */
export function say(text: string): void {
  byId('said').textContent = text;
}
