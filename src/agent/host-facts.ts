import type { Config } from '../config/config.ts';
import { bridgeMappings } from './bridge-mappings.ts';
import type { HostFacts } from './planner.ts';

/** What the configuration says about the wiring of this host. Throws `ConfigError`. */
export function hostFacts(config: Config, datapathType: 'system' | 'netdev'): HostFacts {
  const { agent, network, state_directory: stateDirectory } = config;
  return {
    host: agent.host,
    datapathType,
    localIp: agent.local_ip === '' ? null : agent.local_ip,
    bridgeMappings: bridgeMappings(config),
    dnsDomain: network.dns_domain,
    stateDirectory,
  };
}
