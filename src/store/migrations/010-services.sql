-- Metering, logging, local IPs, firewall groups, dynamic routing and taps: what hosts are to do. Nothing here says that they do it.

CREATE TABLE metering_labels (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  shared boolean NOT NULL DEFAULT false
);
CREATE INDEX metering_labels_project ON metering_labels (project_id);

CREATE TABLE metering_label_rules (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  metering_label_id uuid NOT NULL REFERENCES metering_labels ON DELETE CASCADE,
  direction text NOT NULL CHECK (direction IN ('ingress', 'egress')),
  excluded boolean NOT NULL DEFAULT false,
  remote_ip_prefix inet,
  source_ip_prefix inet,
  destination_ip_prefix inet,
  CONSTRAINT metering_label_rules_one_way CHECK (
    (remote_ip_prefix IS NULL) = (source_ip_prefix IS NOT NULL OR destination_ip_prefix IS NOT NULL)
  ),
  -- Remote prefixes of a label, direction and sense do not overlap.
  CONSTRAINT metering_label_rules_do_not_overlap EXCLUDE USING gist (
    metering_label_id WITH =, direction WITH =, (excluded::integer) WITH =, remote_ip_prefix inet_ops WITH &&
  ) WHERE (remote_ip_prefix IS NOT NULL)
);
CREATE INDEX metering_label_rules_label ON metering_label_rules (metering_label_id);

