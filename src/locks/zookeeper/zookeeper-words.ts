import type { JuteReader, JuteWriter } from './jute.ts';

/** What locks ask of ZooKeeper, as its protocol says it. */
export interface Question {
  readonly type: number;
  readonly write: (into: JuteWriter) => void;
  /** Called once when the watched node changes, or when nobody can know any more. */
  readonly watch?: { readonly path: string; readonly call: () => void };
}

export interface Reply {
  /** 0, or what is wrong. */
  readonly code: number;
  /** Of the change, or the last one that the server knew. */
  readonly zxid: bigint;
  readonly body: JuteReader;
}

export const OK = 0;
export const NO_NODE = -101;
export const NO_PERMISSION = -102;
export const BAD_VERSION = -103;

const CREATE = 1;
const DELETE = 2;
const EXISTS = 3;
const GET_DATA = 4;
const SET_DATA = 5;
const GET_CHILDREN = 8;
const SYNC = 9;
const CHECK = 13;
const MULTI = 14;
const CREATE_CONTAINER = 19;
const ERROR = -1;

/** Kinds of node. */
export const PERSISTENT = 0;
export const EPHEMERAL_SEQUENTIAL = 3;
const CONTAINER = 4;

const ANY_VERSION = -1;
const ALL_PERMISSIONS = 31;

/** Who may do anything with a node; nobody else may do anything. */
export type NodeOwner = 'anyone' | 'our account';

function create(
  type: number,
  path: string,
  data: string,
  kind: number,
  owner: NodeOwner,
): Question {
  return {
    type,
    write: (into) => {
      into.text(path).text(data);
      const [scheme, id] = owner === 'anyone' ? ['world', 'anyone'] : ['auth', ''];
      into.int(1).int(ALL_PERMISSIONS).text(scheme).text(id);
      into.int(kind);
    },
  };
}

export const createNode = (path: string, data: string, kind: number, owner: NodeOwner): Question =>
  create(CREATE, path, data, kind, owner);

/** A node that the servers take away, some time after its last child has gone. */
export const createContainer = (path: string, owner: NodeOwner): Question =>
  create(CREATE_CONTAINER, path, '', CONTAINER, owner);

export const deleteNode = (path: string): Question => ({
  type: DELETE,
  write: (into) => into.text(path).int(ANY_VERSION),
});

export const exists = (path: string): Question => ({
  type: EXISTS,
  write: (into) => into.text(path).bool(false),
});

/** With `call`, also watches the node; one that is not there leaves no watch behind. */
export const getData = (path: string, call?: () => void): Question => ({
  type: GET_DATA,
  write: (into) => into.text(path).bool(call !== undefined),
  ...(call ? { watch: { path, call } } : {}),
});

export const setData = (path: string, data: string, version: number): Question => ({
  type: SET_DATA,
  write: (into) => into.text(path).text(data).int(version),
});

export const getChildren = (path: string): Question => ({
  type: GET_CHILDREN,
  write: (into) => into.text(path).bool(false),
});

/** Brings the server up to what the leader knew when it was asked. */
export const sync = (path: string): Question => ({
  type: SYNC,
  write: (into) => into.text(path),
});

export const check = (path: string, version: number): Question => ({
  type: CHECK,
  write: (into) => into.text(path).int(version),
});

/** All of them or none, as one change. */
export const multi = (questions: readonly Question[]): Question => ({
  type: MULTI,
  write: (into) => {
    for (const question of questions) {
      into.int(question.type).bool(false).int(-1).record(question.write);
    }
    into.int(-1).bool(true).int(-1);
  },
});

/** The paths that a `multi` made, or why it did nothing. */
export function madeBy(reply: Reply): { readonly code: number; readonly paths: string[] } {
  const paths: string[] = [];
  if (reply.code !== OK) return { code: reply.code, paths };
  const { body } = reply;
  let code = OK;
  for (;;) {
    const type = body.int();
    const isDone = body.bool();
    body.int();
    if (isDone) return { code, paths };
    if (type === ERROR) code = worse(code, body.int());
    else if (type === CREATE) paths.push(body.text());
    else if (type === SET_DATA) readStat(body);
  }
}

/** Beside the one that failed, the others say that they were not done (0 or -2). */
function worse(before: number, code: number): number {
  return before === OK || before === -2 ? code : before;
}

export interface Stat {
  readonly czxid: bigint;
  readonly version: number;
}

export function readStat(body: JuteReader): Stat {
  const czxid = body.long();
  body.long(); // when it was last changed, by number
  body.long(); // and by time
  body.long();
  const version = body.int();
  body.int(); // of its children
  body.int(); // of its permissions
  body.long(); // the session it belongs to
  body.int(); // how long its data is
  body.int(); // how many children it has
  body.long(); // and when they were last changed
  return { czxid, version };
}
