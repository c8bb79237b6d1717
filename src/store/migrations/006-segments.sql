-- The segments of networks, the numbers that they are drawn from, and what operators say of agents.

-- A network has one segment or several; `networks` keeps the columns of its first one beside, for what carries a network
-- by one segment. A network whose segments were all removed is `local` there.
CREATE TABLE network_segments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- Deferred: a segment is taken before the network that wants it is made.
  network_id uuid NOT NULL REFERENCES networks ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  name text,
  description text NOT NULL DEFAULT '',
  network_type text NOT NULL CHECK (network_type IN ('flat', 'vlan', 'vxlan', 'gre', 'geneve', 'local')),
  physical_network text,
  segmentation_id bigint,
  segment_index integer NOT NULL DEFAULT 0,
  revision_number integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT network_segments_shape CHECK (
    (network_type = 'flat' AND physical_network IS NOT NULL AND segmentation_id IS NULL)
    OR (network_type = 'vlan' AND physical_network IS NOT NULL AND segmentation_id BETWEEN 1 AND 4094)
    OR (network_type IN ('vxlan', 'geneve') AND physical_network IS NULL AND segmentation_id BETWEEN 1 AND 16777215)
    OR (network_type = 'gre' AND physical_network IS NULL AND segmentation_id BETWEEN 1 AND 4294967295)
    OR (network_type = 'local' AND physical_network IS NULL AND segmentation_id IS NULL)
  ),
  CONSTRAINT network_segments_in_order UNIQUE (network_id, segment_index),
  -- What a subnet's segment is held to.
  CONSTRAINT network_segments_of_network UNIQUE (id, network_id)
);
-- A segment is given out once.
CREATE UNIQUE INDEX network_segments_flat ON network_segments (physical_network) WHERE network_type = 'flat';
CREATE UNIQUE INDEX network_segments_vlan ON network_segments (physical_network, segmentation_id) WHERE network_type = 'vlan';
CREATE UNIQUE INDEX network_segments_tunnel ON network_segments (network_type, segmentation_id)
  WHERE network_type IN ('vxlan', 'gre', 'geneve');
CREATE INDEX network_segments_type ON network_segments (network_type, physical_network);
CREATE INDEX network_segments_physical ON network_segments (physical_network) WHERE physical_network IS NOT NULL;
CREATE INDEX network_segments_number ON network_segments (segmentation_id) WHERE segmentation_id IS NOT NULL;

ALTER TABLE networks DROP CONSTRAINT networks_segment_shape;
ALTER TABLE networks ALTER COLUMN segmentation_id TYPE bigint;
ALTER TABLE networks ADD COLUMN segment_count integer NOT NULL DEFAULT 1;
DROP INDEX networks_flat_segment;
DROP INDEX networks_vlan_segment;
DROP INDEX networks_tunnel_segment;
INSERT INTO network_segments (network_id, network_type, physical_network, segmentation_id, created_at, updated_at)
  SELECT id, network_type, physical_network, segmentation_id, created_at, created_at FROM networks;

ALTER TABLE subnets ADD COLUMN segment_id uuid;
ALTER TABLE subnets ADD CONSTRAINT subnets_segment FOREIGN KEY (segment_id, network_id)
  REFERENCES network_segments (id, network_id) ON DELETE RESTRICT;
CREATE INDEX subnets_segment_id ON subnets (segment_id) WHERE segment_id IS NOT NULL;

-- Numbers that networks get without naming one. Default ranges are the configuration's.
CREATE TABLE network_segment_ranges (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  is_default boolean NOT NULL DEFAULT false,
  shared boolean NOT NULL DEFAULT true,
  -- Null where it is shared.
  project_id text,
  network_type text NOT NULL CHECK (network_type IN ('vlan', 'vxlan', 'gre', 'geneve')),
  physical_network text,
  minimum bigint NOT NULL CHECK (minimum >= 1),
  maximum bigint NOT NULL CHECK (maximum >= minimum),
  revision_number integer NOT NULL DEFAULT 0,
  tags text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT network_segment_ranges_owner CHECK (shared = (project_id IS NULL)),
  CONSTRAINT network_segment_ranges_default CHECK (NOT is_default OR shared),
  CONSTRAINT network_segment_ranges_physical CHECK ((network_type = 'vlan') = (physical_network IS NOT NULL)),
  CONSTRAINT network_segment_ranges_do_not_overlap EXCLUDE USING gist (
    network_type WITH =, coalesce(physical_network, '') WITH =, int8range(minimum, maximum, '[]') WITH &&
  ) WHERE (NOT is_default)
);
CREATE INDEX network_segment_ranges_project ON network_segment_ranges (project_id);
CREATE INDEX network_segment_ranges_type ON network_segment_ranges (network_type, physical_network);

-- What operators say of a host's agents; an agent of which nothing was said has no row. `role` is that of `hosts.roles`,
-- or `ovs`. An agent that was deleted is back when its host is heard of again.
CREATE TABLE agent_settings (
  host text NOT NULL REFERENCES hosts ON DELETE CASCADE,
  role text NOT NULL,
  admin_state_up boolean NOT NULL DEFAULT true,
  description text,
  deleted_at timestamptz,
  PRIMARY KEY (host, role)
);

ALTER TABLE hosts ADD COLUMN availability_zone text NOT NULL DEFAULT 'nova';

-- Where operators want a network's DHCP server, and where not. It outlives the server, which is there only while the
-- network has a subnet with DHCP.
CREATE TABLE dhcp_wishes (
  network_id uuid NOT NULL REFERENCES networks ON DELETE CASCADE,
  host text NOT NULL,
  wanted boolean NOT NULL,
  PRIMARY KEY (network_id, host)
);
CREATE INDEX dhcp_wishes_host ON dhcp_wishes (host);

-- Ports of DHCP servers that were taken off their hosts, kept for the next one with their addresses.
CREATE INDEX ports_reserved_for_dhcp ON ports (network_id) WHERE device_id = 'reserved_dhcp_port';
