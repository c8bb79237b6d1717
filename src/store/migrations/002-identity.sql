-- The built-in identity: the part of Keystone v3 that clients need.

CREATE TABLE domains (
  id text PRIMARY KEY,
  name text NOT NULL UNIQUE,
  description text NOT NULL DEFAULT '',
  enabled boolean NOT NULL DEFAULT true
);

CREATE TABLE projects (
  id text PRIMARY KEY,
  domain_id text NOT NULL REFERENCES domains ON DELETE RESTRICT,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  enabled boolean NOT NULL DEFAULT true,
  UNIQUE (domain_id, name)
);

CREATE TABLE users (
  id text PRIMARY KEY,
  domain_id text NOT NULL REFERENCES domains ON DELETE RESTRICT,
  name text NOT NULL,
  -- scrypt, salt and parameters in the text; never a password.
  password_hash text NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  default_project_id text REFERENCES projects ON DELETE SET NULL,
  UNIQUE (domain_id, name)
);

CREATE TABLE roles (
  id text PRIMARY KEY,
  name text NOT NULL UNIQUE
);

CREATE TABLE role_assignments (
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  project_id text NOT NULL REFERENCES projects ON DELETE CASCADE,
  role_id text NOT NULL REFERENCES roles ON DELETE CASCADE,
  PRIMARY KEY (user_id, project_id, role_id)
);

-- Only the SHA-256 of a token is kept.
CREATE TABLE tokens (
  hash bytea PRIMARY KEY,
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  project_id text REFERENCES projects ON DELETE CASCADE,
  methods text[] NOT NULL,
  audit_id text NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX tokens_expiry ON tokens (expires_at);
