-- The counterpart of a policy's WITH CHECK for tables that are enforced by rewriting.

CREATE FUNCTION septum.hold(given {{tenant_type}}, own {{tenant_type}}) RETURNS {{tenant_type}}
    -- Not IMMUTABLE: the planner would call it for rows that there may not be.
    LANGUAGE plpgsql STABLE SECURITY INVOKER PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF given IS DISTINCT FROM own THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'new row violates row-level security policy';
    END IF;
    RETURN given;
END
$$;
COMMENT ON FUNCTION septum.hold({{tenant_type}}, {{tenant_type}}) IS
    'The first value, or the error of a violated policy where it is not the second. Septum writes '
    'it around each value that a statement assigns to the tenant column of a table without '
    'row-level security; to call it by hand tells nothing.';
GRANT EXECUTE ON FUNCTION septum.hold({{tenant_type}}, {{tenant_type}}) TO PUBLIC;
