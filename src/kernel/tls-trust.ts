import { messageOf } from './app-error.ts';

/** Whom a protected line trusts, in PEM (without a `ca` what the system trusts), and who we are. */
export interface TlsTrust {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

const DISTRUST = /certificate|altnames|\bSSL alert\b/i;

/** Why a line could not be protected, and what to do; undefined when something else went wrong. */
export function distrustOf(error: unknown): string | undefined {
  const said = messageOf(error);
  if (!DISTRUST.test(said)) return undefined;
  return (
    `its certificate and ours do not fit (${said}); HOLDFAST_TLS_CA says whom to trust, ` +
    'HOLDFAST_TLS_CERT and HOLDFAST_TLS_KEY who we are'
  );
}
