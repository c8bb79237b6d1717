-- The network model. Invariants are constraints: concurrent writers cannot break them.
-- Columns carry the names of the API's attributes.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE networks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  admin_state_up boolean NOT NULL DEFAULT true,
  shared boolean NOT NULL DEFAULT false,
  external boolean NOT NULL DEFAULT false,
  is_default boolean NOT NULL DEFAULT false,
  port_security_enabled boolean NOT NULL DEFAULT true,
  mtu integer NOT NULL CHECK (mtu >= 68),
  network_type text NOT NULL CHECK (network_type IN ('flat', 'vlan', 'vxlan', 'gre', 'geneve', 'local')),
  physical_network text,
  segmentation_id integer,
  dns_domain text NOT NULL DEFAULT '',
  availability_zone_hints text[] NOT NULL DEFAULT '{}',
  revision_number integer NOT NULL DEFAULT 1,
  tags text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT networks_segment_shape CHECK (
    (network_type = 'flat' AND physical_network IS NOT NULL AND segmentation_id IS NULL)
    OR (network_type = 'vlan' AND physical_network IS NOT NULL AND segmentation_id BETWEEN 1 AND 4094)
    OR (network_type IN ('vxlan', 'geneve') AND physical_network IS NULL AND segmentation_id BETWEEN 1 AND 16777215)
    OR (network_type = 'gre' AND physical_network IS NULL AND segmentation_id > 0)
    OR (network_type = 'local' AND segmentation_id IS NULL)
  )
);
-- One network per segment.
CREATE UNIQUE INDEX networks_flat_segment ON networks (physical_network) WHERE network_type = 'flat';
CREATE UNIQUE INDEX networks_vlan_segment ON networks (physical_network, segmentation_id) WHERE network_type = 'vlan';
CREATE UNIQUE INDEX networks_tunnel_segment ON networks (network_type, segmentation_id)
  WHERE network_type IN ('vxlan', 'gre', 'geneve');
CREATE INDEX networks_project ON networks (project_id);
CREATE INDEX networks_name ON networks (name);
CREATE INDEX networks_visible ON networks (shared, external) WHERE shared OR external;

CREATE TABLE subnets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  network_id uuid NOT NULL REFERENCES networks ON DELETE RESTRICT,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  ip_version integer NOT NULL CHECK (ip_version = family(cidr)),
  cidr cidr NOT NULL,
  gateway_ip inet,
  enable_dhcp boolean NOT NULL DEFAULT true,
  dns_nameservers text[] NOT NULL DEFAULT '{}',
  host_routes jsonb NOT NULL DEFAULT '[]',
  ipv6_ra_mode text,
  ipv6_address_mode text,
  service_types text[] NOT NULL DEFAULT '{}',
  subnetpool_id uuid,
  revision_number integer NOT NULL DEFAULT 0,
  tags text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT subnets_do_not_overlap EXCLUDE USING gist (network_id WITH =, (cidr::inet) inet_ops WITH &&)
);
CREATE INDEX subnets_network ON subnets (network_id);
CREATE INDEX subnets_project ON subnets (project_id);
CREATE INDEX subnets_name ON subnets (name);

CREATE TABLE allocation_pools (
  subnet_id uuid NOT NULL REFERENCES subnets ON DELETE CASCADE,
  first_ip inet NOT NULL,
  last_ip inet NOT NULL CHECK (last_ip >= first_ip),
  PRIMARY KEY (subnet_id, first_ip)
);

