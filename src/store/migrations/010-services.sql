-- Metering, logging and local IPs. Descriptions of what is to be done by hosts; nothing here says that they do it.

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
