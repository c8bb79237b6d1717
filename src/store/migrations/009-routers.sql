-- Routers and floating IPs in full: kinds of routers, several gateways, forwarded ports, conntrack helpers, NDP proxies.

CREATE TABLE flavors (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL DEFAULT '',
  description text,
  service_type text NOT NULL,
  enabled boolean NOT NULL DEFAULT true
);

CREATE TABLE service_profiles (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  description text,
  driver text NOT NULL DEFAULT '',
  metainfo text NOT NULL DEFAULT '',
  enabled boolean NOT NULL DEFAULT true,
  CONSTRAINT service_profiles_says_something CHECK (driver <> '' OR metainfo <> '')
);

CREATE TABLE flavor_service_profiles (
  flavor_id uuid NOT NULL REFERENCES flavors ON DELETE CASCADE,
  service_profile_id uuid NOT NULL REFERENCES service_profiles ON DELETE RESTRICT,
  -- Of several profiles the first bound one decides.
  position bigint GENERATED ALWAYS AS IDENTITY,
  CONSTRAINT flavor_service_profiles_once PRIMARY KEY (flavor_id, service_profile_id)
);
CREATE INDEX flavor_service_profiles_profile ON flavor_service_profiles (service_profile_id);

ALTER TABLE routers
  ADD COLUMN distributed boolean NOT NULL DEFAULT false,
  ADD COLUMN ha boolean NOT NULL DEFAULT false,
  ADD COLUMN flavor_id uuid REFERENCES flavors ON DELETE RESTRICT,
  ADD COLUMN service_type_id uuid,
  ADD COLUMN enable_ndp_proxy boolean NOT NULL DEFAULT false,
  ADD COLUMN enable_default_route_bfd boolean NOT NULL DEFAULT false,
  ADD COLUMN enable_default_route_ecmp boolean NOT NULL DEFAULT false,
  -- An admin said which host carries it, or that none does; the scheduler lets it be.
  ADD COLUMN placed_by_hand boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT routers_ndp_proxy_has_gateway CHECK (NOT enable_ndp_proxy OR gateway_port_id IS NOT NULL);
CREATE INDEX routers_flavor ON routers (flavor_id) WHERE flavor_id IS NOT NULL;
CREATE INDEX routers_gateway_network ON routers (gateway_network_id);

-- Gateways beside the first, which is the router's own.
CREATE TABLE router_extra_gateways (
  port_id uuid PRIMARY KEY REFERENCES ports ON DELETE RESTRICT,
  router_id uuid NOT NULL REFERENCES routers ON DELETE RESTRICT,
  network_id uuid NOT NULL REFERENCES networks ON DELETE RESTRICT,
  number bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX router_extra_gateways_router ON router_extra_gateways (router_id, number);
CREATE INDEX router_extra_gateways_network ON router_extra_gateways (network_id);

-- The network over which the highly available routers of a project hear of each other. There is one while there are such routers.
CREATE TABLE ha_networks (
  project_id text PRIMARY KEY,
  network_id uuid NOT NULL UNIQUE REFERENCES networks ON DELETE CASCADE
);

CREATE TABLE conntrack_helpers (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  router_id uuid NOT NULL REFERENCES routers ON DELETE CASCADE,
  protocol text NOT NULL,
  port integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
  helper text NOT NULL,
  CONSTRAINT conntrack_helpers_once UNIQUE (router_id, protocol, port, helper)
);

-- A floating IP whose ports are forwarded is on a router without leading to one port, and one that leads to a port forwards none:
-- a forwarding refers to its floating IP as one without a port.
ALTER TABLE floating_ips
  ADD COLUMN distributed boolean NOT NULL DEFAULT false,
  ADD COLUMN without_port boolean NOT NULL GENERATED ALWAYS AS (port_id IS NULL) STORED,
  DROP CONSTRAINT floating_ips_associated_whole,
  ADD CONSTRAINT floating_ips_associated_whole CHECK (
    (port_id IS NULL) = (fixed_ip_address IS NULL) AND (port_id IS NULL OR router_id IS NOT NULL)
  ),
  ADD CONSTRAINT floating_ips_without_port UNIQUE (id, without_port);
CREATE INDEX floating_ips_network ON floating_ips (floating_network_id);

CREATE TABLE port_forwardings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  floatingip_id uuid NOT NULL,
  without_port boolean NOT NULL DEFAULT true CHECK (without_port),
  protocol text NOT NULL,
  external_first integer NOT NULL CHECK (external_first BETWEEN 1 AND 65535),
  external_last integer NOT NULL CHECK (external_last BETWEEN external_first AND 65535),
  internal_first integer NOT NULL CHECK (internal_first BETWEEN 1 AND 65535),
  internal_last integer NOT NULL CHECK (internal_last BETWEEN internal_first AND 65535),
  internal_port_id uuid NOT NULL REFERENCES ports ON DELETE RESTRICT,
  internal_ip_address inet NOT NULL,
  description text NOT NULL DEFAULT '',
  -- Each port to its own, or all to one.
  CONSTRAINT port_forwardings_ranges CHECK (
    internal_first = internal_last OR internal_last - internal_first = external_last - external_first
  ),
  CONSTRAINT port_forwardings_floatingip FOREIGN KEY (floatingip_id, without_port)
    REFERENCES floating_ips (id, without_port) ON DELETE RESTRICT,
  CONSTRAINT port_forwardings_external_once EXCLUDE USING gist (
    floatingip_id WITH =, protocol WITH =, int4range(external_first, external_last, '[]') WITH &&
  ),
  CONSTRAINT port_forwardings_internal_once EXCLUDE USING gist (
    internal_port_id WITH =, internal_ip_address inet_ops WITH =, protocol WITH =,
    int4range(internal_first, internal_last, '[]') WITH &&
  )
);
CREATE INDEX port_forwardings_floatingip ON port_forwardings (floatingip_id);
CREATE INDEX port_forwardings_internal_port ON port_forwardings (internal_port_id);

CREATE TABLE ndp_proxies (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  router_id uuid NOT NULL REFERENCES routers ON DELETE RESTRICT,
  port_id uuid NOT NULL REFERENCES ports ON DELETE CASCADE,
  ip_address inet NOT NULL CHECK (family(ip_address) = 6),
  revision_number integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ndp_proxies_once UNIQUE (router_id, ip_address)
);
CREATE INDEX ndp_proxies_project ON ndp_proxies (project_id);
CREATE INDEX ndp_proxies_port ON ndp_proxies (port_id);
CREATE INDEX ndp_proxies_name ON ndp_proxies (name);
