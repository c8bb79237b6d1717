-- Sharing: which projects may see or use an object of another. The object is of one of several tables, so that no foreign key
-- can name it; whoever removes an object removes its policies.
CREATE TABLE rbac_policies (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id text NOT NULL,
  object_type text NOT NULL CHECK (
    object_type IN ('network', 'qos_policy', 'security_group', 'address_scope', 'subnetpool', 'address_group')
  ),
  object_id uuid NOT NULL,
  action text NOT NULL CHECK (action IN ('access_as_shared', 'access_as_external')),
  -- A project, or `*` for every one.
  target_project text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT rbac_policies_external_network CHECK (action <> 'access_as_external' OR object_type = 'network'),
  CONSTRAINT rbac_policies_once UNIQUE (object_id, action, target_project)
);
CREATE INDEX rbac_policies_project ON rbac_policies (project_id);
CREATE INDEX rbac_policies_target ON rbac_policies (target_project, object_type, object_id);
