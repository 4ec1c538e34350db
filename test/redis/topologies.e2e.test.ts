import { startCluster, startReplicated, startSentinel } from '../support/redis-topologies.ts';
import { describesTopology } from './topology.conformance.ts';

describesTopology('one server', () => startReplicated(0));
describesTopology('a master with three replicas', () => startReplicated(3));
describesTopology('a master that sentinels watch', startSentinel);
describesTopology('a cluster of three masters', startCluster);
