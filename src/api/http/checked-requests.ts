import type { FastifyInstance, FastifySchemaCompiler } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { checkedBy, strictly } from '../../shapes/index.ts';

const NO_QUERY = strictly(Type.Object({}));

/**
 * Checks what a request brings with the same words as every other door. Addresses carry only
 * text, so digits are numbers there where a number is asked for; in a body they are not.
 */
const checkRequests: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = checkedBy(schema);
  const fromText = httpPart === 'querystring' || httpPart === 'params';
  return fromText ? answering((value) => check(withNumbers(value, schema))) : answering(check);
};

/** For a route whose body is described by its schema, and checked in another way. */
export function checkingBodyBy(check: (body: unknown) => unknown): FastifySchemaCompiler<TSchema> {
  return (part) => (part.httpPart === 'body' ? answering(check) : checkRequests(part));
}

/** A check as Fastify calls it. No body at all is `null`, as it is in JSON. */
function answering(check: (value: unknown) => unknown) {
  return (value: unknown): { value: unknown } | { error: Error } => {
    try {
      return { value: check(value ?? null) };
    } catch (error) {
      return { error: error as Error };
    }
  };
}

/** From now on every route checks by its schema, and takes no query that it does not name. */
export function checkEveryRequest(app: FastifyInstance): void {
  app.setValidatorCompiler(checkRequests);
  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/v1/')) return;
    route.schema = { ...route.schema, querystring: route.schema?.querystring ?? NO_QUERY };
  });
}

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
