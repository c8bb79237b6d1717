-- Sharing of networks, address groups, and what rules of security groups are made from.

-- Whether a network is shared with everybody, and whether it is external for anybody, is said by its RBAC policies alone. The two
-- columns stay as what they say, kept by the database itself, for queries that ask for nothing else.
CREATE FUNCTION networks_follow_rbac_policies() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed record;
BEGIN
  IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
  IF changed.object_type <> 'network' THEN RETURN NULL; END IF;
  -- Two who change policies of one network wait for each other here; the next statement sees what the first has done.
  PERFORM 1 FROM networks WHERE id = changed.object_id FOR UPDATE;
  UPDATE networks n SET shared = said.shared, external = said.external, is_default = n.is_default AND said.external
  FROM (
    SELECT coalesce(bool_or(action = 'access_as_shared' AND target_project = '*'), false) AS shared,
      coalesce(bool_or(action = 'access_as_external'), false) AS external
    FROM rbac_policies WHERE object_id = changed.object_id
  ) said
  WHERE n.id = changed.object_id AND (n.shared, n.external) IS DISTINCT FROM (said.shared, said.external);
  RETURN NULL;
END $$;

-- What was shared and external before there were policies of networks.
INSERT INTO rbac_policies (project_id, object_type, object_id, action, target_project)
  SELECT project_id, 'network', id, 'access_as_shared', '*' FROM networks WHERE shared
  UNION ALL SELECT project_id, 'network', id, 'access_as_external', '*' FROM networks WHERE external
  ON CONFLICT DO NOTHING;

CREATE TRIGGER rbac_policies_networks AFTER INSERT OR UPDATE OR DELETE ON rbac_policies
  FOR EACH ROW EXECUTE FUNCTION networks_follow_rbac_policies();

-- Policies go with their object, whoever removes it.
CREATE FUNCTION drop_rbac_policies() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM rbac_policies WHERE object_id = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER networks_rbac_policies AFTER DELETE ON networks FOR EACH ROW EXECUTE FUNCTION drop_rbac_policies();
CREATE TRIGGER security_groups_rbac_policies AFTER DELETE ON security_groups
  FOR EACH ROW EXECUTE FUNCTION drop_rbac_policies();

