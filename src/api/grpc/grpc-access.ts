import { BlockList, isIPv6 } from 'node:net';
import { type Metadata, status } from '@grpc/grpc-js';
import { type Access, bearerToken, type Role, rolesAllow } from '../access.ts';
import { isLoopback } from '../../kernel/index.ts';
import { type Refusal, refused } from './grpc-answer.ts';

/** The part of a call that tells who sends it. */
export interface Caller {
  readonly metadata: Metadata;
  getPeer(): string;
}

export interface GrpcAccess {
  /** Null when a caller of one of these roles sends it. */
  refusalOf(caller: Caller, roles: readonly Role[]): Refusal | null;
}

export interface GrpcAccessOptions {
  readonly access: Access;
  readonly bind: string;
  /** Whoever has no token may come from anywhere. */
  readonly isOpen: boolean;
}

/**
 * Tokens come as `authorization: Bearer ..`, as over HTTP. Services that know no tokens are let in
 * from this machine, while nobody else can reach the door. A token that is sent is always looked
 * at: a wrong one is refused even where none is needed.
 */
export function createGrpcAccess({ access, bind, isOpen }: GrpcAccessOptions): GrpcAccess {
  const needsNoToken = (caller: Caller) =>
    isOpen || (isLoopback(bind) && isLocal(caller.getPeer()));
  return {
    refusalOf: (caller, roles) => {
      const headers = caller.metadata.get('authorization');
      if (headers.length === 0) {
        return needsNoToken(caller) ? null : stranger('send a token as metadata');
      }
      const [header] = headers.length === 1 ? headers : [];
      const token = typeof header === 'string' ? bearerToken(header) : null;
      const role = token === null ? null : access.roleOf(token);
      if (role === null) return stranger('this system does not know this token; send it');
      if (rolesAllow(role, roles)) return null;
      const message = `the role ${role} may not do this; it takes ${roles.join(' or ')}`;
      return refused('forbidden', status.PERMISSION_DENIED, message);
    },
  };
}

function stranger(what: string): Refusal {
  const message = `${what} "authorization: Bearer <token>"`;
  return refused('unauthorized', status.UNAUTHENTICATED, message);
}

const LOCAL = new BlockList();
LOCAL.addSubnet('127.0.0.0', 8, 'ipv4');
LOCAL.addAddress('::1', 'ipv6');

/** A peer is `address:port`; an IPv6 address has no brackets there. */
function isLocal(peer: string): boolean {
  const address = peer.slice(0, peer.lastIndexOf(':'));
  return LOCAL.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
