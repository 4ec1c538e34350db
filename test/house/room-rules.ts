import {
  DOMAIN_FLOOR,
  DOMAIN_IMPORTS,
  floorOf,
  isDoorOf,
  LIBRARY_ROOMS,
  mayNotRemember,
  packageOf,
  roomOf,
} from './floor-plan.ts';
import type { Import } from './import-graph.ts';
import type { Tree } from './repo-files.ts';
import { lineAt, readSource } from './source-text.ts';

/** How a statement begins: a verb alone is an English word, or the name of an HTTP method. */
const STATEMENTS: readonly RegExp[] = [
  /^\s*select\s(?:[\s\S]*\bfrom\b|\s*(?:[\d@$]|\w+\())/i,
  /^\s*(?:insert|replace)\s+(?:ignore\s+)?into\b/i,
  /^\s*update\s+\S+\s+(?:\w+\s+)?set\b/i,
  /^\s*delete\s+(?:\w+\s+)?from\b/i,
  /^\s*with\s+\w+\s+as\s*\(/i,
  /^\s*(?:create|alter|drop|truncate|lock)\s+tables?\b/i,
];
const SQL_ROOM = /-store\.ts$|^src\/mysql\/|^migrations\//;

export function strayFiles(tree: Tree): string[] {
  return [...tree.keys()]
    .filter((path) => roomOf(path) === undefined)
    .map((path) => `${path} stands in no room: see the plan in test/house/floor-plan.ts`);
}

/** Imports between rooms: downwards only, and only through the door. */
export function wrongDoors(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, line, target }) => {
    const room = roomOf(from);
    if (room === undefined || target === undefined) return [];
    const other = roomOf(target);
    const place = `${from}:${line}`;
    if (other === undefined) return [`${place} imports ${target}, which stands in no room`];
    if (other === room) return [];
    if (floorOf(other) === floorOf(room)) {
      return [`${place} ${room} imports ${other}: rooms on one floor do not know each other`];
    }
    if (floorOf(other) > floorOf(room)) {
      return [`${place} ${room} imports ${other}, which is on a higher floor`];
    }
    if (isDoorOf(target, other)) return [];
    return [`${place} imports ${target}: go through the index.ts of ${other}`];
  });
}

export function wrongLibraries(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, line, specifier, target }) => {
    const room = roomOf(from);
    if (room === undefined || target !== undefined) return [];
    if (specifier.startsWith('node:')) return [];
    const name = packageOf(specifier);
    const rooms = Object.hasOwn(LIBRARY_ROOMS, name) ? LIBRARY_ROOMS[name] : undefined;
    if (rooms?.includes(room)) return [];
    const answer = rooms
      ? `it stands behind ${rooms.join(' and ')}`
      : 'it has no room yet: see LIBRARY_ROOMS in test/house/floor-plan.ts';
    return [`${from}:${line} ${room} imports ${name}: ${answer}`];
  });
}

/** In a domain room only the stores touch the database; nouns and verbs stay free of I/O. */
export function impureDomain(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, line, target }) => {
    const room = roomOf(from);
    if (room === undefined || floorOf(room) !== DOMAIN_FLOOR || target === undefined) return [];
    if (from.endsWith('-store.ts') || isDoorOf(from, room)) return [];
    const other = roomOf(target);
    if (other === undefined || other === room || DOMAIN_IMPORTS.includes(other)) return [];
    return [`${from}:${line} imports ${other}: only a *-store.ts of ${room} may`];
  });
}

/** Whatever decides reads the database, never the cache. */
export function cachedDecisions(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, line, target }) => {
    const room = roomOf(from);
    const other = target === undefined ? undefined : roomOf(target);
    if (room === undefined || other === undefined || !mayNotRemember(room, other)) return [];
    return [`${from}:${line} ${room} imports ${other}: what decides asks the database itself`];
  });
}

export function strayStatements(tree: Tree): string[] {
  return [...tree].flatMap(([path, source]) => {
    if (SQL_ROOM.test(path)) return [];
    return readSource(source)
      .strings.filter(({ text }) => STATEMENTS.some((statement) => statement.test(text)))
      .map(({ text, at }) => {
        const start = text.trim().slice(0, 40);
        return `${path}:${lineAt(source, at)} has SQL (${start}): move it to a *-store.ts`;
      });
  });
}
