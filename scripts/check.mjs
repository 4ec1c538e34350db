// `npm run check`: is the code base in good order? Every step runs even when an earlier one fails,
// and only a failing step shows what it said.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const STEPS = [
  // The build keeps its own note of what is up to date; a check must not write into that one.
  [
    'types',
    [tool('tsc'), '--noEmit', '--tsBuildInfoFile', 'dist/.check.tsbuildinfo'],
    [tool('tsc'), '--noEmit', '-p', 'web', '--tsBuildInfoFile', 'dist/.check-web.tsbuildinfo'],
  ],
  ['lint', [tool('oxlint'), '--type-aware', '--deny-warnings']],
  ['format', [tool('biome'), 'ci', '.']],
  ['dead code', [tool('knip')]],
  ['package', [process.execPath, 'scripts/build.mjs'], [tool('publint'), '--strict']],
];

let failed = 0;
for (const [name, ...commands] of STEPS) {
  const started = performance.now();
  const complaint = await firstComplaint(commands);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (complaint !== undefined) {
    failed += 1;
    process.stdout.write(`${complaint.trimEnd()}\n`);
  }
  const verdict = complaint === undefined ? 'ok  ' : 'FAIL';
  process.stdout.write(`${verdict} ${name.padEnd(10)} ${seconds.padStart(5)} s\n`);
}
process.stdout.write(`${STEPS.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

function tool(name) {
  return join('node_modules', '.bin', name);
}

/** What the first failing command said; nothing when all succeed. */
async function firstComplaint(commands) {
  for (const command of commands) {
    const { ok, said } = await run(command);
    if (!ok) return `--- ${command.join(' ')}\n${said}`;
  }
  return undefined;
}

function run([program, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32', // the tools are .cmd files there
    });
    let said = '';
    const hear = (text) => {
      said += text;
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.on('error', (error) => resolve({ ok: false, said: `${program}: ${error.message}` }));
    child.on('close', (code, signal) => {
      resolve({ ok: code === 0, said: signal ? `${said}\nended by ${signal}` : said });
    });
  });
}
