import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { type HttpRoom, httpRoom, TOKENS } from '../support/http-room.ts';

type Json = Readonly<Record<string, unknown>>;

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Json[];
  readonly parameters?: readonly (Json & { readonly name: string; readonly in: string })[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Json & { content?: Record<string, Media> }>>;
}

interface Media {
  readonly schema: Json;
  readonly example?: unknown;
}

interface Document {
  readonly openapi: string;
  readonly info: Json;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly components: { readonly securitySchemes: Json };
}

const METHODS = new Set(['get', 'put', 'post', 'delete']);
/** Known to JSON Schema 2020-12 and so to OpenAPI 3.1. */
const KEYWORDS = new Set(
  `$ref type enum const not anyOf allOf oneOf items minItems maxItems uniqueItems properties
   required additionalProperties patternProperties minimum maximum pattern minLength maxLength
   format description examples example title default`
    .trim()
    .split(/\s+/),
);

describe('the description of the API', () => {
  let room: HttpRoom;
  let document: Document;

  before(async () => {
    room = await httpRoom();
    document = (await (await fetch(`${room.url}/openapi.json`)).json()) as Document;
  });
  after(() => room.drop());

  const operations = (): [name: string, path: string, operation: Operation][] =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, string, Operation] => [
        `${method.toUpperCase()} ${path}`,
        path,
        operation,
      ]),
    );

  it('is kept in openapi.json as it is', async () => {
    const kept = JSON.parse(await readFile('openapi.json', 'utf8')) as unknown;
    expect(kept, 'openapi.json is old: run npm run openapi').to.deep.equal(document);
  });

  it('is of OpenAPI 3.1, and every reference in it leads somewhere', () => {
    expect(document.openapi).to.equal('3.1.0');
    expect(document.info).to.include.keys('title', 'version', 'license', 'description');
    const references = refsIn(document);
    expect(references.length).to.be.greaterThan(50);
    for (const reference of references) {
      expect(at(document, reference), reference).to.be.an('object');
    }
  });

  it('says of each route what it is, whom it is for, and how it is called', () => {
    const tags = new Set(document.tags.map(({ name }) => name));
    const ids = operations().map(([, , { operationId }]) => operationId);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const [name, , operation] of operations()) {
      expect(METHODS.has(name.split(' ')[0]?.toLowerCase() ?? ''), name).to.equal(true);
      expect(operation.operationId, name).to.match(/^[a-z][A-Za-z]+$/);
      expect(operation.summary, name)
        .to.be.a('string')
        .and.match(/^[A-Z].{5,90}$/);
      expect(operation.tags, name).to.have.length(1);
      expect(tags.has(operation.tags?.[0] ?? ''), name).to.equal(true);
      if (!operation.security?.some((one) => 'signature' in one)) {
        expect(operation.description, name).to.match(/Role: [a-z, ]+\.$/);
      }
      for (const scheme of operation.security?.flatMap((one) => Object.keys(one)) ?? []) {
        expect(document.components.securitySchemes, name).to.have.property(scheme);
      }
    }
    for (const { name, description } of document.tags) {
      expect(description, name).to.be.a('string');
    }
  });

  it('declares and describes every parameter', () => {
    for (const [name, path, { parameters = [] }] of operations()) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, one]) => one);
      const declared = parameters.filter((one) => one.in === 'path').map((one) => one.name);
      expect(declared, name).to.deep.equal(inPath);
      const names = parameters.map((one) => `${one.in} ${one.name}`);
      expect(new Set(names).size, name).to.equal(names.length);
      for (const parameter of parameters) {
        expect(parameter['description'], `${name} ${parameter.name}`).to.be.a('string');
        expect(parameter['schema'], `${name} ${parameter.name}`).to.be.an('object');
        if (parameter.in === 'path') expect(parameter['required']).to.equal(true);
      }
    }
    for (const path of ['/v1/orders', '/v1/orders/batch']) {
      const names = document.paths[path]?.['post']?.parameters?.map((one) => one.name);
      expect(names).to.deep.equal(['wait', 'prices', 'idempotency-key']);
    }
  });

  it('shows a body wherever one is taken, and one that is taken', async () => {
    for (const [name, path, { requestBody, security }] of operations()) {
      if (/^(?:GET|DELETE)/.test(name)) continue;
      const { example } = requestBody?.content['application/json'] ?? {};
      expect(example, name).to.be.an('object');
      if (security?.some((one) => 'signature' in one)) continue;
      const [method = ''] = name.split(' ');
      const to = path
        .replace('{goodsId}', '7')
        .replace('{orderId}', 'A-1001')
        .replace('{paymentId}', 'p');
      for (const role of Object.keys(TOKENS) as (keyof typeof TOKENS)[]) {
        const place = to.replaceAll(/\{\w+Id\}/g, '1');
        const { status } = await room.send(role, method, place, example);
        expect(status, `${name} ${role}`).to.not.equal(400);
      }
    }
  });

  it('tells of the answers: every refusal as a problem', () => {
    for (const [name, , { responses }] of operations()) {
      for (const [status, response] of Object.entries(responses)) {
        expect(response['description'], `${name} ${status}`).to.be.a('string');
        expect(response['description'], `${name} ${status}`).to.not.equal('Default Response');
        expect(Object.keys(response.content ?? {}), `${name} ${status}`).to.not.deep.equal([]);
        if (Number(status) < 400 || name === 'GET /readyz') continue;
        expect(response.content?.['application/problem+json']?.schema).to.deep.equal({
          $ref: '#/components/schemas/Problem',
        });
      }
      expect(responses, name).to.include.keys('400', '429', '503');
    }
  });

  it('uses no word that JSON Schema does not have', () => {
    for (const [place, schema] of schemasIn(document)) {
      for (const word of Object.keys(schema))
        expect(KEYWORDS, `${place}: ${word}`).to.include(word);
      const { type } = schema;
      if (type !== undefined) {
        expect(type, place).to.be.oneOf([
          'string',
          'integer',
          'number',
          'boolean',
          'object',
          'array',
          'null',
        ]);
      }
      const { pattern = '' } = schema as { pattern?: string };
      expect(() => new RegExp(pattern, 'u'), place).to.not.throw();
    }
  });

  it('is a page whose scripts, styles and pictures its own policy lets in', async () => {
    for (const path of ['/docs', '/docs/']) {
      const response = await fetch(room.url + path);
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).to.include("script-src 'self'").and.include("style-src 'self'");
      expect(policy).to.not.match(/unsafe|https?:|upgrade-insecure|\*/);
      const page = await response.text();
      expect(page).to.not.match(/<script(?![^>]*\bsrc=)|\son\w+=|<style|\sstyle=/);
      const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
      expect(links.length).to.be.greaterThan(5);
      for (const link of links) {
        const url = new URL(link, room.url + path);
        expect(url.origin).to.equal(room.url);
        const asset = await fetch(url);
        expect(asset.status, link).to.equal(200);
        expect(asset.headers.get('x-content-type-options')).to.equal('nosniff');
        const type = asset.headers.get('content-type') ?? '';
        expect(type, link).to.match(
          link.endsWith('.js') ? /javascript/ : link.endsWith('.css') ? /css/ : /image/,
        );
      }
    }
    const start = await (await fetch(`${room.url}/docs/static/swagger-initializer.js`)).text();
    expect(start).to.include('"validatorUrl":null');
  });
});

function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    name === '$ref' ? [String(item)] : refsIn(item),
  );
}

function at(document: unknown, reference: string): unknown {
  expect(reference).to.match(/^#\//);
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((value, part) => (value as Json | undefined)?.[part], document);
}

/** Each schema with the way to it. */
function schemasIn(document: Document): [place: string, schema: Json][] {
  const found: [string, Json][] = [];
  const look = (schema: unknown, place: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    found.push([place, schema as Json]);
    const {
      properties = {},
      patternProperties = {},
      items,
      anyOf = [],
      not,
    } = schema as {
      properties?: Json;
      patternProperties?: Json;
      items?: unknown;
      anyOf?: unknown[];
      not?: unknown;
    };
    for (const [name, one] of Object.entries({ ...properties, ...patternProperties })) {
      look(one, `${place}.${name}`);
    }
    for (const one of [items, not, ...anyOf]) look(one, `${place}[]`);
  };
  const walk = (value: unknown, place: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, item] of Object.entries(value)) {
      if (name === 'schema') look(item, place);
      else walk(item, `${place}/${name}`);
    }
  };
  walk(document.paths, '');
  return found;
}
