import { messageOf } from '../kernel/index.ts';
import { wrongInput } from './holdfast-error.ts';

/** An object as JSON. What JSON cannot carry is the fault of one call, not of its envelope. */
export function writtenJson(what: string, value: object): string {
  if (typeof value !== 'object' || value === null) {
    throw wrongInput(what, String(value), 'an object');
  }
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw wrongInput(what, messageOf(error), 'what JSON can carry');
  }
}