CREATE TABLE ports (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  network_id uuid NOT NULL REFERENCES networks ON DELETE RESTRICT,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  mac_address macaddr NOT NULL,
  admin_state_up boolean NOT NULL DEFAULT true,
  status text NOT NULL DEFAULT 'DOWN' CHECK (status IN ('ACTIVE', 'DOWN', 'BUILD', 'ERROR', 'N/A')),
  -- Why the status is what it is, as the host said it.
  status_reason text NOT NULL DEFAULT '',
  device_id text NOT NULL DEFAULT '',
  device_owner text NOT NULL DEFAULT '',
  host_id text NOT NULL DEFAULT '',
  vnic_type text NOT NULL DEFAULT 'normal',
  vif_type text NOT NULL DEFAULT 'unbound',
  vif_details jsonb NOT NULL DEFAULT '{}',
  binding_profile jsonb NOT NULL DEFAULT '{}',
  port_security_enabled boolean NOT NULL DEFAULT true,
  allowed_address_pairs jsonb NOT NULL DEFAULT '[]',
  extra_dhcp_opts jsonb NOT NULL DEFAULT '[]',
  dns_name text NOT NULL DEFAULT '',
  revision_number integer NOT NULL DEFAULT 1,
  tags text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ports_mac_address_in_network UNIQUE (network_id, mac_address)
);
CREATE INDEX ports_project ON ports (project_id);
CREATE INDEX ports_device ON ports (device_id);
CREATE INDEX ports_host ON ports (host_id, network_id);
CREATE INDEX ports_name ON ports (name);
CREATE INDEX ports_owner ON ports (device_owner, network_id);

-- The fixed IPs of ports. An address is given out once in its subnet.
CREATE TABLE ip_allocations (
  port_id uuid NOT NULL REFERENCES ports ON DELETE CASCADE,
  subnet_id uuid NOT NULL REFERENCES subnets ON DELETE RESTRICT,
  ip_address inet NOT NULL,
  -- Order within the port.
  position integer NOT NULL DEFAULT 0,
  CONSTRAINT ip_allocations_once_in_subnet PRIMARY KEY (subnet_id, ip_address)
);
CREATE INDEX ip_allocations_port ON ip_allocations (port_id);
CREATE INDEX ip_allocations_address ON ip_allocations (ip_address);

