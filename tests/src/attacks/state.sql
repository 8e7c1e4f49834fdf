-- One number for everything that an attack of Acme's must leave as it is: the rows of others,
-- and what all share. `$1` is Acme; what the server brought along is below 16384.
SELECT md5(string_agg(one, E'\n' ORDER BY one)) FROM (
    SELECT 'account ' || a::text FROM accounts a WHERE tenant_id <> $1::text::uuid
    UNION ALL SELECT 'contact ' || c::text FROM contacts c WHERE tenant_id <> $1::text::uuid
    UNION ALL SELECT 'act ' || a::text FROM acts a WHERE tenant_id <> $1::text::uuid
    UNION ALL SELECT 'old act ' || a::text FROM old_acts a WHERE tenant_id <> $1::text::uuid
    UNION ALL SELECT 'policy ' || p::text FROM pg_policy p
    UNION ALL SELECT 'role ' || r::text FROM pg_authid r
    UNION ALL SELECT 'settings ' || s::text FROM pg_db_role_setting s
    UNION ALL SELECT 'key ' || k::text FROM septum.seal_keys k
    UNION ALL SELECT 'large object ' || l::text FROM pg_largeobject l
    UNION ALL SELECT 'prepared ' || x.gid FROM pg_prepared_xacts x
    UNION ALL SELECT 'trigger ' || t.tgname FROM pg_trigger t
    UNION ALL SELECT 'rule ' || r.rulename FROM pg_rewrite r WHERE r.ev_class >= 16384
    UNION ALL SELECT 'extension ' || e.extname FROM pg_extension e
    UNION ALL SELECT 'type ' || t.typname FROM pg_type t WHERE t.oid >= 16384
    UNION ALL SELECT 'slot ' || s.slot_name FROM pg_replication_slots s
    UNION ALL SELECT 'sequence ' || s.last_value::text FROM account_numbers s
    UNION ALL SELECT 'function ' || p.proname || p.prosrc || coalesce(p.proacl::text, '')
        FROM pg_proc p WHERE p.oid >= 16384
    UNION ALL SELECT concat_ws(' ', 'relation', c.relname, c.relowner, c.relacl::text,
        c.relrowsecurity, c.relforcerowsecurity) FROM pg_class c WHERE c.oid >= 16384
) everything (one)