CREATE TABLE address_groups (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX address_groups_project ON address_groups (project_id, name);
CREATE TRIGGER address_groups_rbac_policies AFTER DELETE ON address_groups
  FOR EACH ROW EXECUTE FUNCTION drop_rbac_policies();

CREATE TABLE address_group_addresses (
  address_group_id uuid NOT NULL REFERENCES address_groups ON DELETE CASCADE,
  address cidr NOT NULL,
  CONSTRAINT address_group_addresses_once PRIMARY KEY (address_group_id, address)
);

-- A protocol's number, by its name or as it was given; null is any. ICMP of IPv6 is ICMPv6.
CREATE FUNCTION protocol_number(protocol text, ethertype text) RETURNS integer LANGUAGE sql IMMUTABLE RETURN
  CASE
    WHEN protocol IN ('icmp', '1') AND ethertype = 'IPv6' THEN 58
    WHEN protocol ~ '^[0-9]{1,3}$' THEN protocol::integer
    ELSE CASE protocol
      WHEN 'ah' THEN 51 WHEN 'dccp' THEN 33 WHEN 'egp' THEN 8 WHEN 'esp' THEN 50 WHEN 'gre' THEN 47
      WHEN 'hopopt' THEN 0 WHEN 'icmp' THEN 1 WHEN 'icmpv6' THEN 58 WHEN 'igmp' THEN 2 WHEN 'ip' THEN 0
      WHEN 'ipip' THEN 4 WHEN 'ipv6-encap' THEN 41 WHEN 'ipv6-frag' THEN 44 WHEN 'ipv6-icmp' THEN 58
      WHEN 'ipv6-nonxt' THEN 59 WHEN 'ipv6-opts' THEN 60 WHEN 'ipv6-route' THEN 43 WHEN 'ospf' THEN 89
      WHEN 'pgm' THEN 113 WHEN 'rsvp' THEN 46 WHEN 'sctp' THEN 132 WHEN 'tcp' THEN 6 WHEN 'udp' THEN 17
      WHEN 'udplite' THEN 136 WHEN 'vrrp' THEN 112
    END
  END;

-- What a rule says, so that two that say the same in different words are the same: every port is no port, every address no prefix.
CREATE FUNCTION rule_key(
  direction text, ethertype text, protocol text, minimum integer, maximum integer, prefix cidr, remote text
) RETURNS text LANGUAGE sql IMMUTABLE RETURN
  direction || ' ' || ethertype || ' ' || coalesce(protocol_number(protocol, ethertype)::text, '') || ' '
  || CASE WHEN minimum = 1 AND maximum = 65535 THEN '-'
    ELSE coalesce(minimum::text, '') || '-' || coalesce(maximum::text, '') END
  || ' ' || CASE WHEN masklen(prefix) > 0 THEN prefix::text ELSE '' END || ' ' || coalesce(remote, '');

-- A prefix is kept as it was given, and without host bits as what it means.
ALTER TABLE security_group_rules RENAME COLUMN remote_ip_prefix TO normalized_cidr;
ALTER TABLE security_group_rules
  ADD COLUMN remote_ip_prefix text,
  ADD COLUMN remote_address_group_id uuid REFERENCES address_groups ON DELETE RESTRICT;
UPDATE security_group_rules SET remote_ip_prefix = normalized_cidr::text WHERE normalized_cidr IS NOT NULL;
DROP INDEX security_group_rules_once;
-- Rules that said the same in different words could stand side by side before; the oldest stays.
DELETE FROM security_group_rules WHERE id IN (
  SELECT id FROM (
    SELECT id, row_number() OVER (PARTITION BY security_group_id, rule_key(direction, ethertype, protocol, port_range_min,
      port_range_max, normalized_cidr, remote_group_id::text) ORDER BY created_at, id) AS place
    FROM security_group_rules) numbered
  WHERE place > 1);
-- The same rule stands once in a group.
CREATE UNIQUE INDEX security_group_rules_once ON security_group_rules (security_group_id, rule_key(direction, ethertype,
  protocol, port_range_min, port_range_max, normalized_cidr, coalesce(remote_group_id, remote_address_group_id)::text));
CREATE INDEX security_group_rules_address_group ON security_group_rules (remote_address_group_id)
  WHERE remote_address_group_id IS NOT NULL;

-- The rules that a new group gets.
CREATE TABLE default_security_group_rules (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  description text NOT NULL DEFAULT '',
  direction text NOT NULL CHECK (direction IN ('ingress', 'egress')),
  ethertype text NOT NULL CHECK (ethertype IN ('IPv4', 'IPv6')),
  protocol text,
  port_range_min integer,
  port_range_max integer,
  remote_ip_prefix text,
  normalized_cidr cidr,
  -- A group, or `PARENT` for the one that is made from this template.
  remote_group_id text,
  remote_address_group_id uuid REFERENCES address_groups ON DELETE RESTRICT,
  used_in_default_sg boolean NOT NULL,
  used_in_non_default_sg boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX default_security_group_rules_once ON default_security_group_rules (rule_key(direction, ethertype,
  protocol, port_range_min, port_range_max, normalized_cidr, coalesce(remote_group_id, remote_address_group_id::text)));
CREATE INDEX default_security_group_rules_address_group ON default_security_group_rules (remote_address_group_id)
  WHERE remote_address_group_id IS NOT NULL;
INSERT INTO default_security_group_rules (direction, ethertype, remote_group_id, used_in_default_sg, used_in_non_default_sg)
  VALUES ('egress', 'IPv4', NULL, true, true), ('egress', 'IPv6', NULL, true, true),
    ('ingress', 'IPv4', 'PARENT', true, false), ('ingress', 'IPv6', 'PARENT', true, false);

-- Whether groups are stateful when nobody says: of a project, or, without one, of all.
CREATE TABLE security_groups_default_statefulness (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text,
  stateful boolean NOT NULL,
  CONSTRAINT security_groups_default_statefulness_once UNIQUE NULLS NOT DISTINCT (project_id)
);
