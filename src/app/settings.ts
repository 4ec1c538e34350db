import { readFileSync } from 'node:fs';
import { messageOf } from '../kernel/index.ts';

const SECRET = /^[A-Za-z0-9._~+/=-]{16,256}$/;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads settings one by one and collects what is wrong with them, for one message at the end. */
export class Settings {
  private readonly env: Environment;
  private readonly problems: string[];

  constructor(env: Environment, problems: string[]) {
    this.env = env;
    this.problems = problems;
  }

  /** A setting, or the content of the file that `NAME_FILE` points to. */
  text(name: string): string | undefined {
    const direct = this.env[name];
    const file = this.env[`${name}_FILE`];
    if (direct !== undefined && direct !== '') return direct;
    if (file === undefined || file === '') return undefined;
    try {
      return readFileSync(file, 'utf8').trim();
    } catch (error) {
      this.problems.push(
        `${name}_FILE is ${file}, allowed is a readable file: ${messageOf(error)}`,
      );
      return undefined;
    }
  }

  whole(name: string, fallback: number, least: number, most: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.problems.push(`${name} is ${text}, allowed is a whole number from ${least} to ${most}`);
    return fallback;
  }

  /** Null when it is not set. */
  wholeIfSet(name: string, least: number, most: number): number | null {
    return this.text(name) === undefined ? null : this.whole(name, least, least, most);
  }

  choice<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const text = this.text(name);
    const chosen = allowed.find((value) => value === text);
    if (text !== undefined && chosen === undefined) {
      this.problems.push(`${name} is ${text}, allowed is one of ${allowed.join(', ')}`);
    }
    return chosen ?? fallback;
  }

  url(name: string, schemes: readonly string[], fallback: string | undefined): string {
    const text = this.text(name) ?? fallback;
    if (text !== undefined && this.isUrl(name, text, schemes)) return text;
    if (text === undefined) {
      this.problems.push(
        `${name} is not set and no system runs here; start one with npm start, or name a server`,
      );
    }
    return '';
  }

  /** A comma list of URLs; a word that stands alone says where without naming a server. */
  urls(
    name: string,
    schemes: readonly string[],
    fallback: readonly string[] | undefined,
    words: readonly string[],
  ): string[] {
    const parts = this.text(name)?.split(',') ?? fallback;
    if (!parts) return [this.url(name, schemes, undefined)];
    const list = joined(parts);
    if (list.length === 1 && words.some((word) => word === list[0])) return list;
    return list.filter((text) =>
      // Each member is judged alone: a URL has one host. Only the first says the scheme.
      text.split(',').every((part, index) => {
        const scheme = text.slice(0, text.indexOf('://'));
        return this.isUrl(name, index === 0 ? part : `${scheme}://${part}`, schemes, words);
      }),
    );
  }

  /** A comma list of secrets; what is wrong with one is told without repeating it. */
  secrets(name: string, fallback: readonly string[] = []): readonly string[] {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const list = text.split(',').map((one) => one.trim());
    if (list.every((one) => SECRET.test(one))) return list;
    this.problems.push(
      `${name} holds one that cannot be used, allowed is a comma list, each of 16 to 256 ` +
        'letters, digits and . _ ~ + / = -',
    );
    return [];
  }

  /** Never repeats the value: it may hold a password. */
  private isUrl(
    name: string,
    text: string,
    schemes: readonly string[],
    words: readonly string[] = [],
  ): boolean {
    const url = URL.canParse(text) ? new URL(text) : null;
    const isFine = url !== null && schemes.includes(url.protocol.slice(0, -1)) && url.host !== '';
    if (!isFine) {
      const allowed = [...schemes.map((scheme) => `${scheme}://host:port`), ...words].join(' or ');
      this.problems.push(`${name} is ${describe(url)}, allowed is ${allowed}`);
    }
    return isFine;
  }
}

/** The members of one cluster, after a URL that may have several: `etcd://h1:2379,h2:2379`. */
function joined(parts: readonly string[]): string[] {
  const urls: string[] = [];
  for (const part of parts.map((text) => text.trim())) {
    const before = urls.at(-1);
    const isMember = !part.includes('://') && /^(?:etcds?|zookeeper):\/\//i.test(before ?? '');
    if (isMember) urls[urls.length - 1] = `${before},${part}`;
    else urls.push(part);
  }
  return urls;
}

function describe(url: URL | null): string {
  return url === null ? 'not a URL' : `a ${url.protocol}// URL`;
}
