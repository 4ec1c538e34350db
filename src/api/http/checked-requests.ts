import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { checkedBy } from '../../shapes/index.ts';

/**
 * Checks what a request brings with the same words as every other door. Addresses carry only
 * text, so digits are numbers there where a number is asked for; in a body they are not.
 */
export const checkRequests: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = checkedBy(schema);
  const fromText = httpPart === 'querystring' || httpPart === 'params';
  return (value: unknown) => {
    try {
      return { value: check(fromText ? withNumbers(value, schema) : (value ?? null)) };
    } catch (error) {
      return { error: error as Error };
    }
  };
};

function withNumbers(value: unknown, schema: TSchema): unknown {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> };
  return Object.fromEntries(
    Object.entries(value as Record<string, unknown>).map(([name, text]) => {
      const isNumber = Object.hasOwn(properties, name) && properties[name]?.type === 'integer';
      return [name, isNumber ? numberIn(text) : text];
    }),
  );
}

function numberIn(text: unknown): unknown {
  return typeof text === 'string' && /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : text;
}
