/** The error document is the last line of standard error. */
export function errorIn(stderr: string): {
  code: string;
  message: string;
  details: Record<string, unknown>;
} {
  const last = stderr.trimEnd().split('\n').at(-1) ?? '';
  return (JSON.parse(last) as { error: ReturnType<typeof errorIn> }).error;
}
