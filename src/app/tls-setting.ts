import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { messageOf, type TlsTrust } from '../kernel/index.ts';
import type { Settings } from './settings.ts';

const NAMES = {
  ca: 'HOLDFAST_TLS_CA',
  cert: 'HOLDFAST_TLS_CERT',
  key: 'HOLDFAST_TLS_KEY',
} as const;

/** Whom servers with protected lines are trusted by, and who we are to them. */
export function tlsFrom(from: Settings, problems: string[]): TlsTrust {
  const [ca, cert, key] = [from.text(NAMES.ca), from.text(NAMES.cert), from.text(NAMES.key)];
  if ((cert === undefined) !== (key === undefined)) {
    problems.push(`${NAMES.cert} and ${NAMES.key} belong together, and one of them is not set`);
    return {};
  }
  const told = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  for (const name of ['ca', 'cert'] as const) {
    if (told[name] === undefined || told[name].includes('-----BEGIN CERTIFICATE-----')) continue;
    problems.push(`${NAMES[name]} is no certificate, allowed is one or more in PEM`);
    return {};
  }
  try {
    createSecureContext(told);
    return told;
  } catch (error) {
    problems.push(`${Object.values(NAMES).join(', ')} cannot be used: ${messageOf(error)}`);
    return {};
  }
}

/** The driver checks names alone: by an address anybody whom the authority knows could stand there. */
export function checkDatabaseName(databaseUrl: string, problems: string[]): void {
  if (!/^mysqls:/i.test(databaseUrl)) return;
  if (isIP(new URL(databaseUrl).hostname.replace(/^\[|\]$/g, '')) === 0) return;
  problems.push(
    'HOLDFAST_DATABASE_URL names an address, allowed with mysqls:// is a host name, which its ' +
      'certificate is checked for',
  );
}

/** Locks take it only when all their servers are protected, and say so otherwise. */
export function lockTls(
  lockUrls: readonly string[],
  databaseUrl: string,
  tls: TlsTrust,
): { readonly tls?: TlsTrust } {
  const places = lockUrls.map((url) => (url === 'mysql:' ? databaseUrl : url));
  return places.every((url) => /^(rediss|etcds|mysqls):/i.test(url)) ? { tls } : {};
}
