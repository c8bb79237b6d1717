-- Roles on domains and on the system, implied roles, application credentials, and tokens for each of these.

ALTER TABLE users
  -- A user without a password cannot log in by one.
  ALTER COLUMN password_hash DROP NOT NULL,
  ADD COLUMN description text NOT NULL DEFAULT '',
  ADD COLUMN email text;

ALTER TABLE roles ADD COLUMN description text NOT NULL DEFAULT '';

CREATE TABLE implied_roles (
  prior_role_id text NOT NULL REFERENCES roles ON DELETE CASCADE,
  implied_role_id text NOT NULL REFERENCES roles ON DELETE CASCADE,
  PRIMARY KEY (prior_role_id, implied_role_id)
);
CREATE INDEX implied_roles_implied ON implied_roles (implied_role_id);

-- With neither a project nor a domain a role is held on the system.
ALTER TABLE role_assignments DROP CONSTRAINT role_assignments_pkey;
ALTER TABLE role_assignments
  ALTER COLUMN project_id DROP NOT NULL,
  ADD COLUMN domain_id text REFERENCES domains ON DELETE CASCADE,
  ADD CONSTRAINT role_assignments_one_target CHECK (project_id IS NULL OR domain_id IS NULL),
  ADD CONSTRAINT role_assignments_once UNIQUE NULLS NOT DISTINCT (user_id, project_id, domain_id, role_id);
CREATE INDEX role_assignments_project ON role_assignments (project_id);

CREATE TABLE application_credentials (
  id text PRIMARY KEY,
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  project_id text NOT NULL REFERENCES projects ON DELETE CASCADE,
  name text NOT NULL,
  description text,
  -- As in users; never a secret.
  secret_hash text NOT NULL,
  -- Whether it may make and delete application credentials itself.
  unrestricted boolean NOT NULL DEFAULT false,
  expires_at timestamptz,
  UNIQUE (user_id, name)
);

CREATE TABLE application_credential_roles (
  application_credential_id text NOT NULL REFERENCES application_credentials ON DELETE CASCADE,
  role_id text NOT NULL REFERENCES roles ON DELETE CASCADE,
  PRIMARY KEY (application_credential_id, role_id)
);

ALTER TABLE tokens
  ADD COLUMN domain_id text REFERENCES domains ON DELETE CASCADE,
  ADD COLUMN system boolean NOT NULL DEFAULT false,
  -- Goes with the credential.
  ADD COLUMN application_credential_id text REFERENCES application_credentials ON DELETE CASCADE,
  -- Of the token that a chain of rescoping began with.
  ADD COLUMN parent_audit_id text;
CREATE INDEX tokens_user ON tokens (user_id);
CREATE INDEX tokens_project ON tokens (project_id);
