-- Address scopes and subnet pools, and the topologies that projects get by asking for one.

CREATE TABLE address_scopes (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  ip_version integer NOT NULL CHECK (ip_version IN (4, 6)),
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT address_scopes_version UNIQUE (id, ip_version)
);
CREATE INDEX address_scopes_project ON address_scopes (project_id);
CREATE INDEX address_scopes_name ON address_scopes (name);

CREATE TABLE subnetpools (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  ip_version integer NOT NULL CHECK (ip_version IN (4, 6)),
  min_prefixlen integer NOT NULL CHECK (min_prefixlen >= 0),
  max_prefixlen integer NOT NULL,
  default_prefixlen integer NOT NULL,
  default_quota integer CHECK (default_quota >= 0),
  is_default boolean NOT NULL DEFAULT false,
  address_scope_id uuid,
  -- Where addresses are told apart: in the address scope, or in the pool alone. No prefix and no subnet is there twice.
  space uuid NOT NULL GENERATED ALWAYS AS (coalesce(address_scope_id, id)) STORED,
  revision_number integer NOT NULL DEFAULT 0,
  tags text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT subnetpools_prefix_bounds CHECK (
    default_prefixlen BETWEEN min_prefixlen AND max_prefixlen
    AND max_prefixlen <= CASE ip_version WHEN 4 THEN 32 ELSE 128 END
  ),
  CONSTRAINT subnetpools_address_scope FOREIGN KEY (address_scope_id, ip_version)
    REFERENCES address_scopes (id, ip_version) ON DELETE RESTRICT,
  CONSTRAINT subnetpools_space UNIQUE (id, space)
);
CREATE UNIQUE INDEX subnetpools_one_default ON subnetpools (ip_version) WHERE is_default;
CREATE INDEX subnetpools_project ON subnetpools (project_id);
CREATE INDEX subnetpools_name ON subnetpools (name);
CREATE INDEX subnetpools_scope ON subnetpools (address_scope_id) WHERE address_scope_id IS NOT NULL;

CREATE TABLE subnetpool_prefixes (
  subnetpool_id uuid NOT NULL,
  space uuid NOT NULL,
  cidr cidr NOT NULL,
  PRIMARY KEY (subnetpool_id, cidr),
  CONSTRAINT subnetpool_prefixes_pool FOREIGN KEY (subnetpool_id, space) REFERENCES subnetpools (id, space)
    ON UPDATE CASCADE ON DELETE CASCADE,
  CONSTRAINT subnetpool_prefixes_do_not_overlap EXCLUDE USING gist (space WITH =, (cidr::inet) inet_ops WITH &&)
);

ALTER TABLE subnets
  ADD COLUMN dns_publish_fixed_ip boolean NOT NULL DEFAULT false,
  -- Its prefix will be delegated; until then the CIDR is ::/64, which any number of subnets have.
  ADD COLUMN prefix_delegation boolean NOT NULL DEFAULT false,
  -- The space of its subnet pool.
  ADD COLUMN space uuid,
  ADD CONSTRAINT subnets_pool_whole CHECK ((subnetpool_id IS NULL) = (space IS NULL)),
  ADD CONSTRAINT subnets_delegated CHECK (NOT prefix_delegation OR (ip_version = 6 AND subnetpool_id IS NULL)),
  ADD CONSTRAINT subnets_subnetpool FOREIGN KEY (subnetpool_id, space) REFERENCES subnetpools (id, space)
    ON UPDATE CASCADE ON DELETE RESTRICT,
  ADD CONSTRAINT subnets_once_in_space EXCLUDE USING gist (space WITH =, (cidr::inet) inet_ops WITH &&)
    WHERE (space IS NOT NULL),
  -- Subnets of one IP version on one network come from one space, or all from none. Checked at the end of a statement, since a
  -- pool that moves to another scope takes all of its subnets along, one row after the other.
  ADD CONSTRAINT subnets_of_one_space EXCLUDE USING gist (
    network_id WITH =,
    ip_version WITH =,
    (CASE WHEN prefix_delegation THEN 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid
          ELSE coalesce(space, '00000000-0000-0000-0000-000000000000'::uuid) END) WITH <>
  ) DEFERRABLE INITIALLY IMMEDIATE,
  DROP CONSTRAINT subnets_do_not_overlap,
  ADD CONSTRAINT subnets_do_not_overlap EXCLUDE USING gist (network_id WITH =, (cidr::inet) inet_ops WITH &&)
    WHERE (NOT prefix_delegation);
CREATE INDEX subnets_pool ON subnets (subnetpool_id) WHERE subnetpool_id IS NOT NULL;

-- At most one external network is where projects go out when they ask for a topology. Until now any number could say so.
UPDATE networks n SET is_default = false
WHERE is_default AND (NOT external OR EXISTS (
  SELECT 1 FROM networks o WHERE o.is_default AND o.external AND (o.created_at, o.id) < (n.created_at, n.id)));
CREATE UNIQUE INDEX networks_one_default_external ON networks (is_default) WHERE is_default AND external;

CREATE TABLE auto_allocated_topologies (
  project_id text PRIMARY KEY,
  network_id uuid NOT NULL UNIQUE REFERENCES networks ON DELETE CASCADE,
  router_id uuid UNIQUE REFERENCES routers ON DELETE SET NULL
);
