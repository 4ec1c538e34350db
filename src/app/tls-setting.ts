import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { messageOf, type TlsTrust } from '../kernel/index.ts';

type Given = Readonly<Record<'ca' | 'cert' | 'key', string | undefined>>;

/** Whom servers with protected lines are trusted by, and who we are to them. */
export function tlsFrom({ ca, cert, key }: Given, problems: string[]): TlsTrust {
  if ((cert === undefined) !== (key === undefined)) {
    problems.push(
      'HOLDFAST_TLS_CERT and HOLDFAST_TLS_KEY belong together, and one of them is not set',
    );
    return {};
  }
  const told = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  for (const name of ['ca', 'cert'] as const) {
    if (told[name] === undefined || told[name].includes('-----BEGIN CERTIFICATE-----')) continue;
    problems.push(
      `HOLDFAST_TLS_${name.toUpperCase()} is no certificate, allowed is one or more in PEM`,
    );
    return {};
  }
  try {
    createSecureContext(told);
    return told;
  } catch (error) {
    problems.push(
      `HOLDFAST_TLS_CA, HOLDFAST_TLS_CERT or HOLDFAST_TLS_KEY cannot be used: ${messageOf(error)}`,
    );
    return {};
  }
}

/** The driver checks names alone: at an address anybody whom the authority knows could stand. */
export function checkDatabaseName(name: string, url: string, problems: string[]): void {
  if (!/^mysqls:/i.test(url)) return;
  if (isIP(new URL(url).hostname.replace(/^\[|\]$/g, '')) === 0) return;
  problems.push(
    `${name} names an address, allowed with mysqls:// is a host name, which its certificate is ` +
      'checked for',
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
