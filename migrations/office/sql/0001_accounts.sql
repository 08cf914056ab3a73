-- People, agencies and what lets a person in. Office database only (I1).
CREATE SCHEMA accounts;
GRANT USAGE ON SCHEMA accounts TO @office@, @auditor@;

CREATE TABLE accounts.agency (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9_-]{1,99}$'),
    title text NOT NULL,
    abbreviation text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    tingkat text NOT NULL CHECK (tingkat IN ('pusat', 'provinsi', 'daerah', 'vertikal', 'kecamatan', 'desa', 'lain')),
    region_code text NOT NULL,
    contact jsonb NOT NULL DEFAULT '{}',
    mandiri_tik boolean NOT NULL DEFAULT false,
    is_walidata boolean NOT NULL DEFAULT false,
    active boolean NOT NULL DEFAULT true,
    created timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE accounts.person (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email text NOT NULL CHECK (email = lower(email)),
    name text NOT NULL,
    password_hash text,
    totp_secret text,
    totp_last_step bigint NOT NULL DEFAULT 0,
    locale text NOT NULL DEFAULT 'id',
    service boolean NOT NULL DEFAULT false,
    active boolean NOT NULL DEFAULT true,
    created timestamptz NOT NULL DEFAULT now(),
    password_changed timestamptz
);
CREATE UNIQUE INDEX person_email ON accounts.person (email);

CREATE TABLE accounts.role_at (
    person_id uuid NOT NULL REFERENCES accounts.person (id),
    agency_id uuid NOT NULL REFERENCES accounts.agency (id),
    role text NOT NULL,
    given_by uuid REFERENCES accounts.person (id),
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person_id, agency_id, role)
);
CREATE INDEX role_at_agency ON accounts.role_at (agency_id, role);

CREATE TABLE accounts.session (
    key_hash bytea PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES accounts.person (id),
    second_factor boolean NOT NULL DEFAULT false,
    created timestamptz NOT NULL DEFAULT now(),
    last_seen timestamptz NOT NULL DEFAULT now(),
    expires timestamptz NOT NULL,
    address text NOT NULL DEFAULT '',
    agent text NOT NULL DEFAULT '',
    data jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX session_person ON accounts.session (person_id);

CREATE TABLE accounts.token (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person_id uuid NOT NULL REFERENCES accounts.person (id),
    name text NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    scopes text[] NOT NULL,
    created timestamptz NOT NULL DEFAULT now(),
    expires timestamptz NOT NULL,
    revoked timestamptz,
    last_used timestamptz
);
CREATE INDEX token_person ON accounts.token (person_id);

CREATE TABLE accounts.link (
    token_hash bytea PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES accounts.person (id),
    kind text NOT NULL CHECK (kind IN ('undangan', 'atur_ulang')),
    made_by uuid REFERENCES accounts.person (id),
    created timestamptz NOT NULL DEFAULT now(),
    expires timestamptz NOT NULL,
    used timestamptz
);

-- tries of sign-in and reset, for the rate limit; the key is a hash of address or account, never either in clear
CREATE TABLE accounts.attempt (
    key_hash bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX attempt_key ON accounts.attempt (key_hash, at);

GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA accounts TO @office@;
GRANT DELETE ON accounts.role_at, accounts.session, accounts.attempt TO @office@;
GRANT SELECT ON accounts.agency, accounts.person, accounts.role_at TO @auditor@;
