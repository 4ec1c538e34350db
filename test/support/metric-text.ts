/** One line of what a scrape gets. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm;

export function samplesOf(text: string, name: string): readonly Sample[] {
  return [...text.matchAll(LINE)]
    .filter(([, found]) => found === name)
    .map(([, , labels = '', value]) => ({
      name,
      labels: Object.fromEntries(
        [...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, key, label]) => [key, label]),
      ),
      value: Number(value),
    }));
}

/** The first sample with these labels; undefined when there is none. */
export function valueOf(
  text: string,
  name: string,
  wanted: Readonly<Record<string, string>> = {},
): number | undefined {
  return samplesOf(text, name).find(({ labels }) =>
    Object.entries(wanted).every(([key, value]) => labels[key] === value),
  )?.value;
}

/** The metrics that are declared, whether they have samples or not. */
export function metricNames(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^# TYPE ([a-z_]+) /gm)].map(([, name = '']) => name));
}
