import { readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import { present } from '../../src/kernel/index.ts';

const ROOT = new URL('../../../', import.meta.url);

export interface ComposeService {
  readonly image: string;
  readonly command?: string;
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly restart?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly stop_grace_period?: string;
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export function projectFile(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** The file as an engine sees it: anchors merged, `${NAME:-default}` as where NAME is not set. */
export function composeFile(): ComposeFile {
  const text = projectFile('docker-compose.yml')
    .replaceAll(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1')
    .replaceAll('$$', '$');
  return parse(text, { merge: true }) as ComposeFile;
}

export function serviceOf({ services }: ComposeFile, name: string): ComposeService {
  return present(services[name], `the service ${name}`);
}

/** The documents of a manifest, in their order. */
export function manifest<Shape>(path: string): readonly Shape[] {
  return parseAllDocuments(projectFile(path), { merge: true }).map((one) => one.toJS() as Shape);
}
