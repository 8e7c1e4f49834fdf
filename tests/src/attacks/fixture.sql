-- What the catalogue's attacks are made on: two customers whose rows look alike, so that each
-- attack has something to find. Placeholders in braces are filled in by `fixture.rs`.

CREATE ROLE crm_owner NOLOGIN;
CREATE ROLE crm_app LOGIN PASSWORD '{password}';
REVOKE ALL ON DATABASE crm FROM PUBLIC;
GRANT CONNECT ON DATABASE crm TO crm_app;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO crm_owner;
GRANT EXECUTE ON FUNCTION septum.protect(regclass, name) TO crm_owner;
-- Functions that run SQL held in a string.
CREATE EXTENSION tablefunc;
CREATE EXTENSION dblink;
CREATE EXTENSION xml2;
SET ROLE crm_owner;

CREATE TABLE accounts (
    tenant_id uuid NOT NULL DEFAULT septum.tenant(),
    id int NOT NULL,
    email text NOT NULL,
    secret text NOT NULL DEFAULT 'own',
    -- Globex's are all above 10^12, so that any sum or maximum over one of them shows.
    weight bigint NOT NULL DEFAULT 1,
    words tsvector GENERATED ALWAYS AS (to_tsvector('simple', secret)) STORED,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email)
);
CREATE TABLE contacts (
    tenant_id uuid NOT NULL DEFAULT septum.tenant(),
    id int NOT NULL,
    account_id int NOT NULL,
    name text NOT NULL DEFAULT 'own',
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CREATE TABLE acts (
    tenant_id uuid NOT NULL DEFAULT septum.tenant(),
    id int NOT NULL,
    summary text NOT NULL
) PARTITION BY LIST (tenant_id);
CREATE TABLE acts_acme PARTITION OF acts FOR VALUES IN ('{acme}');
CREATE TABLE acts_globex PARTITION OF acts FOR VALUES IN ('{globex}');
CREATE TABLE old_acts (tenant_id uuid NOT NULL DEFAULT septum.tenant(), summary text NOT NULL);
CREATE TABLE older_acts () INHERITS (old_acts);
CREATE VIEW account_list WITH (security_invoker) AS SELECT * FROM accounts;
CREATE SEQUENCE account_numbers;

-- Functions of the application's own, which nobody listed.
CREATE FUNCTION leak(value text) RETURNS bool LANGUAGE plpgsql COST 0.0001
    AS $$ BEGIN RAISE NOTICE 'leaked %', value; RETURN true; END $$;
CREATE FUNCTION run(statement text) RETURNS text LANGUAGE plpgsql
    AS $$ DECLARE found text; BEGIN EXECUTE statement INTO found; RETURN found; END $$;
CREATE FUNCTION rebind(value text) RETURNS text LANGUAGE sql VOLATILE
    AS $$ SELECT set_config('septum.binding', value, false) $$;
CREATE PROCEDURE hop() LANGUAGE plpgsql
    AS $$ DECLARE found text; BEGIN
        COMMIT;
        SELECT max(secret) INTO found FROM accounts;
        RAISE NOTICE 'found %', found;
    END $$;

INSERT INTO accounts (tenant_id, id, email, secret, weight)
    SELECT '{acme}', i, 'u' || i || '@example.com', 'own ' || i, 1 FROM generate_series(1, 5) i;
INSERT INTO accounts (tenant_id, id, email, secret, weight)
    SELECT '{globex}', i, 'u' || i || '@example.com', '{canary} ' || i, 1000000000000 + i
    FROM generate_series(1, 300) i;
INSERT INTO contacts (tenant_id, id, account_id, name)
    SELECT tenant_id, id, id, secret FROM accounts;
INSERT INTO acts (tenant_id, id, summary) SELECT tenant_id, id, secret FROM accounts;
INSERT INTO old_acts (tenant_id, summary) SELECT tenant_id, secret FROM accounts;
INSERT INTO older_acts (tenant_id, summary) SELECT tenant_id, secret FROM accounts;

SELECT septum.protect('accounts', 'tenant_id');
SELECT septum.protect('contacts', 'tenant_id');
SELECT septum.protect('acts', 'tenant_id');
SELECT septum.protect('old_acts', 'tenant_id');
GRANT SELECT, INSERT, UPDATE, DELETE
    ON accounts, contacts, acts, acts_acme, acts_globex, old_acts, older_acts, account_list
    TO crm_app;
GRANT USAGE ON SEQUENCE account_numbers TO crm_app;

SET ROLE crm_app;
SELECT lo_from_bytea(770001, '{canary}');
RESET ROLE;
ANALYZE;
