-- The catalog of the database, as far as judging a statement needs it: one row, one JSON text.
-- Every name is qualified, so that nothing on a search path stands in for it. It is to be run
-- with the search_path that clients' statements get, by their role.
SELECT pg_catalog.json_build_object(
    'version', pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
    'search_path', pg_catalog.to_json(pg_catalog.current_schemas(true)),
    'role', (SELECT r.oid::pg_catalog.int8 FROM pg_catalog.pg_roles r
        WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER),
    'roles', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'oid', r.oid::pg_catalog.int8,
            'name', r.rolname,
            'bypasses', r.rolsuper OR r.rolbypassrls,
            'own', pg_catalog.pg_has_role(CURRENT_USER, r.oid, 'MEMBER')))
        FROM pg_catalog.pg_roles r),
    'relations', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'oid', c.oid::pg_catalog.int8,
            'schema', n.nspname,
            'name', c.relname,
            'kind', c.relkind,
            'owner', c.relowner::pg_catalog.int8,
            'row_type', c.reltype::pg_catalog.int8,
            'row_security', c.relrowsecurity,
            'forced', c.relforcerowsecurity,
            'partition', c.relispartition,
            'rules', c.relhasrules AND EXISTS (SELECT FROM pg_catalog.pg_rewrite w
                WHERE w.ev_class OPERATOR(pg_catalog.=) c.oid
                    AND w.rulename OPERATOR(pg_catalog.<>) '_RETURN'::pg_catalog.name),
            'options', pg_catalog.to_json(coalesce(c.reloptions, ARRAY[]::pg_catalog.text[])),
            'parents', pg_catalog.to_json(ARRAY(
                SELECT i.inhparent::pg_catalog.int8 FROM pg_catalog.pg_inherits i
                WHERE i.inhrelid OPERATOR(pg_catalog.=) c.oid
                ORDER BY i.inhseqno)),
            'definition', CASE WHEN c.relkind::pg_catalog.text
                    OPERATOR(pg_catalog.=) ANY (ARRAY['v', 'm'])
                THEN pg_catalog.pg_get_viewdef(c.oid) END,
            'extension', x.extension,
            'columns', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(
                    a.attnum, a.attname, a.atttypid::pg_catalog.int8, a.attnotnull,
                    a.attgenerated OPERATOR(pg_catalog.<>) ''::pg_catalog."char",
                    coalesce(l.collisdeterministic, true)
                ) ORDER BY a.attnum), '[]'::pg_catalog.json)
                FROM pg_catalog.pg_attribute a
                    LEFT JOIN pg_catalog.pg_collation l
                        ON l.oid OPERATOR(pg_catalog.=) a.attcollation
                WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid
                    AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped)))
        FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
            LEFT JOIN LATERAL (SELECT e.extname AS extension
                FROM pg_catalog.pg_depend d
                    JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
                WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                    AND d.objid OPERATOR(pg_catalog.=) c.oid
                    AND d.refclassid
                        OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
                    AND d.deptype OPERATOR(pg_catalog.=) 'e'::pg_catalog."char"
                LIMIT 1) x ON true
        WHERE c.relkind::pg_catalog.text
                OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'v', 'm', 'f', 'S', 'c'])
            AND n.nspname OPERATOR(pg_catalog.!~) '^pg_(toast|temp_)'),
    'policies', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
            'relation', p.polrelid::pg_catalog.int8,
            'name', p.polname,
            'command', p.polcmd,
            'permissive', p.polpermissive,
            'roles', pg_catalog.to_json(p.polroles::pg_catalog.int8[]),
            'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid),
            'check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))),
            '[]'::pg_catalog.json)
        FROM pg_catalog.pg_policy p),
    'keys', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
            'relation', i.indrelid::pg_catalog.int8,
            'name', c.relname,
            'primary', i.indisprimary,
            'columns', pg_catalog.to_json(i.indkey::pg_catalog.int2[]),
            'key_columns', i.indnkeyatts,
            'partial', i.indpred IS NOT NULL)), '[]'::pg_catalog.json)
        FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
            JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
        WHERE i.indisunique AND i.indisvalid
            AND n.nspname OPERATOR(pg_catalog.!~) '^pg_'),
    'types', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'oid', t.oid::pg_catalog.int8,
            'schema', n.nspname,
            'name', t.typname,
            'kind', t.typtype,
            'category', t.typcategory,
            'preferred', t.typispreferred,
            'relation', t.typrelid::pg_catalog.int8,
            'element', CASE WHEN t.typcategory OPERATOR(pg_catalog.=) 'A'::pg_catalog."char"
                THEN t.typelem::pg_catalog.int8 ELSE 0 END,
            'array', t.typarray::pg_catalog.int8,
            'base', t.typbasetype::pg_catalog.int8,
            'subtype', coalesce(r.rngsubtype::pg_catalog.int8, 0)))
        FROM pg_catalog.pg_type t
            JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
            LEFT JOIN pg_catalog.pg_range r ON r.rngtypid OPERATOR(pg_catalog.=) t.oid
        WHERE n.nspname OPERATOR(pg_catalog.!~) '^pg_(toast|temp_)'),
    'casts', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
            c.castsource::pg_catalog.int8, c.casttarget::pg_catalog.int8,
            c.castfunc::pg_catalog.int8, c.castcontext))
        FROM pg_catalog.pg_cast c),
    'functions', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'oid', p.oid::pg_catalog.int8,
            'schema', n.nspname,
            'name', p.proname,
            'kind', p.prokind,
            'language', l.lanname,
            'owner', p.proowner::pg_catalog.int8,
            'security_definer', p.prosecdef,
            'volatility', p.provolatile,
            'arguments', pg_catalog.to_json(p.proargtypes::pg_catalog.oid[]::pg_catalog.int8[]),
            'defaults', p.pronargdefaults,
            'variadic', p.provariadic::pg_catalog.int8,
            'returns', p.prorettype::pg_catalog.int8,
            'returns_set', p.proretset,
            'all_types', pg_catalog.to_json(p.proallargtypes::pg_catalog.int8[]),
            'modes', pg_catalog.to_json(p.proargmodes),
            'names', pg_catalog.to_json(p.proargnames),
            'extension', x.extension))
        FROM pg_catalog.pg_proc p
            JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
            JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
            LEFT JOIN LATERAL (SELECT e.extname AS extension
                FROM pg_catalog.pg_depend d
                    JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
                WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
                    AND d.objid OPERATOR(pg_catalog.=) p.oid
                    AND d.refclassid
                        OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
                    AND d.deptype OPERATOR(pg_catalog.=) 'e'::pg_catalog."char"
                LIMIT 1) x ON true
        WHERE n.nspname OPERATOR(pg_catalog.!~) '^pg_(toast|temp_)'),
    'operators', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'oid', o.oid::pg_catalog.int8,
            'schema', n.nspname,
            'name', o.oprname,
            'left', o.oprleft::pg_catalog.int8,
            'right', o.oprright::pg_catalog.int8,
            'result', o.oprresult::pg_catalog.int8,
            'function', o.oprcode::pg_catalog.oid::pg_catalog.int8))
        FROM pg_catalog.pg_operator o
            JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) o.oprnamespace
        WHERE n.nspname OPERATOR(pg_catalog.!~) '^pg_(toast|temp_)')
)::pg_catalog.text
