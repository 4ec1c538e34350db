import { expect } from 'chai';
import { PLANS } from '../../src/cli/plans.ts';
import { present } from '../../src/kernel/index.ts';
import { manifest, projectFile } from '../support/compose-file.ts';

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: { readonly readOnlyRootFilesystem: boolean };
  readonly [probe: `${string}Probe`]: {
    readonly httpGet: { readonly path: string; readonly port: string };
  };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly template?: {
      readonly spec: {
        readonly terminationGracePeriodSeconds?: number;
        readonly securityContext: { readonly runAsNonRoot: boolean };
        readonly containers: readonly Container[];
      };
      readonly metadata?: { readonly labels: Readonly<Record<string, string>> };
    };
    readonly selector?: {
      readonly matchLabels?: Readonly<Record<string, string>>;
      readonly app?: string;
    };
    readonly maxUnavailable?: number;
  };
}

const FOLDER = 'deploy/kubernetes';
const read = (name: string) => manifest<Manifest>(`${FOLDER}/${name}.yaml`);
const podOf = (name: string) =>
  present(read(name)[0]?.spec?.template, `the pod of ${name}.yaml`).spec;
const containerOf = (name: string) => present(podOf(name).containers[0], `container of ${name}`);
const settings = new Set(projectFile('.env.example').match(/HOLDFAST_[A-Z_]+/g));

describe('the manifests for Kubernetes', () => {
  it('run commands that there are, of one image, without root', () => {
    for (const name of ['migrate', 'worker', 'api']) {
      const { image, args, securityContext } = containerOf(name);
      expect(args).to.deep.equal([name]);
      expect(PLANS.map((plan) => plan.name)).to.include(name);
      expect(image).to.equal(containerOf('migrate').image);
      expect(securityContext.readOnlyRootFilesystem).to.equal(true);
      expect(podOf(name).securityContext.runAsNonRoot).to.equal(true);
    }
  });

  it('set what can be set, from secrets that there are', () => {
    const data = present(read('settings')[0]?.data, 'settings');
    const secrets = present(read('secrets')[0]?.stringData, 'secrets');
    for (const [name, value] of Object.entries(data)) {
      expect([...settings]).to.include(name.replace(/_FILE$/, ''));
      if (name.endsWith('_FILE')) {
        expect(secrets).to.have.property(value.replace('/run/holdfast/', ''));
      }
    }
    expect(Object.keys(secrets)).to.have.length(
      Object.keys(data).filter((name) => name.endsWith('_FILE')).length,
    );
  });

  it('look at ports that the processes listen on', () => {
    const { HOLDFAST_HTTP_PORT: http, HOLDFAST_GRPC_PORT: grpc } = present(
      read('settings')[0]?.data,
      'settings',
    );
    const ports = (name: string) => containerOf(name).ports?.map((one) => `${one.containerPort}`);
    expect(ports('api')).to.deep.equal([http, grpc]);
    expect(ports('worker')).to.deep.equal(containerOf('worker').env?.map(({ value }) => value));
    for (const name of ['api', 'worker']) {
      const container = containerOf(name);
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
        const { path, port } = present(container[probe], probe).httpGet;
        expect(path).to.equal(probe === 'readinessProbe' ? '/readyz' : '/healthz');
        expect(container.ports?.map((one) => one.name)).to.include(port);
      }
    }
  });

  it('end gracefully, and never all at once', () => {
    for (const name of ['api', 'worker']) {
      expect(podOf(name).terminationGracePeriodSeconds).to.be.greaterThan(20);
      const budget = read(name).find(({ kind }) => kind === 'PodDisruptionBudget');
      expect(budget?.spec?.maxUnavailable).to.equal(1);
      const labels = read(name)[0]?.spec?.template?.metadata?.labels;
      expect(budget?.spec?.selector?.matchLabels).to.deep.equal(labels);
    }
  });
});
