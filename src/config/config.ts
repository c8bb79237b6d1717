/**
 * One TOML file and the environment, checked. Names are those of Neutron where it has one.
 *
 * Order: defaults, then the file (`/etc/tapline/tapline.toml`, or `TAPLINE_CONFIG`), then the environment, where
 * `TAPLINE_AGENT_LOCAL_IP=10.0.0.5` stands for `local_ip` in `[agent]`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { parse } from 'smol-toml';
import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';

const closed = { additionalProperties: false };

export const Config = Type.Object(
  {
    /** Everything that Tapline keeps: its database, secrets (mode 0600), the agent's share, files of daemons. */
    state_directory: Type.String({ default: '/var/lib/tapline' }),
    log_level: Type.Union(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
      { default: 'info' },
    ),
    database: Type.Object(
      {
        /** `postgresql://…` (15 or newer); empty: a private PostgreSQL in the state directory. */
        url: Type.String({ default: '' }),
        /** The unprivileged user that the private PostgreSQL runs as when Tapline is root. */
        user: Type.String({ default: 'postgres' }),
      },
      { default: {}, ...closed },
    ),
    api: Type.Object(
      {
        /** Sockets passed in by the service manager (`LISTEN_FDS`) are served beside this one. */
        listen: Type.String({ default: '127.0.0.1:9696', description: 'address:port' }),
        /** What clients are told in catalogue and links; empty: made from each request's Host header. */
        public_url: Type.String({ default: '' }),
        /** Origins from which browsers may ask, such as `https://dashboard.example.org`; `*` is any. */
        cors_allowed_origins: Type.Array(Type.String(), { default: [] }),
        pagination_max_limit: Type.Integer({ default: 0, minimum: 0, description: '0: none' }),
      },
      { default: {}, ...closed },
    ),
    identity: Type.Object(
      {
        region: Type.String({ default: 'RegionOne' }),
        /** Of the built-in identity. */
        token_expiration_seconds: Type.Integer({ default: 86_400, minimum: 60 }),
        /** A Keystone that says who is calling, such as `http://10.0.0.1:5000/v3`; empty: the built-in one. */
        url: Type.String({ default: '' }),
        /** The user of that Keystone as whom tokens are validated: one with the role `service` or `admin` on the project. */
        username: Type.String({ default: 'neutron' }),
        password: Type.String({ default: '' }),
        /** A file whose first line is the password. */
        password_file: Type.String({ default: '' }),
        project_name: Type.String({ default: 'service' }),
        user_domain_name: Type.String({ default: 'Default' }),
        project_domain_name: Type.String({ default: 'Default' }),
        /** For how many seconds a validated token is taken without asking again. */
        token_cache_time: Type.Integer({ default: 300, minimum: 0 }),
        /** Where clients are told to get a token, when that is not `url`. */
        www_authenticate_uri: Type.String({ default: '' }),
      },
      { default: {}, ...closed },
    ),
    network: Type.Object(
      {
        /** Types that a project may get without naming one, in order. */
        tenant_network_types: Type.Array(Type.String(), { default: ['vxlan'] }),
        /** Provider networks that may be flat; `*` is any. */
        flat_networks: Type.Array(Type.String(), { default: ['*'] }),
        /** `physnet` or `physnet:min:max`; only the latter are given to projects. */
        network_vlan_ranges: Type.Array(Type.String(), { default: [] }),
        vni_ranges: Type.Array(Type.String(), { default: ['1:65535'] }),
        /** MTU of the network under the tunnels and of provider networks. */
        global_physnet_mtu: Type.Integer({ default: 1500, minimum: 576 }),
        base_mac: Type.String({ default: 'fa:16:3e:00:00:00' }),
        dns_domain: Type.String({ default: 'openstacklocal' }),
        dhcp_agents_per_network: Type.Integer({ default: 1, minimum: 1 }),
      },
      { default: {}, ...closed },
    ),
    agent: Type.Object(
      {
        /** Where the server is. */
        server: Type.String({ default: 'http://127.0.0.1:9696' }),
        /** Name of this host; empty: its hostname. */
        host: Type.String({ default: '' }),
        roles: Type.Array(Type.Union([Type.Literal('dhcp'), Type.Literal('l3')]), { default: ['dhcp', 'l3'] }),
        /** Address on which this host ends its tunnels; empty: no tunnels. */
        local_ip: Type.String({ default: '' }),
        /** `physnet:bridge`, such as `public:br-ex`. */
        bridge_mappings: Type.Array(Type.String(), { default: [] }),
        datapath_type: Type.Union([Type.Literal('auto'), Type.Literal('system'), Type.Literal('netdev')], {
          default: 'auto',
        }),
        /** File with the token that the server's state directory holds as `agent-token`; empty: that file. */
        token_file: Type.String({ default: '' }),
      },
      { default: {}, ...closed },
    ),
    ovs: Type.Object(
      {
        /** Directory of `db.sock` and of the control sockets of ovs-vswitchd. */
        run_directory: Type.String({ default: '/var/run/openvswitch' }),
      },
      { default: {}, ...closed },
    ),
  },
  closed,
);
export type Config = Static<typeof Config>;

/** A configuration that cannot be used, with every reason. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads, merges and checks the configuration. Throws `ConfigError` naming each wrong key. */
export function loadConfig(options: { readonly file?: string; readonly env?: NodeJS.ProcessEnv } = {}): Config {
  const env = options.env ?? process.env;
  const named = options.file ?? env['TAPLINE_CONFIG'];
  const file = named ?? '/etc/tapline/tapline.toml';
  let read: Record<string, unknown> = {};
  if (named !== undefined || existsSync(file)) {
    try {
      read = parse(readFileSync(file, 'utf8'));
    } catch (cause) {
      throw new ConfigError(`cannot read ${file}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  }
  return checkConfig(withEnvironment(read, env));
}

/** Fills in defaults and checks. */
export function checkConfig(given: Record<string, unknown>): Config {
  const filled = Value.Default(Config, structuredClone(given));
  const errors = Value.Errors(Config, filled);
  if (errors.length > 0) {
    throw new ConfigError(
      errors
        .map((error) => `${error.instancePath.slice(1).replaceAll('/', '.') || 'configuration'}: ${error.message}`)
        .join('\n'),
    );
  }
  const config = filled as Config;
  return config.agent.host === '' ? { ...config, agent: { ...config.agent, host: hostname() } } : config;
}

function withEnvironment(read: Record<string, unknown>, env: NodeJS.ProcessEnv): Record<string, unknown> {
  const result = structuredClone(read);
  for (const [section, schema] of Object.entries(Config.properties) as [string, TSchema][]) {
    const inner = 'properties' in schema ? (schema.properties as Record<string, TSchema>) : undefined;
    for (const key of inner ? Object.keys(inner) : ['']) {
      const value = env[`TAPLINE_${section}${key && `_${key}`}`.toUpperCase()];
      if (value === undefined) continue;
      if (inner === undefined) {
        result[section] = fromText(schema, value);
      } else {
        const target = (result[section] ?? {}) as Record<string, unknown>;
        result[section] = target;
        target[key] = fromText(inner[key] as TSchema, value);
      }
    }
  }
  return result;
}

function fromText(schema: TSchema, text: string): unknown {
  if (Type.IsArray(schema)) return text === '' ? [] : text.split(',');
  if (Type.IsInteger(schema)) return Number(text);
  return text;
}
