import { createHash, timingSafeEqual } from 'node:crypto';

/** What a caller may do; each token stands for one. */
export type Role = 'producer' | 'payments' | 'viewer' | 'operator';

export type RoleTokens = Readonly<Record<Role, readonly string[]>>;

export interface Access {
  /** Null for a token that nobody was given. */
  roleOf(token: string): Role | null;
}

/** A token that stands under two roles by mistake has the first of these. */
const ROLES: readonly Role[] = ['operator', 'producer', 'payments', 'viewer'];

/**
 * Who has which token. Digests are compared instead of tokens, each of them in constant time and
 * always all of them, so that the time of an answer says nothing of how near a guess has come.
 */
export function createAccess(tokens: RoleTokens): Access {
  const known = ROLES.flatMap((role) =>
    tokens[role].map((token) => [role, digest(token)] as const),
  );
  return {
    roleOf: (token) => {
      const asked = digest(token);
      let found: Role | null = null;
      for (const [role, expected] of known) {
        if (timingSafeEqual(asked, expected)) found ??= role;
      }
      return found;
    },
  };
}

/** An operator may do what a viewer may. */
export function rolesAllow(role: Role, allowed: readonly Role[]): boolean {
  return allowed.includes(role) || (role === 'operator' && allowed.includes('viewer'));
}

/** The token of an `Authorization: Bearer` header; null when it holds none. */
export function bearerToken(header: string | undefined): string | null {
  return /^bearer +([^\s,]+)$/i.exec(header?.trim() ?? '')?.[1] ?? null;
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