CREATE TABLE logs (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  resource_type text NOT NULL CHECK (resource_type = 'security_group'),
  -- A log goes with its group and with its port.
  resource_id uuid REFERENCES security_groups ON DELETE CASCADE,
  target_id uuid REFERENCES ports ON DELETE CASCADE,
  event text NOT NULL CHECK (event IN ('ACCEPT', 'DROP', 'ALL')),
  enabled boolean NOT NULL DEFAULT true,
  revision_number integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX logs_project ON logs (project_id);
CREATE INDEX logs_resource ON logs (resource_id);
CREATE INDEX logs_target ON logs (target_id);

CREATE TABLE local_ips (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  local_port_id uuid NOT NULL REFERENCES ports ON DELETE RESTRICT,
  network_id uuid NOT NULL REFERENCES networks ON DELETE RESTRICT,
  local_ip_address inet NOT NULL,
  ip_mode text NOT NULL CHECK (ip_mode IN ('translate', 'passthrough')),
  revision_number integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX local_ips_project ON local_ips (project_id);
CREATE INDEX local_ips_port ON local_ips (local_port_id);
CREATE INDEX local_ips_network ON local_ips (network_id);
CREATE INDEX local_ips_address ON local_ips (local_ip_address);

CREATE TABLE local_ip_associations (
  local_ip_id uuid NOT NULL REFERENCES local_ips ON DELETE RESTRICT,
  fixed_port_id uuid NOT NULL REFERENCES ports ON DELETE CASCADE,
  fixed_ip inet NOT NULL,
  PRIMARY KEY (local_ip_id, fixed_port_id)
);
CREATE INDEX local_ip_associations_port ON local_ip_associations (fixed_port_id);

-- Firewall groups (FWaaS v2). A rule can be in many policies; a policy has it once, at a position of its own.
CREATE TABLE firewall_rules (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  shared boolean NOT NULL DEFAULT false,
  enabled boolean NOT NULL DEFAULT true,
  action text NOT NULL CHECK (action IN ('allow', 'deny', 'reject')),
  protocol text,
  ip_version integer NOT NULL CHECK (ip_version IN (4, 6)),
  source_ip_address inet,
  destination_ip_address inet,
  source_port text,
  destination_port text,
  revision_number integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT firewall_rules_addresses_of_version CHECK (
    (source_ip_address IS NULL OR family(source_ip_address) = ip_version)
    AND (destination_ip_address IS NULL OR family(destination_ip_address) = ip_version)
  ),
  CONSTRAINT firewall_rules_ports_of_protocol CHECK (
    (source_port IS NULL AND destination_port IS NULL) OR protocol IN ('tcp', 'udp', 'sctp', 'dccp')
  )
);
CREATE INDEX firewall_rules_project ON firewall_rules (project_id);

CREATE TABLE firewall_policies (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  shared boolean NOT NULL DEFAULT false,
  audited boolean NOT NULL DEFAULT false,
  revision_number integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX firewall_policies_project ON firewall_policies (project_id);

CREATE TABLE firewall_policy_rules (
  firewall_policy_id uuid NOT NULL REFERENCES firewall_policies ON DELETE CASCADE,
  firewall_rule_id uuid NOT NULL REFERENCES firewall_rules ON DELETE RESTRICT,
  position integer NOT NULL,
  PRIMARY KEY (firewall_policy_id, firewall_rule_id)
);
CREATE INDEX firewall_policy_rules_rule ON firewall_policy_rules (firewall_rule_id);

CREATE TABLE firewall_groups (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  admin_state_up boolean NOT NULL DEFAULT true,
  shared boolean NOT NULL DEFAULT false,
  is_default boolean NOT NULL DEFAULT false,
  ingress_firewall_policy_id uuid REFERENCES firewall_policies ON DELETE RESTRICT,
  egress_firewall_policy_id uuid REFERENCES firewall_policies ON DELETE RESTRICT,
  revision_number integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX firewall_groups_one_default ON firewall_groups (project_id) WHERE is_default;
CREATE INDEX firewall_groups_project ON firewall_groups (project_id);
CREATE INDEX firewall_groups_ingress ON firewall_groups (ingress_firewall_policy_id);
CREATE INDEX firewall_groups_egress ON firewall_groups (egress_firewall_policy_id);

-- A port has one firewall group.
CREATE TABLE firewall_group_ports (
  port_id uuid PRIMARY KEY REFERENCES ports ON DELETE CASCADE,
  firewall_group_id uuid NOT NULL REFERENCES firewall_groups ON DELETE CASCADE
);
CREATE INDEX firewall_group_ports_group ON firewall_group_ports (firewall_group_id);

-- Dynamic routing: speakers, the peers that they talk to, and the external networks whose routes they tell.
CREATE TABLE bgp_speakers (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  local_as bigint NOT NULL CHECK (local_as BETWEEN 1 AND 4294967295),
  ip_version integer NOT NULL CHECK (ip_version IN (4, 6)),
  advertise_floating_ip_host_routes boolean NOT NULL DEFAULT true,
  advertise_tenant_networks boolean NOT NULL DEFAULT true
);
CREATE INDEX bgp_speakers_project ON bgp_speakers (project_id);

CREATE TABLE bgp_peers (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  peer_ip inet NOT NULL,
  remote_as bigint NOT NULL CHECK (remote_as BETWEEN 1 AND 4294967295),
  auth_type text NOT NULL CHECK (auth_type IN ('none', 'md5')),
  password text,
  UNIQUE (id, peer_ip)
);
CREATE INDEX bgp_peers_project ON bgp_peers (project_id);

-- A speaker has one peer at an address. A peer's address never changes.
CREATE TABLE bgp_speaker_peers (
  bgp_speaker_id uuid NOT NULL REFERENCES bgp_speakers ON DELETE CASCADE,
  bgp_peer_id uuid NOT NULL,
  peer_ip inet NOT NULL,
  PRIMARY KEY (bgp_speaker_id, peer_ip),
  FOREIGN KEY (bgp_peer_id, peer_ip) REFERENCES bgp_peers (id, peer_ip) ON DELETE CASCADE
);
CREATE INDEX bgp_speaker_peers_peer ON bgp_speaker_peers (bgp_peer_id);

CREATE TABLE bgp_speaker_networks (
  bgp_speaker_id uuid NOT NULL REFERENCES bgp_speakers ON DELETE CASCADE,
  network_id uuid NOT NULL REFERENCES networks ON DELETE CASCADE,
  PRIMARY KEY (bgp_speaker_id, network_id)
);
CREATE INDEX bgp_speaker_networks_network ON bgp_speaker_networks (network_id);

-- Tap as a service: what of a port's traffic is also sent elsewhere. All of it goes with its ports.
CREATE TABLE tap_services (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  port_id uuid NOT NULL REFERENCES ports ON DELETE CASCADE
);
CREATE INDEX tap_services_project ON tap_services (project_id);
CREATE INDEX tap_services_port ON tap_services (port_id);

CREATE TABLE tap_flows (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  tap_service_id uuid NOT NULL REFERENCES tap_services ON DELETE CASCADE,
  source_port uuid NOT NULL REFERENCES ports ON DELETE CASCADE,
  direction text NOT NULL CHECK (direction IN ('IN', 'OUT', 'BOTH')),
  vlan_filter text
);
CREATE INDEX tap_flows_project ON tap_flows (project_id);
CREATE INDEX tap_flows_service ON tap_flows (tap_service_id);
CREATE INDEX tap_flows_source ON tap_flows (source_port);

CREATE TABLE tap_mirrors (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  port_id uuid NOT NULL REFERENCES ports ON DELETE CASCADE,
  mirror_type text NOT NULL CHECK (mirror_type IN ('erspanv1', 'gre')),
  remote_ip inet NOT NULL,
  UNIQUE (id, remote_ip)
);
CREATE INDEX tap_mirrors_project ON tap_mirrors (project_id);
CREATE INDEX tap_mirrors_port ON tap_mirrors (port_id);

-- The tunnels of a mirror, by direction. At a remote end a tunnel's number means one mirror.
CREATE TABLE tap_mirror_tunnels (
  tap_mirror_id uuid NOT NULL,
  remote_ip inet NOT NULL,
  direction text NOT NULL CHECK (direction IN ('IN', 'OUT', 'BOTH')),
  tunnel_id integer NOT NULL,
  PRIMARY KEY (tap_mirror_id, direction),
  FOREIGN KEY (tap_mirror_id, remote_ip) REFERENCES tap_mirrors (id, remote_ip) ON DELETE CASCADE,
  CONSTRAINT tap_mirror_tunnels_once UNIQUE (remote_ip, tunnel_id)
);