CREATE TABLE security_groups (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  stateful boolean NOT NULL DEFAULT true,
  is_default boolean NOT NULL DEFAULT false,
  revision_number integer NOT NULL DEFAULT 1,
  tags text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX security_groups_one_default ON security_groups (project_id) WHERE is_default;
CREATE INDEX security_groups_project ON security_groups (project_id, name);

CREATE TABLE security_group_rules (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  security_group_id uuid NOT NULL REFERENCES security_groups ON DELETE CASCADE,
  direction text NOT NULL CHECK (direction IN ('ingress', 'egress')),
  ethertype text NOT NULL CHECK (ethertype IN ('IPv4', 'IPv6')),
  protocol text,
  port_range_min integer,
  port_range_max integer,
  remote_ip_prefix cidr,
  remote_group_id uuid REFERENCES security_groups ON DELETE CASCADE,
  description text,
  revision_number integer NOT NULL DEFAULT 0,
  tags text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- The same rule stands once in a group.
CREATE UNIQUE INDEX security_group_rules_once ON security_group_rules (
  security_group_id, direction, ethertype, coalesce(protocol, ''), coalesce(port_range_min, -1),
  coalesce(port_range_max, -1), coalesce(remote_ip_prefix::text, ''), coalesce(remote_group_id::text, '')
);
CREATE INDEX security_group_rules_group ON security_group_rules (security_group_id);
CREATE INDEX security_group_rules_remote ON security_group_rules (remote_group_id) WHERE remote_group_id IS NOT NULL;
CREATE INDEX security_group_rules_project ON security_group_rules (project_id);

CREATE TABLE port_security_groups (
  port_id uuid NOT NULL REFERENCES ports ON DELETE CASCADE,
  security_group_id uuid NOT NULL REFERENCES security_groups ON DELETE RESTRICT,
  PRIMARY KEY (port_id, security_group_id)
);
CREATE INDEX port_security_groups_group ON port_security_groups (security_group_id);

CREATE TABLE routers (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  admin_state_up boolean NOT NULL DEFAULT true,
  status text NOT NULL DEFAULT 'ACTIVE',
  gateway_port_id uuid UNIQUE REFERENCES ports ON DELETE RESTRICT,
  gateway_network_id uuid REFERENCES networks ON DELETE RESTRICT,
  enable_snat boolean NOT NULL DEFAULT true,
  routes jsonb NOT NULL DEFAULT '[]',
  availability_zone_hints text[] NOT NULL DEFAULT '{}',
  -- The host that carries it; empty while none does.
  host text NOT NULL DEFAULT '',
  revision_number integer NOT NULL DEFAULT 1,
  tags text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX routers_project ON routers (project_id);
CREATE INDEX routers_host ON routers (host);
CREATE INDEX routers_name ON routers (name);

CREATE TABLE router_interfaces (
  router_id uuid NOT NULL REFERENCES routers ON DELETE RESTRICT,
  port_id uuid PRIMARY KEY REFERENCES ports ON DELETE RESTRICT
);
CREATE INDEX router_interfaces_router ON router_interfaces (router_id);

CREATE TABLE floating_ips (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  description text NOT NULL DEFAULT '',
  floating_network_id uuid NOT NULL REFERENCES networks ON DELETE RESTRICT,
  floating_ip_address inet NOT NULL,
  -- The port that holds the address on the external network.
  floating_port_id uuid NOT NULL UNIQUE REFERENCES ports ON DELETE RESTRICT,
  router_id uuid REFERENCES routers ON DELETE RESTRICT,
  port_id uuid REFERENCES ports ON DELETE RESTRICT,
  fixed_ip_address inet,
  status text NOT NULL DEFAULT 'DOWN',
  dns_name text NOT NULL DEFAULT '',
  dns_domain text NOT NULL DEFAULT '',
  revision_number integer NOT NULL DEFAULT 0,
  tags text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT floating_ips_associated_whole CHECK (
    (port_id IS NULL AND fixed_ip_address IS NULL AND router_id IS NULL)
    OR (port_id IS NOT NULL AND fixed_ip_address IS NOT NULL AND router_id IS NOT NULL)
  )
);
-- A fixed IP has one floating IP on an external network.
CREATE UNIQUE INDEX floating_ips_one_per_fixed_ip ON floating_ips (floating_network_id, port_id, fixed_ip_address)
  WHERE port_id IS NOT NULL;
CREATE INDEX floating_ips_project ON floating_ips (project_id);
CREATE INDEX floating_ips_port ON floating_ips (port_id);
CREATE INDEX floating_ips_router ON floating_ips (router_id);
CREATE INDEX floating_ips_address ON floating_ips (floating_ip_address);

-- Which host serves DHCP for a network, by which port.
CREATE TABLE dhcp_servers (
  network_id uuid NOT NULL REFERENCES networks ON DELETE CASCADE,
  host text NOT NULL,
  port_id uuid NOT NULL UNIQUE REFERENCES ports ON DELETE CASCADE,
  PRIMARY KEY (network_id, host)
);
CREATE INDEX dhcp_servers_host ON dhcp_servers (host);

-- Hosts that run an agent. The API's `agents` are read from these rows.
CREATE TABLE hosts (
  name text PRIMARY KEY,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  version text NOT NULL,
  roles text[] NOT NULL,
  local_ip inet,
  datapath_type text NOT NULL,
  bridge_mappings jsonb NOT NULL DEFAULT '{}',
  admin_state_up boolean NOT NULL DEFAULT true,
  applied_generation bigint NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL DEFAULT now(),
  heartbeat_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE quotas (
  project_id text NOT NULL,
  resource text NOT NULL,
  "limit" integer NOT NULL,
  PRIMARY KEY (project_id, resource)
);

-- What changed, in the order of commit. A reader takes rows whose transaction is older than every running one
-- (`xid < pg_snapshot_xmin(pg_current_snapshot())`), so that a late commit with an early number is never skipped.
CREATE TABLE changes (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  number bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  id text NOT NULL,
  -- Hosts and networks concerned that can no longer be looked up afterwards, such as those of a deleted port.
  hosts text[] NOT NULL DEFAULT '{}',
  network_id uuid,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (xid, number)
);

-- One row: the life of this database. Restoring a backup makes a new epoch.
CREATE TABLE epoch (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  id uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO epoch DEFAULT VALUES;
