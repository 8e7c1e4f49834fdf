-- The `septum` schema: what the database itself needs to know whom a transaction is bound to.
--
-- Everything in it is owned by `septum_owner`, a role that nobody logs in as, so that no
-- application, migration or operator role can replace what policies rely on. Where the role
-- that migrates may not create roles, it owns the schema itself, and `septum migrate` says so.

DO $$
DECLARE
    owner name := current_user;
    me record;
    known record;
BEGIN
    IF current_setting('server_version_num')::int < 150000 THEN
        RAISE EXCEPTION 'septum needs PostgreSQL 15 or newer';
    END IF;
    -- A seal carries UTF-8; elsewhere a principal might have no spelling at all.
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'septum needs a database with encoding UTF8, this one has %',
            current_setting('server_encoding');
    END IF;

    SELECT * INTO me FROM pg_catalog.pg_roles WHERE rolname = current_user;
    IF me.rolsuper OR me.rolcreaterole THEN
        BEGIN
            CREATE ROLE septum_owner NOLOGIN NOINHERIT;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            -- Roles belong to the cluster: it may be there for another database (or come to be
            -- at this moment), or as a trap.
            NULL;
        END;
    END IF;
    SELECT * INTO known FROM pg_catalog.pg_roles WHERE rolname = 'septum_owner';
    IF known.rolcanlogin OR known.rolsuper OR known.rolbypassrls OR known.rolcreaterole THEN
        RAISE EXCEPTION 'the role `septum_owner` exists and is more than an owner'
            USING HINT = 'make it NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE, or drop it';
    END IF;

    IF me.rolsuper OR me.rolcreaterole THEN
        owner := 'septum_owner';
        IF NOT me.rolsuper THEN
            EXECUTE pg_catalog.format('GRANT septum_owner TO %I', current_user);
        END IF;
    ELSIF pg_catalog.pg_has_role(known.oid, 'MEMBER') THEN
        owner := 'septum_owner';
    ELSE
        RAISE NOTICE 'no right to create the role `septum_owner`: the schema belongs to `%`, '
            'which can replace what is in it: keep the application away from that role', owner;
    END IF;

    -- No IF NOT EXISTS: a schema that someone else made is someone else's to change.
    EXECUTE pg_catalog.format('CREATE SCHEMA septum AUTHORIZATION %I', owner);
    -- From here on everything is made by its owner, so that nothing needs handing over.
    PERFORM pg_catalog.set_config('role', owner, true);
END
$$;

GRANT USAGE ON SCHEMA septum TO PUBLIC;
COMMENT ON SCHEMA septum IS
    'Septum: binds transactions to tenants. Managed by `septum migrate`; change nothing here.';

CREATE TABLE septum.migrations (
    id int PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE septum.migrations IS
    'What `septum migrate` has applied. The checksum is the SHA-256 of the migration''s text.';

CREATE TABLE septum.seal_keys (
    id text PRIMARY KEY,
    inner_pad bytea NOT NULL CHECK (pg_catalog.octet_length(inner_pad) = 64),
    outer_pad bytea NOT NULL CHECK (pg_catalog.octet_length(outer_pad) = 64),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    retire_at timestamptz
);
COMMENT ON TABLE septum.seal_keys IS
    'Keys that verify a seal, as the two padded blocks of HMAC. Who reads a row can bind any '
    'tenant: no role but the owner has a grant. Two rows at most, so that keys can be rotated. '
    'Leave it out of dumps: pg_dump --exclude-table-data=septum.seal_keys';
-- Without a policy, row-level security shows nothing to anyone but the owner: members of
-- pg_read_all_data and pg_write_all_data need no grant, but they don't bypass it.
ALTER TABLE septum.seal_keys ENABLE ROW LEVEL SECURITY;
-- No key material in pg_statistic.
ALTER TABLE septum.seal_keys
    ALTER COLUMN inner_pad SET STATISTICS 0, ALTER COLUMN outer_pad SET STATISTICS 0;

-- ALTER DEFAULT PRIVILEGES may have granted what nobody asked for.
DO $$
DECLARE
    given record;
BEGIN
    FOR given IN
        SELECT c.oid::regclass AS relation, a.grantee
        FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a
        WHERE c.relnamespace = 'septum'::regnamespace AND a.grantee <> c.relowner
    LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM %s', given.relation,
            CASE given.grantee WHEN 0 THEN 'PUBLIC' ELSE given.grantee::regrole::text END);
    END LOOP;
END
$$;
