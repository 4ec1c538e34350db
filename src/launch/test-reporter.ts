import { inspect, styleText } from 'node:util';
import { type Tally, tallyLine, tallyMessage } from './test-tally.ts';

type Style = 'green' | 'red' | 'yellow' | 'gray' | 'bold';

/** What `.ci/run` looks for. */
const FAILED_FILES = 'these alone:';

/** Slower than this is worth a look; e2e tests of the launcher are. */
const SLOW_MS = 200;

/**
 * The tests as an indented page, the failures again at the end with all that is known. Told by the
 * run's events alone: nothing of mocha is imported, which is not there in an installed package.
 */
export default class TestReporter {
  private readonly failures: [title: string, error: unknown][] = [];
  private readonly failedFiles = new Set<string>();
  private passed = 0;
  private skipped = 0;
  private depth = 0;

  constructor(runner: Mocha.Runner) {
    runner.on('suite', (suite) => {
      if (suite.title) this.print(styled('bold', suite.title));
      this.depth += 1;
    });
    runner.on('suite end', () => {
      this.depth -= 1;
      if (this.depth === 1) console.log();
    });
    runner.on('pass', (test) => {
      this.passed += 1;
      const { duration = 0 } = test;
      const time = duration > SLOW_MS ? styled('yellow', ` (${duration} ms)`) : '';
      this.print(`${styled('green', 'ok')} ${test.title}${time}`);
    });
    runner.on('pending', (test) => {
      this.skipped += 1;
      this.print(styled('gray', `-- ${test.title} (skipped)`));
    });
    runner.on('fail', (test, error: unknown) => {
      this.failures.push([test.fullTitle(), error]);
      if (test.file) this.failedFiles.add(sourceOf(test.file));
      this.print(styled('red', `${this.failures.length}) ${test.title}`));
    });
    runner.once('end', () => this.finish());
  }

  private print(text: string): void {
    console.log(`${'  '.repeat(Math.max(this.depth - 1, 0))}${text}`);
  }

  private finish(): void {
    for (const [index, [title, error]] of this.failures.entries()) {
      console.log(`${styled('red', `${index + 1}) ${title}`)}\n${described(error)}\n`);
    }
    if (this.failedFiles.size > 0) {
      console.log(`${FAILED_FILES} npm test -- ${[...this.failedFiles].join(' ')}\n`);
    }
    const tally: Tally = {
      passed: this.passed,
      failed: this.failures.length,
      skipped: this.skipped,
    };
    // The launcher says it last of all, after the servers have stopped; alone, we say it here.
    if (process.send) process.send(tallyMessage(tally));
    else console.log(tallyLine(tally));
  }
}

/** What chai adds to its errors. */
interface AssertionFacts {
  readonly actual?: unknown;
  readonly expected?: unknown;
  readonly showDiff?: boolean;
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return indented(inspect(error));
  const { actual, expected, showDiff } = error as Error & AssertionFacts;
  const values =
    showDiff === true
      ? `\nexpected ${inspect(expected, { depth: 6 })}\n  actual ${inspect(actual, { depth: 6 })}`
      : '';
  const cause = error.cause === undefined ? '' : `\ncaused by ${inspect(error.cause)}`;
  return indented(`${error.stack ?? error.message}${values}${cause}`);
}

/** The name of a built test file as people know it. */
function sourceOf(file: string): string {
  const [, source = file] = /[\\/]dist[\\/](test[\\/].*)\.js$/.exec(file) ?? [];
  return source === file ? file : `${source}.ts`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '   ');
}

function styled(style: Style, text: string): string {
  const isPlain = !process.stdout.isTTY || Boolean(process.env['NO_COLOR']);
  return isPlain ? text : styleText(style, text);
}
