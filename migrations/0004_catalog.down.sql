DO $$
DECLARE
    me name := current_user;
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_event_trigger WHERE evtname = 'septum_catalog') THEN
        PERFORM pg_catalog.set_config('role', 'none', true);
        DROP EVENT TRIGGER septum_catalog;
        DROP FUNCTION septum.catalog_changed();
        PERFORM pg_catalog.set_config('role', me, true);
    END IF;
END
$$;
