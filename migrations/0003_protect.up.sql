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
    tenant_type regtype := (SELECT prorettype FROM pg_catalog.pg_proc
        WHERE oid = 'septum.tenant()'::regprocedure);
    comparable regtype[] := CASE tenant_type
        WHEN 'int'::regtype THEN '{int,bigint,smallint}'
        WHEN 'bigint'::regtype THEN '{int,bigint,smallint}'
        WHEN 'text'::regtype THEN '{text,varchar}'
        ELSE ARRAY[tenant_type]
    END;
    member record;
BEGIN
    -- A child under policies says nothing about its siblings, which its parent shows.
    SELECT i.inhparent::regclass AS parent INTO member
        FROM pg_catalog.pg_inherits i WHERE i.inhrelid = relation LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '`%` is a partition or child of `%`', relation, member.parent
            USING HINT = pg_catalog.format('protect %s: that covers its children too', member.parent);
    END IF;

    -- A partition that is read by its own name is under its own policies only (catalogue
    -- S33, S34), so each gets them; foreign tables and views can have none and are refused.
    FOR member IN
        WITH RECURSIVE tree AS (
            SELECT relation::oid AS oid
            UNION
            SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent = tree.oid
        )
        SELECT c.oid::regclass AS name, c.relkind, a.attname, l.collisdeterministic,
            -- A domain is compared as what it is one of.
            (WITH RECURSIVE base AS (
                SELECT a.atttypid AS type
                UNION
                SELECT t.typbasetype FROM pg_catalog.pg_type t JOIN base ON t.oid = base.type
                    WHERE t.typtype = 'd'
            ) SELECT type::regtype FROM base JOIN pg_catalog.pg_type t ON t.oid = type
                WHERE t.typtype <> 'd') AS type
        FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid
            LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
                AND a.attname = tenant_column AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
    LOOP
        IF member.relkind NOT IN ('r', 'p') THEN
            RAISE EXCEPTION '`%` is not a table: row-level security can''t protect it', member.name;
        END IF;
        IF member.attname IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = pg_catalog.format(
                '`%s` has no column `%s`', member.name, tenant_column);
        END IF;
        -- Padding, rounding or a collation would make keys of two tenants equal (S153).
        IF member.type <> ALL (comparable) OR NOT coalesce(member.collisdeterministic, true) THEN
            RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch', MESSAGE = pg_catalog.format(
                    '`%s` of `%s` can''t be compared with a tenant key of type %s exactly',
                    tenant_column, member.name, tenant_type),
                HINT = pg_catalog.format('use %s, with a deterministic collation',
                    pg_catalog.array_to_string(comparable, ' or '));
        END IF;
        EXECUTE pg_catalog.format(
            'ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', member.name);
        EXECUTE pg_catalog.format('DROP POLICY IF EXISTS septum_tenant ON %s', member.name);
        EXECUTE pg_catalog.format('DROP POLICY IF EXISTS septum_rows ON %s', member.name);
        -- Permissive policies are ORed (catalogue S31): one that someone adds later can't
        -- widen what the restrictive one has narrowed. Losing either of the two opens nothing,
        -- and for reads PostgreSQL evaluates equal conditions once: keep them equal.
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
    'after adding a partition, on the table that has no parent; it changes nothing the second '
    'time. It acts by its caller''s rights. Grant EXECUTE to the roles that migrate.';

REVOKE ALL ON FUNCTION septum.protect(regclass, name) FROM PUBLIC;
