-- The sample CRM's own schema, as its developers wrote it. Run as a superuser, in an empty
-- database. It knows customers ("tenants") only by a column; nothing here knows Septum.

DO $$
BEGIN
    -- Roles belong to the cluster, not to the database.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'crm_owner') THEN
        CREATE ROLE crm_owner NOLOGIN;
    END IF;
    -- The application logs in as this one: it owns nothing and bypasses nothing. Its password
    -- is set where it is deployed.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'crm_app') THEN
        CREATE ROLE crm_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION;
    END IF;
    -- With TEMP, SQL can define functions, operators and casts of its own.
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO crm_app', current_database());
END
$$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO crm_owner;
GRANT USAGE ON SCHEMA public TO crm_app;

SET ROLE crm_owner;

CREATE TYPE deal_stage AS ENUM ('lead', 'qualified', 'proposal', 'won', 'lost');
CREATE TYPE activity_kind AS ENUM ('call', 'email', 'meeting', 'task', 'stage_change');

-- The same for every customer, and nobody's to change.
CREATE TABLE currencies (
    code char(3) PRIMARY KEY,
    name text NOT NULL
);

-- Keys lead with the tenant, and so do references: a row can't point at another tenant's.
CREATE TABLE accounts (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    name text NOT NULL CHECK (name <> ''),
    industry text NOT NULL,
    city text NOT NULL,
    website text,
    tags text[] NOT NULL DEFAULT '{}',
    profile jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX accounts_by_name ON accounts (tenant_id, name);
CREATE INDEX accounts_by_tag ON accounts USING gin (tags);

CREATE TABLE contacts (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    account_id uuid NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    email text NOT NULL,
    phones text[] NOT NULL DEFAULT '{}',
    preferences jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX contacts_of_account ON contacts (tenant_id, account_id);

CREATE TABLE deals (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    account_id uuid NOT NULL,
    title text NOT NULL,
    stage deal_stage NOT NULL DEFAULT 'lead',
    amount_cents bigint NOT NULL CHECK (amount_cents >= 0),
    currency char(3) NOT NULL DEFAULT 'EUR' REFERENCES currencies,
    closes_on date,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX deals_of_account ON deals (tenant_id, account_id);
CREATE INDEX deals_by_stage ON deals (tenant_id, stage);

CREATE TABLE activities (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    occurred_at timestamptz NOT NULL DEFAULT now(),
    account_id uuid NOT NULL,
    contact_id uuid,
    kind activity_kind NOT NULL,
    summary text NOT NULL,
    details jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, id, occurred_at),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts ON DELETE CASCADE
) PARTITION BY RANGE (occurred_at);
CREATE INDEX activities_of_account ON activities (tenant_id, account_id, occurred_at DESC);
CREATE INDEX activities_by_time ON activities (tenant_id, occurred_at DESC);

-- One partition a month of 2025, and one for all that comes later.
DO $$
DECLARE
    start date;
BEGIN
    FOR start IN SELECT generate_series('2025-01-01', '2025-12-01', interval '1 month') LOOP
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF activities FOR VALUES FROM (%L) TO (%L)',
            'activities_' || to_char(start, 'YYYY_MM'), start, start + interval '1 month');
    END LOOP;
    CREATE TABLE activities_later PARTITION OF activities DEFAULT;
END
$$;

CREATE TABLE notes (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    account_id uuid NOT NULL,
    body text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE INDEX notes_of_account ON notes (tenant_id, account_id, created_at DESC);

GRANT SELECT ON currencies TO crm_app;
-- Not on the partitions: the application never names them.
GRANT SELECT, INSERT, UPDATE, DELETE ON accounts, contacts, deals, activities, notes TO crm_app;

RESET ROLE;
