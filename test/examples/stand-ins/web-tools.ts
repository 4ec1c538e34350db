/**
 * Just enough of openssl and curl for the published example, on a machine that has neither.
 * Arguments: the tool, and what it was called with.
 */
import { createHmac } from 'node:crypto';

const [tool, ...args] = process.argv.slice(2);
const after = (name: string) =>
  args.flatMap((arg, at) => (arg === name ? [args[at + 1] ?? ''] : []));

if (tool === 'openssl') {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const [secret = ''] = after('-hmac');
  const digest = createHmac('sha256', secret).update(Buffer.concat(chunks)).digest('hex');
  console.log(`SHA2-256(stdin)= ${digest}`);
} else {
  const headers = after('--header').map((text) => text.split(/: (.*)/s).slice(0, 2));
  const [body = ''] = after('--data-raw');
  const response = await fetch(args.at(-1) ?? '', {
    method: 'POST',
    headers: Object.fromEntries(headers) as Record<string, string>,
    body,
  });
  process.stdout.write(await response.text());
  process.exitCode = response.ok ? 0 : 22;
}
