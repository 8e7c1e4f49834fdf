-- Puts a table under the second layer.

CREATE FUNCTION septum.protect(relation regclass, tenant_column name) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp
    -- DROP ... IF EXISTS remarks on what isn't there the first time.
    SET client_min_messages = warning
    AS $$
DECLARE
    -- Resolved with the search_path above: the operator is pg_catalog's.
    condition text := pg_catalog.format('%I = (SELECT septum.tenant())', tenant_column);
    member record;
BEGIN
    -- A partition that is read by its own name is under its own policies only (catalogue
    -- S33, S34), so each gets them; foreign tables and views can have none and are refused.
    FOR member IN
        WITH RECURSIVE tree AS (
            SELECT relation::oid AS oid
            UNION
            SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent = tree.oid
        )
        SELECT c.oid::regclass AS name, c.relkind
        FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid
    LOOP
        IF member.relkind NOT IN ('r', 'p') THEN
            RAISE EXCEPTION '`%` is not a table: row-level security can''t protect it', member.name;
        END IF;
        EXECUTE pg_catalog.format(
            'ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', member.name);
        EXECUTE pg_catalog.format('DROP POLICY IF EXISTS septum_tenant ON %s', member.name);
        EXECUTE pg_catalog.format('DROP POLICY IF EXISTS septum_rows ON %s', member.name);
        -- Permissive policies are ORed (catalogue S31): one that someone adds later can't
        -- widen what the restrictive one has narrowed.
        EXECUTE pg_catalog.format(
            'CREATE POLICY septum_tenant ON %s AS RESTRICTIVE FOR ALL TO PUBLIC USING (%s) WITH CHECK (%s)',
            member.name, condition, condition);
        EXECUTE pg_catalog.format(
            'CREATE POLICY septum_rows ON %s AS PERMISSIVE FOR ALL TO PUBLIC USING (%s) WITH CHECK (%s)',
            member.name, condition, condition);
    END LOOP;
END
$$;
COMMENT ON FUNCTION septum.protect(regclass, name) IS
    'Enables and forces row-level security on a table and on every partition and child of it, '
    'with policies that show the bound tenant''s rows only. Run it as the table''s owner, again '
    'after adding a partition; it changes nothing the second time. It acts by its caller''s '
    'rights. Grant EXECUTE to the roles that migrate.';

REVOKE ALL ON FUNCTION septum.protect(regclass, name) FROM PUBLIC;
