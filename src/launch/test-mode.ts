import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { builtFile, type LaunchContext, PROJECT_FOLDER } from './launch-context.ts';
import { INTERRUPTED, runThrowAway } from './throw-away-run.ts';
import { forTests } from './server-use.ts';
import { tallyFrom, type Tally, tallyLine } from './test-tally.ts';
import { throwAwayHome } from './throw-away-home.ts';
import { passedOn } from './watched-spawn.ts';

const ALL_TESTS = 'dist/test/**/*.test.js';
/** `--backends`: the tests of servers that need not be on every machine, none of them left out. */
const BACKENDS = '--backends';
const BACKEND_TESTS = 'dist/test/**/*{etcd,zookeeper,cluster,console}*.test.js';
/** `--s3`: uploads to a real S3 server, which takes long to start and much to install. */
const REAL_S3 = '--s3';
const REAL_S3_TESTS = 'dist/test/**/s3-real*.test.js';

/** `test`: the suite on private servers. The very last line is the count. */
export async function runTests(context: LaunchContext): Promise<number> {
  const tallies: Tally[] = [];
  const code = await runThrowAway(context, {
    name: 'test',
    use: forTests,
    makeHome: () => throwAwayHome(),
    stopSignal: 'SIGINT', // mocha ends the running test and its after hooks first
    program: {
      file: path.join(PROJECT_FOLDER, 'node_modules', 'mocha', 'bin', 'mocha.js'),
      args: mochaArgs(context.args),
      nodeArgs: ['--enable-source-maps'],
      // Nothing of the developer's own settings may decide whether a test passes.
      environment: {
        ...passedOn(context.env, (name) => name.startsWith('HOLDFAST_')),
        ...(context.args.includes(BACKENDS) ? { HOLDFAST_TEST_BACKENDS: '1' } : {}),
        ...(context.args.includes(REAL_S3) ? { HOLDFAST_TEST_S3: '1' } : {}),
      },
    },
    onMessage: (message) => {
      const tally = tallyFrom(message);
      if (tally) tallies.push(tally);
    },
  });
  const [tally] = tallies;
  if (!tally) context.screen.say('the test run broke off before it was counted');
  else if (tally.passed + tally.failed === 0) context.screen.say('no test matches what was asked');
  context.screen.say(tallyLine(tally ?? { passed: 0, failed: 1, skipped: 0 }));
  if (tally?.failed === 0 && code === 0) return 0;
  return code === INTERRUPTED ? INTERRUPTED : 1; // mocha's own code is a count of failures
}

/** Whatever mocha understands, and test files or folders under their source names. */
export function mochaArgs(args: readonly string[]): string[] {
  const named = args.filter(isTestPath);
  const options = args.filter((arg) => !isTestPath(arg) && arg !== BACKENDS && arg !== REAL_S3);
  return [
    '--no-config',
    '--no-package',
    '--exit',
    '--fail-zero',
    '--timeout=20000',
    `--reporter=${builtFile('src', 'launch', 'test-reporter.js')}`,
    ...options,
    ...(named.length > 0 ? named.map(builtTestPath) : [wholeOf(args)]),
  ];
}

function wholeOf(args: readonly string[]): string {
  if (args.includes(REAL_S3)) return REAL_S3_TESTS;
  return args.includes(BACKENDS) ? BACKEND_TESTS : ALL_TESTS;
}

function isTestPath(arg: string): boolean {
  if (arg.startsWith('-')) return false;
  return /^(\.\/)?(dist\/)?test\//.test(arg) || /\.[jt]s$/.test(arg) || isFolder(arg);
}

const isFolder = (file: string) => existsSync(file) && statSync(file).isDirectory();

function builtTestPath(arg: string): string {
  const source = arg.replace(/^\.\//, '').replace(/\/$/, '');
  const built = source.startsWith('test/') ? `dist/${source}` : source;
  if (/\.[jt]s$/.test(built)) return built.replace(/\.ts$/, '.js');
  return built.includes('*') ? built : `${built}/**/*.test.js`;
}
