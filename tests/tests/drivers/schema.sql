-- A table with the types for which drivers ask the catalog: an enum, arrays, a domain. `{{tenant}}`
-- is what names the tenant of a new row.
CREATE TYPE mood AS ENUM ('low', 'high');
CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE things (
    tenant_id uuid NOT NULL DEFAULT {{tenant}},
    id int NOT NULL,
    mark text NOT NULL,
    feeling mood,
    share percent,
    tags text[] NOT NULL DEFAULT '{}',
    moods mood[] NOT NULL DEFAULT '{}',
    about jsonb NOT NULL DEFAULT '{}',
    amount numeric(12, 2),
    made timestamptz NOT NULL DEFAULT '2025-01-01 00:00Z',
    raw bytea,
    PRIMARY KEY (tenant_id, id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON things TO crm_app;
