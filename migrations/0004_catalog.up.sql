-- Tells Septum when the schema changes, so that it need not wait for its next look. Only a
-- superuser may have an event trigger: where another role migrates there is none, and Septum
-- polls. Roles belong to the cluster, and no trigger tells of them: there it is polling always.
--
-- A transaction that changes the schema can't be prepared for two-phase commit with it
-- (PostgreSQL: it "has executed NOTIFY"): drop the event trigger where that is needed.

DO $$
DECLARE
    me name := current_user;
BEGIN
    IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user) THEN
        RAISE NOTICE 'no right to create an event trigger: septum polls the catalog';
        RETURN;
    END IF;
    -- It runs by the rights of whoever changes the schema, superusers too: so it belongs to a
    -- superuser, and not to the owner of the schema, whose members could replace it.
    PERFORM pg_catalog.set_config('role', 'none', true);

    CREATE FUNCTION septum.catalog_changed() RETURNS event_trigger
        LANGUAGE plpgsql
        SET search_path = pg_catalog, pg_temp
        AS $body$
    DECLARE
        named boolean := false;
        command record;
    BEGIN
        -- What is dropped is not among the commands: then there is none.
        FOR command IN SELECT schema_name FROM pg_catalog.pg_event_trigger_ddl_commands() LOOP
            IF command.schema_name IS DISTINCT FROM 'pg_temp' THEN
                PERFORM pg_catalog.pg_notify('septum_catalog', '');
                RETURN;
            END IF;
            named := true;
        END LOOP;
        IF NOT named THEN
            PERFORM pg_catalog.pg_notify('septum_catalog', '');
        END IF;
    END
    $body$;
    COMMENT ON FUNCTION septum.catalog_changed() IS
        'Tells the channel `septum_catalog` of every change of the schema that is not temporary. '
        'A word on it that is not true costs Septum one look.';
    CREATE EVENT TRIGGER septum_catalog ON ddl_command_end
        EXECUTE FUNCTION septum.catalog_changed();

    PERFORM pg_catalog.set_config('role', me, true);
END
$$;
