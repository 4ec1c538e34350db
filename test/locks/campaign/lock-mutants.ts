/** A way to spoil the locks: in this file, this text becomes that one. */
export interface Mutant {
  readonly name: string;
  /** What is wrong with it then. */
  readonly breaks: string;
  /** Below the compiled `src/locks`. */
  readonly file: string;
  readonly text: string;
  readonly becomes: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no-deadline',
    breaks: 'the holder does not watch its time',
    file: 'lock-deadline.js',
    text: 'return Math.max(0, Math.min(this.#leftByWall(), this.#leftByMonotonic()));',
    becomes: 'return this.#validMs;',
  },
  {
    name: 'no-confirm',
    breaks: 'the highest number is the fence, without the second round',
    file: 'quorum-vote.js',
    text: "return { kind: 'confirm', fence: highest, nodes: [...this.#fences.keys()] };",
    becomes: "return { kind: 'agreed', fence: highest };",
  },
  {
    name: 'no-quarantine',
    breaks: 'a node that has restarted is counted at once',
    file: 'lock-probation.js',
    text: 'if (this.#met && (runId === undefined || runId !== this.#runId)) {',
    becomes: 'if (false) {',
  },
  {
    name: 'no-clock-watch',
    breaks: 'a node whose clock jumped is counted, and nothing is renewed',
    file: 'lock-node.js',
    text: 'if (jumpMs === 0)',
    becomes: 'if (true)',
  },
  {
    name: 'no-late-guard',
    breaks: 'a request is obeyed, however late it comes',
    file: 'lua/acquire.lua',
    text: "if ARGV[7] ~= '' and now > tonumber(ARGV[7]) then",
    becomes: 'if false then',
  },
  {
    name: 'release-any',
    breaks: 'a release also deletes the lock of somebody else',
    file: 'lua/release.lua',
    text: 'if values[i] == owner then',
    becomes: 'if values[i] then',
  },
  {
    name: 'counter-unkept',
    breaks: 'the nodes do not keep the number that they gave',
    file: 'lua/acquire.lua',
    text: "for i = from, to do redis.call('SET', look[i], fence, 'PX', KEPT) end",
    becomes: '',
  },
  {
    name: 'renewed-by-reply',
    breaks: 'a renewal is counted from its answer, not from when it was sent',
    file: 'redis-lease.js',
    text: "return { kind: 'renewed', sentAt };",
    becomes: "return { kind: 'renewed', sentAt: momentOf(clock) };",
  },
  {
    name: 'quorum-less-one',
    breaks: 'one vote less is enough',
    file: 'quorum-vote.js',
    text: 'return Math.floor(nodes / 2) + 1;',
    becomes: 'return Math.max(1, Math.floor(nodes / 2));',
  },
  {
    name: 'renew-any',
    breaks: 'a renewal also lengthens the lock of somebody else, and says yes',
    file: 'lua/renew.lua',
    text: 'if value ~= ARGV[1] then return {now, 0} end',
    becomes: '',
  },
  {
    name: 'untold',
    breaks: 'the signal of a lost lock does not abort',
    file: 'held-lease.js',
    text: 'this.#abort?.abort(error);',
    becomes: '',
  },
];
