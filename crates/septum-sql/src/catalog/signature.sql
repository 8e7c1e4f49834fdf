-- Changes whenever something that `load.sql` reads does: cheap enough to be asked for every few
-- seconds. A row version's transaction id changes with every change of the row, and is not
-- changed by VACUUM or ANALYZE, which write their statistics in place.
SELECT pg_catalog.concat_ws('.',
    (SELECT pg_catalog.sum(pg_catalog.hashint8extended(
        c.xmin::pg_catalog.text::pg_catalog.int8, c.oid::pg_catalog.int8))
        FROM pg_catalog.pg_class c),
    (SELECT pg_catalog.sum(pg_catalog.hashint8extended(
        c.xmin::pg_catalog.text::pg_catalog.int8, c.attrelid::pg_catalog.int8))
        FROM pg_catalog.pg_attribute c
        WHERE c.attnum OPERATOR(pg_catalog.>) 0),
    (SELECT pg_catalog.sum(pg_catalog.hashint8extended(
        c.xmin::pg_catalog.text::pg_catalog.int8, c.oid::pg_catalog.int8))
        FROM pg_catalog.pg_proc c),
    (SELECT pg_catalog.sum(pg_catalog.hashint8extended(
        c.xmin::pg_catalog.text::pg_catalog.int8, c.oid::pg_catalog.int8))
        FROM pg_catalog.pg_type c),
    (SELECT pg_catalog.sum(pg_catalog.hashint8extended(
        c.xmin::pg_catalog.text::pg_catalog.int8, c.oid::pg_catalog.int8))
        FROM pg_catalog.pg_operator c),
    (SELECT pg_catalog.sum(pg_catalog.hashint8extended(
        c.xmin::pg_catalog.text::pg_catalog.int8, c.oid::pg_catalog.int8))
        FROM pg_catalog.pg_cast c),
    (SELECT pg_catalog.sum(pg_catalog.hashint8extended(
        c.xmin::pg_catalog.text::pg_catalog.int8, c.oid::pg_catalog.int8))
        FROM pg_catalog.pg_policy c),
    (SELECT pg_catalog.sum(pg_catalog.hashint8extended(
        c.xmin::pg_catalog.text::pg_catalog.int8, c.oid::pg_catalog.int8))
        FROM pg_catalog.pg_rewrite c),
    (SELECT pg_catalog.sum(pg_catalog.hashint8extended(
        c.xmin::pg_catalog.text::pg_catalog.int8, c.indexrelid::pg_catalog.int8))
        FROM pg_catalog.pg_index c),
    (SELECT pg_catalog.sum(pg_catalog.hashint8extended(
        c.xmin::pg_catalog.text::pg_catalog.int8, c.oid::pg_catalog.int8))
        FROM pg_catalog.pg_namespace c),
    (SELECT pg_catalog.sum(pg_catalog.hashint8extended(
        c.inhrelid::pg_catalog.int8, c.inhparent::pg_catalog.int8))
        FROM pg_catalog.pg_inherits c),
    (SELECT pg_catalog.sum(pg_catalog.hashint8extended(
        c.roleid::pg_catalog.int8, c.member::pg_catalog.int8))
        FROM pg_catalog.pg_auth_members c),
    (SELECT pg_catalog.sum(pg_catalog.hashint8extended(
        c.objid::pg_catalog.int8, c.refobjid::pg_catalog.int8))
        FROM pg_catalog.pg_depend c
        WHERE c.deptype OPERATOR(pg_catalog.=) 'e'::pg_catalog."char"),
    (SELECT pg_catalog.sum(pg_catalog.hashint8extended(
        c.rolsuper::pg_catalog.int4 OPERATOR(pg_catalog.+) c.rolbypassrls::pg_catalog.int4,
        c.oid::pg_catalog.int8))
        FROM pg_catalog.pg_roles c),
    pg_catalog.array_to_string(pg_catalog.current_schemas(true), ',')
)
