import type { Tree } from './repo-files.ts';
import { codeWithComments, lineAt, readSource } from './source-text.ts';

interface CallRule {
  /** What is looked for in the code, comments and strings left out. */
  readonly call: RegExp;
  /** Where the rule holds, if not everywhere. */
  readonly within?: RegExp;
  /** Where such a call belongs. */
  readonly allowed?: RegExp;
  readonly instead: string;
}

const TESTS = /^test\/.*\.test\.ts$/;
/** Their standard output is what they are for. */
const PROGRAMS = /^(?:src\/(?:cli|launch)|bench|scripts|examples|test\/[a-z-]+\/stand-ins)\//;

/** The launcher and what starts processes; an example takes its settings as a shop would. */
const ENVIRONMENT = new RegExp(
  [
    /^src\/(?:app\/config\.ts$|launch\/)/,
    /^(?:scripts|examples)\//,
    /^test\/(?:launch|cli|examples|house|support)\//,
  ]
    .map((part) => part.source)
    .join('|'),
);

const CALL_RULES: readonly CallRule[] = [
  {
    call: /\bDate\.now\b|\bnew Date\b/g,
    allowed: /^src\/kernel\/clock\.ts$|^scripts\/|^web\/reader-clock\.ts$/,
    instead: 'take a Clock and ask it; whether an order is due, the database says',
  },
  {
    call: /\bMath\.random\b/g,
    allowed: /^src\/kernel\/random\.ts$/,
    instead: 'take a Random, or ask randomName for a name',
  },
  {
    call: /\bprocess\.env\b/g,
    allowed: ENVIRONMENT,
    instead: 'take it from the configuration that src/app/config.ts reads',
  },
  {
    call: /\bconsole\./g,
    allowed: PROGRAMS,
    instead: 'log through a Logger; only programs talk to the terminal (src/cli, src/launch)',
  },
  {
    call: /\bprocess\.stdout\.write\b/g,
    allowed: new RegExp(`${PROGRAMS.source}|^src/app/run-[a-z-]+\\.ts$`),
    instead: 'return the text: only programs talk to the terminal (src/cli, src/launch)',
  },
  {
    call: /\bnew Promise\b[^;{}]*=>\s*(?:\{\s*)?setTimeout\s*\(/g,
    allowed: /^src\/kernel\/pause\.ts$|^scripts\//,
    instead: 'use pause of the kernel; a test waits for the condition itself',
  },
  {
    call: /\bawait (?:pause|sleep|delay|setTimeout)\s*\(/g,
    within: TESTS,
    allowed: /^test\/kernel\/pause\./,
    instead: 'wait for the condition or the event, with a bound; a sleep is slow or wrong, or both',
  },
  {
    call: /\.transaction\s*\(\s*[){]|\.transactionProvider\s*\(/g,
    instead: 'use the callback form: the other one reports a failed COMMIT as success',
  },
  {
    call: /\b(?:trx|tx|transaction)\.(?:commit|rollback)\s*\(/g,
    instead: 'return from the callback to commit, throw to roll back',
  },
  {
    call: /\b(?:describe|context|it|specify|this)\.(?:skip|only)\b|\bx(?:describe|it)\b/g,
    instead: 'mend the test or remove it: one that does not run protects nothing',
  },
  {
    call: /^[ \t]*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s+\w/gm,
    instead: 'use a union of literals',
  },
  {
    call: /^[ \t]*(?:export\s+)?(?:declare\s+)?namespace\s+\w/gm,
    instead: 'a file is a module: export from it',
  },
];

export function bannedCalls(tree: Tree): string[] {
  return [...tree].flatMap(([path, source]) => {
    const { code } = readSource(source);
    return CALL_RULES.filter(
      ({ within, allowed }) => (within?.test(path) ?? true) && !allowed?.test(path),
    ).flatMap(({ call, instead }) =>
      [...code.matchAll(call)].map((found) => {
        const words = found[0].trim().split('\n')[0] ?? '';
        return `${path}:${lineAt(source, found.index)} ${words}: ${instead}`;
      }),
    );
  });
}

const CATCH_BLOCK = /\bcatch\s*(\([^)]*\))?\s*\{/g;
const CATCH_CALL = new RegExp(
  [
    /\.catch\(\s*(?:async\s*)?(?:\(\s*\w*\s*\)|\w+)\s*=>\s*/, // names no error, or never uses it
    /(?:\{\s*\}|undefined|null|false|true|void 0|\[\])\s*,?\s*\)/,
  ]
    .map((part) => part.source)
    .join(''),
  'g',
);

/**
 * A catch that drops the error must say in a comment why nothing is lost by that. One that names
 * the error has it at hand, and the linter makes it use the name.
 */
export function silentCatches(tree: Tree): string[] {
  return [...tree].flatMap(([path, source]) => {
    const read = readSource(source);
    const text = codeWithComments(source, read);
    const blocks = [...read.code.matchAll(CATCH_BLOCK)].filter((found) => {
      const block = text.slice(found.index, blockEnd(read.code, found.index + found[0].length));
      return !/\/\/|\/\*/.test(block) && (found[1] === undefined || /\{\s*$/.test(block));
    });
    const calls = [...read.code.matchAll(CATCH_CALL)].filter((found) => {
      const before = text.lastIndexOf('\n', text.lastIndexOf('\n', found.index) - 1);
      const after = text.indexOf('\n', found.index + found[0].length);
      return !/\/\/|\/\*|\*\//.test(text.slice(before + 1, after < 0 ? text.length : after));
    });
    return [...blocks, ...calls].map(
      ({ index }) =>
        `${path}:${lineAt(source, index)} drops an error: handle it, record it, or say in a ` +
        'comment why nothing is lost',
    );
  });
}

/** Offset of the brace that closes the block whose inside begins here. */
function blockEnd(code: string, from: number): number {
  let depth = 1;
  for (let at = from; at < code.length; at += 1) {
    if (code[at] === '{') depth += 1;
    else if (code[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return code.length;
}
