import { type Config, ConfigError } from '../config/config.ts';

/** Provider network to bridge, from `physnet:bridge` lines. Throws `ConfigError` for what is no such pair. */
export function bridgeMappings(config: Config): Readonly<Record<string, string>> {
  return Object.fromEntries(
    config.agent.bridge_mappings.map((line) => {
      const [physicalNetwork, bridge, ...rest] = line.split(':');
      if (!physicalNetwork || !bridge || rest.length > 0) {
        throw new ConfigError(`agent.bridge_mappings: "${line}" is not physnet:bridge, such as public:br-ex`);
      }
      return [physicalNetwork, bridge];
    }),
  );
}
