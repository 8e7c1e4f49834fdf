-- A CRM of three customers, of every kind of column that statements are made of. Placeholders
-- in braces are filled in by `site.rs`; what is another customer's is told by `canary.rs`.

CREATE ROLE crm_owner NOLOGIN;
CREATE ROLE crm_app LOGIN PASSWORD '{password}';
REVOKE ALL ON DATABASE crm FROM PUBLIC;
GRANT CONNECT ON DATABASE crm TO crm_app;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO crm_owner;
GRANT EXECUTE ON FUNCTION septum.protect(regclass, name) TO crm_owner;
SET ROLE crm_owner;

CREATE TYPE stage AS ENUM ('lead', 'customer', 'lost');
CREATE DOMAIN score AS int CHECK (VALUE >= 0);
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');

CREATE TABLE accounts (
    tenant_id uuid NOT NULL DEFAULT septum.tenant(),
    id int NOT NULL,
    name text NOT NULL,
    email email NOT NULL,
    code varchar(40) NOT NULL,
    stage stage NOT NULL,
    score score NOT NULL,
    revenue bigint NOT NULL,
    rating numeric(30, 2) NOT NULL,
    ratio float8 NOT NULL,
    founded date NOT NULL,
    seen timestamptz NOT NULL,
    active bool NOT NULL,
    details jsonb NOT NULL,
    tags text[] NOT NULL,
    amounts bigint[] NOT NULL,
    logo bytea NOT NULL,
    contract daterange NOT NULL,
    seats int8range NOT NULL,
    words tsvector GENERATED ALWAYS AS (to_tsvector('simple', name)) STORED,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email)
);
CREATE INDEX ON accounts (revenue);
CREATE INDEX ON accounts USING gin (details);
CREATE INDEX ON accounts USING gin (words);
CREATE INDEX ON accounts USING gist (contract);
CREATE TABLE contacts (
    tenant_id uuid NOT NULL DEFAULT septum.tenant(),
    id int NOT NULL,
    account_id int NOT NULL,
    name text NOT NULL,
    phone text,
    age int,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE TABLE activities (
    tenant_id uuid NOT NULL DEFAULT septum.tenant(),
    id int NOT NULL,
    happened date NOT NULL,
    minutes int NOT NULL,
    summary text NOT NULL,
    PRIMARY KEY (tenant_id, id, happened)
) PARTITION BY RANGE (happened);
-- Each holds rows of every customer's.
CREATE TABLE activities_old PARTITION OF activities FOR VALUES FROM (MINVALUE) TO ('2021-01-01');
CREATE TABLE activities_new PARTITION OF activities FOR VALUES FROM ('2021-01-01') TO (MAXVALUE);
CREATE TABLE notes (
    tenant_id uuid NOT NULL DEFAULT septum.tenant(),
    account_id int NOT NULL,
    body text NOT NULL,
    weight bigint NOT NULL DEFAULT 1
);
CREATE TABLE pinned_notes (pinned_by name) INHERITS (notes);
-- What all customers share.
CREATE TABLE currencies (code char(3) PRIMARY KEY, name text NOT NULL);

CREATE VIEW account_list WITH (security_invoker) AS
    SELECT id, name, email, stage, revenue FROM accounts WHERE active;
CREATE VIEW activity_totals WITH (security_invoker) AS
    SELECT a.id, a.name, count(*) AS activities, sum(b.minutes) AS minutes
    FROM accounts a JOIN activities b ON a.tenant_id = b.tenant_id AND a.id = b.id
    GROUP BY a.id, a.name;
CREATE FUNCTION greeting(who text) RETURNS text LANGUAGE sql IMMUTABLE
    AS $$ SELECT 'Dear ' || who $$;
CREATE FUNCTION next_stage(now stage) RETURNS stage LANGUAGE sql IMMUTABLE
    AS $$ SELECT CASE now WHEN 'lead' THEN 'customer'::stage ELSE 'lost' END $$;

SELECT septum.protect('accounts', 'tenant_id');
SELECT septum.protect('contacts', 'tenant_id');
SELECT septum.protect('activities', 'tenant_id');
SELECT septum.protect('notes', 'tenant_id');
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO crm_app;
REVOKE INSERT, UPDATE, DELETE ON currencies FROM crm_app;
RESET ROLE;

-- `mark` is in every text of the row, `number` near every number of it, `year` in every date.
CREATE FUNCTION pg_temp.fill(tenant uuid, rows int, mark text, small int, large bigint, year int)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO accounts (tenant_id, id, name, email, code, stage, score, revenue, rating, ratio,
        founded, seen, active, details, tags, amounts, logo, contract, seats)
    SELECT tenant, small + i, mark || ' ' || i, mark || i || '@example.com', mark || i,
        (enum_range(NULL::stage))[1 + i % 3], small + i, large + i, large + i, large + i,
        make_date(year, 1 + i % 12, 1), make_timestamptz(year, 1 + i % 12, 2, 3, 4, 5, 'UTC'),
        i % 4 > 0, jsonb_build_object('city', mark || i, 'size', large + i),
        ARRAY[mark, mark || i], ARRAY[large + i, large], convert_to(mark || i, 'UTF8'),
        daterange(make_date(year, 1, 1), make_date(year, 2 + i % 10, 1)),
        int8range(large, large + 1 + i)
    FROM generate_series(1, rows) i;
    INSERT INTO contacts
    SELECT tenant, small + i, small + 1 + i % (rows - 1), mark || ' ' || i, mark, small + i
    FROM generate_series(1, rows * 2) i;
    INSERT INTO activities
    SELECT tenant, small + i, make_date(year - i % 3, 1 + i % 12, 3), small + i, mark || i
    FROM generate_series(1, rows * 2) i;
    INSERT INTO notes SELECT tenant, small + i, mark || ' ' || i, large + i
    FROM generate_series(1, rows) i;
    INSERT INTO pinned_notes SELECT tenant, small + i, mark || ' ' || i, large + i, mark
    FROM generate_series(1, rows) i;
$$;
-- Whoever reads the first rows of a table reads another's.
SELECT pg_temp.fill('{globex}', 211, '{mark}', {small}, {large}, {year});
SELECT pg_temp.fill('{acme}', 7, 'own', 0, 0, 2021);
SELECT pg_temp.fill('{initech}', 97, '{mark}', {small}, {large}, {year});
INSERT INTO currencies VALUES ('CHF', 'franc'), ('EUR', 'euro');
ANALYZE;
