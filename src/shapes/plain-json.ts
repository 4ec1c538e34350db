/** What is wrong with a value that JSON can say and that is not safe to handle or to keep. */
export type PlainFault =
  | 'too many levels'
  | 'a field name that would change what objects are'
  | 'a number beyond all that can be kept'
  | 'text with half a character';

type LeafCheck = (value: unknown) => PlainFault | null;

/**
 * Is a value that came as JSON safe to handle? Neither the stack nor a database must end at its
 * levels, and no code that copies its fields must make a prototype of one.
 */
export function handlingFault(value: unknown, levels: number): PlainFault | null {
  return faultIn(value, levels, () => null);
}

/** Safe to handle, and to keep: it will be read again as the very value that it is now. */
export function keepingFault(value: unknown, levels: number): PlainFault | null {
  return faultIn(value, levels, (leaf) => {
    if (typeof leaf === 'string') return isWhole(leaf) ? null : 'text with half a character';
    const isLost = typeof leaf === 'number' && !Number.isFinite(leaf);
    return isLost ? 'a number beyond all that can be kept' : null;
  });
}

function faultIn(value: unknown, levels: number, leafFault: LeafCheck): PlainFault | null {
  if (typeof value !== 'object' || value === null) return leafFault(value);
  if (levels === 0) return 'too many levels';
  if (Array.isArray(value)) {
    for (const item of value) {
      const fault = faultIn(item, levels - 1, leafFault);
      if (fault) return fault;
    }
    return null;
  }
  for (const name of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[name];
    if (changesObjects(name, item)) return 'a field name that would change what objects are';
    const fault = leafFault(name) ?? faultIn(item, levels - 1, leafFault);
    if (fault) return fault;
  }
  return null;
}

/** Copied into another object by some code somewhere, these would be the prototype of it. */
function changesObjects(name: string, value: unknown): boolean {
  if (name === '__proto__') return true;
  if (name !== 'constructor' || typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, 'prototype');
}

function isWhole(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
