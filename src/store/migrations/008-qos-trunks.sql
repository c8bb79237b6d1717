-- QoS policies, what a port can be beside the usual, bindings to hosts that a port is not on, and trunks.

CREATE TABLE qos_policies (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  is_default boolean NOT NULL DEFAULT false,
  revision_number integer NOT NULL DEFAULT 0,
  tags text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX qos_policies_one_default ON qos_policies (project_id) WHERE is_default;
CREATE INDEX qos_policies_project ON qos_policies (project_id);
CREATE INDEX qos_policies_name ON qos_policies (name);
CREATE TRIGGER qos_policies_rbac_policies AFTER DELETE ON qos_policies
  FOR EACH ROW EXECUTE FUNCTION drop_rbac_policies();

-- Rules of all kinds. Which of the numbers a kind has, its check says.
CREATE TABLE qos_rules (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  qos_policy_id uuid NOT NULL REFERENCES qos_policies ON DELETE CASCADE,
  type text NOT NULL,
  direction text CHECK (direction IN ('ingress', 'egress', 'any')),
  max_kbps integer CHECK (max_kbps >= 0),
  max_burst_kbps integer CHECK (max_burst_kbps >= 0),
  min_kbps integer CHECK (min_kbps >= 0),
  max_kpps integer CHECK (max_kpps >= 0),
  max_burst_kpps integer CHECK (max_burst_kpps >= 0),
  min_kpps integer CHECK (min_kpps >= 0),
  dscp_mark integer CHECK (dscp_mark BETWEEN 0 AND 63),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT qos_rules_shape CHECK (
    (type = 'bandwidth_limit' AND direction IN ('ingress', 'egress') AND max_kbps IS NOT NULL AND max_burst_kbps IS NOT NULL)
    OR (type = 'minimum_bandwidth' AND direction IN ('ingress', 'egress') AND min_kbps IS NOT NULL)
    OR (type = 'packet_rate_limit' AND direction IN ('ingress', 'egress') AND max_kpps IS NOT NULL AND max_burst_kpps IS NOT NULL)
    OR (type = 'minimum_packet_rate' AND direction IS NOT NULL AND min_kpps IS NOT NULL)
    OR (type = 'dscp_marking' AND direction IS NULL AND dscp_mark IS NOT NULL)
  ),
  -- A kind stands once for each direction; `any`, and a kind without a direction, is both.
  CONSTRAINT qos_rules_once_a_direction EXCLUDE USING gist (
    qos_policy_id WITH =, type WITH =,
    (CASE direction WHEN 'ingress' THEN int4range(0, 1) WHEN 'egress' THEN int4range(1, 2) ELSE int4range(0, 2) END) WITH &&
  )
);

ALTER TABLE networks ADD COLUMN qos_policy_id uuid REFERENCES qos_policies ON DELETE RESTRICT;
CREATE INDEX networks_qos_policy ON networks (qos_policy_id) WHERE qos_policy_id IS NOT NULL;
ALTER TABLE floating_ips ADD COLUMN qos_policy_id uuid REFERENCES qos_policies ON DELETE RESTRICT;
CREATE INDEX floating_ips_qos_policy ON floating_ips (qos_policy_id) WHERE qos_policy_id IS NOT NULL;
-- Of the gateway.
ALTER TABLE routers ADD COLUMN qos_policy_id uuid REFERENCES qos_policies ON DELETE RESTRICT;
CREATE INDEX routers_qos_policy ON routers (qos_policy_id) WHERE qos_policy_id IS NOT NULL;

ALTER TABLE ports
  ADD COLUMN qos_policy_id uuid REFERENCES qos_policies ON DELETE RESTRICT,
  ADD COLUMN dns_domain text NOT NULL DEFAULT '',
  ADD COLUMN ip_allocation text NOT NULL DEFAULT 'immediate' CHECK (ip_allocation IN ('immediate', 'deferred', 'none')),
  ADD COLUMN data_plane_status text CHECK (data_plane_status IN ('ACTIVE', 'DOWN')),
  ADD COLUMN device_profile text,
  ADD COLUMN numa_affinity_policy text,
  ADD COLUMN hints jsonb,
  ADD COLUMN hardware_offload_type text,
  ADD COLUMN trusted boolean,
  ADD COLUMN propagate_uplink_status boolean NOT NULL DEFAULT true;
CREATE INDEX ports_qos_policy ON ports (qos_policy_id) WHERE qos_policy_id IS NOT NULL;

-- Bindings to hosts that the port is not on yet, made for a live migration. The active one is the port's own row.
CREATE TABLE port_bindings (
  port_id uuid NOT NULL REFERENCES ports ON DELETE CASCADE,
  host text NOT NULL CHECK (host <> ''),
  vnic_type text NOT NULL DEFAULT 'normal',
  profile jsonb NOT NULL DEFAULT '{}',
  vif_type text NOT NULL DEFAULT 'unbound',
  vif_details jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (port_id, host)
);

CREATE TABLE trunks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  port_id uuid NOT NULL REFERENCES ports ON DELETE RESTRICT,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  admin_state_up boolean NOT NULL DEFAULT true,
  status text NOT NULL DEFAULT 'DOWN' CHECK (status IN ('ACTIVE', 'DOWN', 'BUILD', 'DEGRADED', 'ERROR')),
  revision_number integer NOT NULL DEFAULT 1,
  tags text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT trunks_one_per_port UNIQUE (port_id)
);
CREATE INDEX trunks_project ON trunks (project_id);
CREATE INDEX trunks_name ON trunks (name);

CREATE TABLE trunk_sub_ports (
  port_id uuid NOT NULL REFERENCES ports ON DELETE RESTRICT,
  trunk_id uuid NOT NULL REFERENCES trunks ON DELETE CASCADE,
  segmentation_type text NOT NULL CHECK (segmentation_type = 'vlan'),
  segmentation_id integer NOT NULL CHECK (segmentation_id BETWEEN 1 AND 4094),
  position bigint GENERATED ALWAYS AS IDENTITY,
  CONSTRAINT trunk_sub_ports_in_one_trunk PRIMARY KEY (port_id),
  CONSTRAINT trunk_sub_ports_segmentation UNIQUE (trunk_id, segmentation_type, segmentation_id)
);
