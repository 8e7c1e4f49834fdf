-- SQLAlchemy 2.1.9, psycopg 3.3.9; PostgreSQL 15
BEGIN
;
select pg_catalog.version()
;
select current_schema()
;
show transaction isolation level
;
show standard_conforming_strings
;
SAVEPOINT "_pg3_1"
;
SELECT
    typname AS name, oid, typarray AS array_oid,
    oid::regtype::text AS regtype, typdelim AS delimiter
FROM pg_type t
WHERE t.oid = to_regtype($1)
ORDER BY t.oid

;
RELEASE "_pg3_1"
;
ROLLBACK
;
;
;
SELECT pg_catalog.pg_namespace.nspname 
FROM pg_catalog.pg_namespace 
WHERE (pg_catalog.pg_namespace.nspname NOT LIKE $1::VARCHAR || '%' ESCAPE '/') ORDER BY pg_catalog.pg_namespace.nspname
;
SELECT pg_catalog.pg_type.typname AS name, pg_catalog.pg_type_is_visible(pg_catalog.pg_type.oid) AS visible, pg_catalog.pg_namespace.nspname AS schema, lbl_agg.labels AS labels 
FROM pg_catalog.pg_type JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_type.typnamespace LEFT OUTER JOIN (SELECT pg_catalog.pg_enum.enumtypid AS enumtypid, array_agg(CAST(pg_catalog.pg_enum.enumlabel AS TEXT) ORDER BY pg_catalog.pg_enum.enumsortorder) AS labels 
FROM pg_catalog.pg_enum GROUP BY pg_catalog.pg_enum.enumtypid) AS lbl_agg ON pg_catalog.pg_type.oid = lbl_agg.enumtypid 
WHERE pg_catalog.pg_type.typtype = $1::VARCHAR AND pg_catalog.pg_type_is_visible(pg_catalog.pg_type.oid) AND pg_catalog.pg_namespace.nspname != $2::VARCHAR ORDER BY pg_catalog.pg_namespace.nspname, pg_catalog.pg_type.typname
;
SELECT pg_catalog.pg_class.relname 
FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$1::VARCHAR, $2::VARCHAR]) AND pg_catalog.pg_class.relpersistence != $3::VARCHAR AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $4::VARCHAR
;
SELECT pg_catalog.pg_class.relname 
FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$1::VARCHAR]) AND pg_catalog.pg_class.relpersistence != $2::VARCHAR AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $3::VARCHAR
;
SELECT pg_catalog.pg_class.relname 
FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$1::VARCHAR]) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $2::VARCHAR
;
SELECT pg_catalog.pg_class.relname 
FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relname IN ($1::VARCHAR) AND pg_catalog.pg_class.relkind = ANY (ARRAY[$2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR]) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $7::VARCHAR
;
SELECT pg_catalog.pg_class.relname 
FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = $1::VARCHAR AND pg_catalog.pg_class.relname = $2::VARCHAR AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $3::VARCHAR
;
SELECT pg_catalog.pg_class.relname 
FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$1::VARCHAR, $2::VARCHAR]) AND pg_catalog.pg_class.relpersistence = $3::VARCHAR AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $4::VARCHAR
;
SELECT pg_catalog.pg_type.typname AS name, pg_catalog.format_type(pg_catalog.pg_type.typbasetype, pg_catalog.pg_type.typtypmod) AS attype, NOT pg_catalog.pg_type.typnotnull AS nullable, pg_catalog.pg_type.typdefault AS "default", pg_catalog.pg_type_is_visible(pg_catalog.pg_type.oid) AS visible, pg_catalog.pg_namespace.nspname AS schema, domain_constraints.condefs, domain_constraints.connames, pg_catalog.pg_collation.collname, CASE WHEN (pg_catalog.pg_collation.oid IS NULL) THEN NULL WHEN pg_catalog.pg_collation_is_visible(pg_catalog.pg_collation.oid) THEN NULL ELSE collation_namespace.nspname END AS collation_schema 
FROM pg_catalog.pg_type JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_type.typnamespace LEFT OUTER JOIN pg_catalog.pg_collation ON pg_catalog.pg_type.typcollation = pg_catalog.pg_collation.oid LEFT OUTER JOIN pg_catalog.pg_namespace AS collation_namespace ON collation_namespace.oid = pg_catalog.pg_collation.collnamespace LEFT OUTER JOIN (SELECT pg_catalog.pg_constraint.contypid AS contypid, array_agg(pg_catalog.pg_get_constraintdef(pg_catalog.pg_constraint.oid, $1)) AS condefs, array_agg(CAST(pg_catalog.pg_constraint.conname AS TEXT)) AS connames 
FROM pg_catalog.pg_constraint 
WHERE pg_catalog.pg_constraint.contypid != $2::INTEGER GROUP BY pg_catalog.pg_constraint.contypid) AS domain_constraints ON pg_catalog.pg_type.oid = domain_constraints.contypid 
WHERE pg_catalog.pg_type.typtype = $3::VARCHAR AND pg_catalog.pg_type_is_visible(pg_catalog.pg_type.oid) AND pg_catalog.pg_namespace.nspname != $4::VARCHAR ORDER BY pg_catalog.pg_namespace.nspname, pg_catalog.pg_type.typname
;
SELECT pg_catalog.pg_class.oid, pg_catalog.pg_class.relname 
FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR]) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $6::VARCHAR AND pg_catalog.pg_class.relname IN ($7::VARCHAR)
;
SELECT attr.conrelid, array_agg(CAST(attr.attname AS TEXT) ORDER BY attr.ord) AS cols, attr.conname, min(attr.description) AS description, min(attr.indnkeyatts) AS indnkeyatts, bool_and(attr.indnullsnotdistinct) AS indnullsnotdistinct 
FROM (SELECT con.conrelid AS conrelid, con.conname AS conname, con.description AS description, con.ord AS ord, con.indnkeyatts AS indnkeyatts, con.indnullsnotdistinct AS indnullsnotdistinct, pg_catalog.pg_attribute.attname AS attname 
FROM pg_catalog.pg_attribute JOIN (SELECT pg_catalog.pg_constraint.conrelid AS conrelid, pg_catalog.pg_constraint.conname AS conname, unnest(pg_catalog.pg_index.indkey) AS attnum, generate_subscripts(pg_catalog.pg_index.indkey, $1::INTEGER) AS ord, pg_catalog.pg_index.indnkeyatts AS indnkeyatts, pg_catalog.pg_index.indnullsnotdistinct AS indnullsnotdistinct, pg_catalog.pg_description.description AS description 
FROM pg_catalog.pg_constraint JOIN pg_catalog.pg_index ON pg_catalog.pg_constraint.conindid = pg_catalog.pg_index.indexrelid LEFT OUTER JOIN pg_catalog.pg_description ON pg_catalog.pg_description.objoid = pg_catalog.pg_constraint.oid AND pg_catalog.pg_description.classoid = CAST($2 AS REGCLASS) 
WHERE pg_catalog.pg_constraint.contype = $3::VARCHAR AND pg_catalog.pg_constraint.conrelid IN ($4)) AS con ON pg_catalog.pg_attribute.attnum = con.attnum AND pg_catalog.pg_attribute.attrelid = con.conrelid 
WHERE con.conrelid IN ($4)) AS attr GROUP BY attr.conrelid, attr.conname ORDER BY attr.conrelid, attr.conname
;
SELECT pg_catalog.pg_class.relname, pg_catalog.pg_description.description 
FROM pg_catalog.pg_class LEFT OUTER JOIN pg_catalog.pg_description ON pg_catalog.pg_class.oid = pg_catalog.pg_description.objoid AND pg_catalog.pg_description.objsubid = $1::INTEGER AND pg_catalog.pg_description.classoid = CAST($2 AS REGCLASS) JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR]) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $8::VARCHAR AND pg_catalog.pg_class.relname IN ($9::VARCHAR)
;
SELECT pg_catalog.pg_class.oid, pg_catalog.pg_class.relname, pg_catalog.pg_class.reloptions, NULL AS relhasoids, CASE WHEN (pg_catalog.pg_am.amname IS NOT NULL AND pg_catalog.pg_am.amname != current_setting($1::VARCHAR)) THEN pg_catalog.pg_am.amname ELSE NULL END AS access_method_name, pg_catalog.pg_tablespace.spcname AS tablespace_name, inherits.parent_table_names 
FROM pg_catalog.pg_class LEFT OUTER JOIN pg_catalog.pg_am ON pg_catalog.pg_class.relam = pg_catalog.pg_am.oid LEFT OUTER JOIN (SELECT pg_catalog.pg_inherits.inhrelid AS inhrelid, array_agg(pg_catalog.pg_class.relname ORDER BY pg_catalog.pg_inherits.inhseqno) AS parent_table_names 
FROM pg_catalog.pg_inherits JOIN pg_catalog.pg_class ON pg_catalog.pg_inherits.inhparent = pg_catalog.pg_class.oid GROUP BY pg_catalog.pg_inherits.inhrelid) AS inherits ON pg_catalog.pg_class.oid = inherits.inhrelid LEFT OUTER JOIN pg_catalog.pg_tablespace ON pg_catalog.pg_tablespace.oid = pg_catalog.pg_class.reltablespace JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR]) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $7::VARCHAR AND pg_catalog.pg_class.relname IN ($8::VARCHAR)
;
SELECT pg_catalog.pg_attribute.attname AS name, pg_catalog.format_type(pg_catalog.pg_attribute.atttypid, pg_catalog.pg_attribute.atttypmod) AS format_type, CASE WHEN pg_catalog.pg_attribute.atthasdef THEN (SELECT pg_catalog.pg_get_expr(pg_catalog.pg_attrdef.adbin, pg_catalog.pg_attrdef.adrelid) AS pg_get_expr_1 
FROM pg_catalog.pg_attrdef 
WHERE pg_catalog.pg_attribute.atthasdef AND pg_catalog.pg_attrdef.adrelid = pg_catalog.pg_attribute.attrelid AND pg_catalog.pg_attrdef.adnum = pg_catalog.pg_attribute.attnum) ELSE NULL END AS "default", pg_catalog.pg_attribute.attnotnull AS not_null, pg_catalog.pg_class.relname AS table_name, pg_catalog.pg_description.description AS comment, pg_catalog.pg_attribute.attgenerated AS generated, CASE WHEN (pg_catalog.pg_attribute.attidentity != $1::VARCHAR) THEN (SELECT json_build_object($2::VARCHAR, pg_catalog.pg_attribute.attidentity = $3::VARCHAR, $4::VARCHAR, pg_catalog.pg_sequence.seqstart, $5::VARCHAR, pg_catalog.pg_sequence.seqincrement, $6::VARCHAR, pg_catalog.pg_sequence.seqmin, $7::VARCHAR, pg_catalog.pg_sequence.seqmax, $8::VARCHAR, pg_catalog.pg_sequence.seqcache, $9::VARCHAR, pg_catalog.pg_sequence.seqcycle) AS json_build_object_1 
FROM pg_catalog.pg_sequence 
WHERE pg_catalog.pg_attribute.attidentity != $10::VARCHAR AND pg_catalog.pg_sequence.seqrelid = CAST(CAST(pg_catalog.pg_get_serial_sequence(CAST(CAST(pg_catalog.pg_attribute.attrelid AS REGCLASS) AS TEXT), pg_catalog.pg_attribute.attname) AS REGCLASS) AS OID)) ELSE NULL END AS identity_options, CASE WHEN (pg_catalog.pg_attribute.attcollation != $11::INTEGER AND (SELECT pg_catalog.pg_type.typcollation 
FROM pg_catalog.pg_type 
WHERE pg_catalog.pg_type.oid = pg_catalog.pg_attribute.atttypid) != pg_catalog.pg_attribute.attcollation) THEN (SELECT json_build_object($12::VARCHAR, pg_catalog.pg_collation.collname, $13::VARCHAR, CASE WHEN pg_catalog.pg_collation_is_visible(pg_catalog.pg_collation.oid) THEN NULL ELSE pg_catalog.pg_namespace.nspname END) AS json_build_object_9 
FROM pg_catalog.pg_collation JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_collation.collnamespace 
WHERE pg_catalog.pg_collation.oid = pg_catalog.pg_attribute.attcollation) ELSE NULL END AS collation 
FROM pg_catalog.pg_class LEFT OUTER JOIN pg_catalog.pg_attribute ON pg_catalog.pg_class.oid = pg_catalog.pg_attribute.attrelid AND pg_catalog.pg_attribute.attnum > $14::SMALLINT AND NOT pg_catalog.pg_attribute.attisdropped LEFT OUTER JOIN pg_catalog.pg_description ON pg_catalog.pg_description.objoid = pg_catalog.pg_attribute.attrelid AND pg_catalog.pg_description.objsubid = pg_catalog.pg_attribute.attnum JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$15::VARCHAR, $16::VARCHAR, $17::VARCHAR, $18::VARCHAR, $19::VARCHAR]) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $20::VARCHAR AND pg_catalog.pg_class.relname IN ($21::VARCHAR) ORDER BY pg_catalog.pg_class.relname, pg_catalog.pg_attribute.attnum
;
SELECT pg_catalog.pg_class.relname, pg_catalog.pg_constraint.conname, CASE WHEN (pg_catalog.pg_constraint.oid IS NOT NULL) THEN pg_catalog.pg_get_constraintdef(pg_catalog.pg_constraint.oid, $1) END AS anon_1, nsp_ref.nspname, pg_catalog.pg_description.description 
FROM pg_catalog.pg_class LEFT OUTER JOIN pg_catalog.pg_constraint ON pg_catalog.pg_class.oid = pg_catalog.pg_constraint.conrelid AND pg_catalog.pg_constraint.contype = $2::VARCHAR LEFT OUTER JOIN pg_catalog.pg_class AS cls_ref ON cls_ref.oid = pg_catalog.pg_constraint.confrelid LEFT OUTER JOIN pg_catalog.pg_namespace AS nsp_ref ON cls_ref.relnamespace = nsp_ref.oid LEFT OUTER JOIN pg_catalog.pg_description ON pg_catalog.pg_description.objoid = pg_catalog.pg_constraint.oid AND pg_catalog.pg_description.classoid = CAST($3 AS REGCLASS) JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR]) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $9::VARCHAR AND pg_catalog.pg_class.relname IN ($10::VARCHAR) ORDER BY pg_catalog.pg_class.relname, pg_catalog.pg_constraint.conname
;
SELECT pg_catalog.pg_class.relname, pg_catalog.pg_constraint.conname, CASE WHEN (pg_catalog.pg_constraint.oid IS NOT NULL) THEN pg_catalog.pg_get_constraintdef(pg_catalog.pg_constraint.oid, $1) END AS anon_1, pg_catalog.pg_description.description 
FROM pg_catalog.pg_class LEFT OUTER JOIN pg_catalog.pg_constraint ON pg_catalog.pg_class.oid = pg_catalog.pg_constraint.conrelid AND pg_catalog.pg_constraint.contype = $2::VARCHAR LEFT OUTER JOIN pg_catalog.pg_description ON pg_catalog.pg_description.objoid = pg_catalog.pg_constraint.oid AND pg_catalog.pg_description.classoid = CAST($3 AS REGCLASS) JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR]) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $9::VARCHAR AND pg_catalog.pg_class.relname IN ($10::VARCHAR) ORDER BY pg_catalog.pg_class.relname, pg_catalog.pg_constraint.conname
;
SELECT pg_catalog.pg_am.oid, pg_catalog.pg_am.amname 
FROM pg_catalog.pg_am 
WHERE pg_catalog.pg_am.amname = $1::VARCHAR
;
SELECT pg_catalog.pg_opclass.oid, pg_catalog.pg_opclass.opcname 
FROM pg_catalog.pg_opclass 
WHERE NOT pg_catalog.pg_opclass.opcdefault
;
SELECT pg_catalog.pg_index.indrelid, pg_catalog.pg_class.relname, pg_catalog.pg_index.indisunique, pg_catalog.pg_index.indisvalid, pg_catalog.pg_constraint.conrelid IS NOT NULL AS has_constraint, pg_catalog.pg_index.indoption, pg_catalog.pg_class.reloptions, pg_catalog.pg_class.relam, CASE WHEN (pg_catalog.pg_index.indpred IS NOT NULL) THEN pg_catalog.pg_get_expr(pg_catalog.pg_index.indpred, pg_catalog.pg_index.indrelid) END AS filter_definition, pg_catalog.pg_index.indnkeyatts, pg_catalog.pg_index.indnullsnotdistinct, idx_cols.elements, idx_cols.elements_is_expr, idx_cols.elements_opclass 
FROM pg_catalog.pg_index JOIN pg_catalog.pg_class ON pg_catalog.pg_index.indexrelid = pg_catalog.pg_class.oid LEFT OUTER JOIN (SELECT idx_attr.indexrelid AS indexrelid, min(idx_attr.indrelid) AS min_1, array_agg(idx_attr.element ORDER BY idx_attr.ord) AS elements, array_agg(idx_attr.is_expr ORDER BY idx_attr.ord) AS elements_is_expr, array_agg(idx_attr.att_opclass ORDER BY idx_attr.ord) AS elements_opclass 
FROM (SELECT idx.indexrelid AS indexrelid, idx.indrelid AS indrelid, idx.ord AS ord, CASE WHEN (idx.attnum = $1::INTEGER) THEN pg_catalog.pg_get_indexdef(idx.indexrelid, idx.ord + $2::INTEGER, $3) ELSE CAST(pg_catalog.pg_attribute.attname AS TEXT) END AS element, idx.attnum = $4::INTEGER AS is_expr, CAST(idx.att_opclass AS BIGINT) AS att_opclass 
FROM (SELECT pg_catalog.pg_index.indexrelid AS indexrelid, pg_catalog.pg_index.indrelid AS indrelid, unnest(pg_catalog.pg_index.indkey) AS attnum, unnest(pg_catalog.pg_index.indclass) AS att_opclass, generate_subscripts(pg_catalog.pg_index.indkey, $5::INTEGER) AS ord 
FROM pg_catalog.pg_index 
WHERE NOT pg_catalog.pg_index.indisprimary AND pg_catalog.pg_index.indrelid IN ($6)) AS idx LEFT OUTER JOIN pg_catalog.pg_attribute ON pg_catalog.pg_attribute.attnum = idx.attnum AND pg_catalog.pg_attribute.attrelid = idx.indrelid 
WHERE idx.indrelid IN ($6)) AS idx_attr GROUP BY idx_attr.indexrelid) AS idx_cols ON pg_catalog.pg_index.indexrelid = idx_cols.indexrelid LEFT OUTER JOIN pg_catalog.pg_constraint ON pg_catalog.pg_index.indrelid = pg_catalog.pg_constraint.conrelid AND pg_catalog.pg_index.indexrelid = pg_catalog.pg_constraint.conindid AND pg_catalog.pg_constraint.contype = ANY (ARRAY[$7::VARCHAR, $8::VARCHAR, $9::VARCHAR]) 
WHERE pg_catalog.pg_index.indrelid IN ($6) AND NOT pg_catalog.pg_index.indisprimary ORDER BY pg_catalog.pg_index.indrelid, pg_catalog.pg_class.relname
;
SELECT pg_catalog.pg_am.oid, pg_catalog.pg_am.amname 
FROM pg_catalog.pg_am
;
SELECT pg_catalog.pg_type.typname AS name, pg_catalog.pg_type_is_visible(pg_catalog.pg_type.oid) AS visible, pg_catalog.pg_namespace.nspname AS schema, lbl_agg.labels AS labels 
FROM pg_catalog.pg_type JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_type.typnamespace LEFT OUTER JOIN (SELECT pg_catalog.pg_enum.enumtypid AS enumtypid, array_agg(CAST(pg_catalog.pg_enum.enumlabel AS TEXT) ORDER BY pg_catalog.pg_enum.enumsortorder) AS labels 
FROM pg_catalog.pg_enum GROUP BY pg_catalog.pg_enum.enumtypid) AS lbl_agg ON pg_catalog.pg_type.oid = lbl_agg.enumtypid 
WHERE pg_catalog.pg_type.typtype = $1::VARCHAR ORDER BY pg_catalog.pg_namespace.nspname, pg_catalog.pg_type.typname
;
SELECT pg_catalog.pg_attribute.attname AS name, pg_catalog.format_type(pg_catalog.pg_attribute.atttypid, pg_catalog.pg_attribute.atttypmod) AS format_type, CASE WHEN pg_catalog.pg_attribute.atthasdef THEN (SELECT pg_catalog.pg_get_expr(pg_catalog.pg_attrdef.adbin, pg_catalog.pg_attrdef.adrelid) AS pg_get_expr_1 
FROM pg_catalog.pg_attrdef 
WHERE pg_catalog.pg_attribute.atthasdef AND pg_catalog.pg_attrdef.adrelid = pg_catalog.pg_attribute.attrelid AND pg_catalog.pg_attrdef.adnum = pg_catalog.pg_attribute.attnum) ELSE NULL END AS "default", pg_catalog.pg_attribute.attnotnull AS not_null, pg_catalog.pg_class.relname AS table_name, pg_catalog.pg_description.description AS comment, pg_catalog.pg_attribute.attgenerated AS generated, CASE WHEN (pg_catalog.pg_attribute.attidentity != $1::VARCHAR) THEN (SELECT json_build_object($2::VARCHAR, pg_catalog.pg_attribute.attidentity = $3::VARCHAR, $4::VARCHAR, pg_catalog.pg_sequence.seqstart, $5::VARCHAR, pg_catalog.pg_sequence.seqincrement, $6::VARCHAR, pg_catalog.pg_sequence.seqmin, $7::VARCHAR, pg_catalog.pg_sequence.seqmax, $8::VARCHAR, pg_catalog.pg_sequence.seqcache, $9::VARCHAR, pg_catalog.pg_sequence.seqcycle) AS json_build_object_1 
FROM pg_catalog.pg_sequence 
WHERE pg_catalog.pg_attribute.attidentity != $10::VARCHAR AND pg_catalog.pg_sequence.seqrelid = CAST(CAST(pg_catalog.pg_get_serial_sequence(CAST(CAST(pg_catalog.pg_attribute.attrelid AS REGCLASS) AS TEXT), pg_catalog.pg_attribute.attname) AS REGCLASS) AS OID)) ELSE NULL END AS identity_options, CASE WHEN (pg_catalog.pg_attribute.attcollation != $11::INTEGER AND (SELECT pg_catalog.pg_type.typcollation 
FROM pg_catalog.pg_type 
WHERE pg_catalog.pg_type.oid = pg_catalog.pg_attribute.atttypid) != pg_catalog.pg_attribute.attcollation) THEN (SELECT json_build_object($12::VARCHAR, pg_catalog.pg_collation.collname, $13::VARCHAR, CASE WHEN pg_catalog.pg_collation_is_visible(pg_catalog.pg_collation.oid) THEN NULL ELSE pg_catalog.pg_namespace.nspname END) AS json_build_object_9 
FROM pg_catalog.pg_collation JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_collation.collnamespace 
WHERE pg_catalog.pg_collation.oid = pg_catalog.pg_attribute.attcollation) ELSE NULL END AS collation 
FROM pg_catalog.pg_class LEFT OUTER JOIN pg_catalog.pg_attribute ON pg_catalog.pg_class.oid = pg_catalog.pg_attribute.attrelid AND pg_catalog.pg_attribute.attnum > $14::SMALLINT AND NOT pg_catalog.pg_attribute.attisdropped LEFT OUTER JOIN pg_catalog.pg_description ON pg_catalog.pg_description.objoid = pg_catalog.pg_attribute.attrelid AND pg_catalog.pg_description.objsubid = pg_catalog.pg_attribute.attnum JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$15::VARCHAR, $16::VARCHAR, $17::VARCHAR]) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $18::VARCHAR AND pg_catalog.pg_class.relname IN ($19::VARCHAR, $20::VARCHAR, $21::VARCHAR, $22::VARCHAR, $23::VARCHAR, $24::VARCHAR, $25::VARCHAR, $26::VARCHAR) ORDER BY pg_catalog.pg_class.relname, pg_catalog.pg_attribute.attnum
;
SELECT pg_catalog.pg_class.oid, pg_catalog.pg_class.relname 
FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$1::VARCHAR, $2::VARCHAR, $3::VARCHAR]) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $4::VARCHAR AND pg_catalog.pg_class.relname IN ($5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::VARCHAR, $10::VARCHAR, $11::VARCHAR, $12::VARCHAR)
;
SELECT attr.conrelid, array_agg(CAST(attr.attname AS TEXT) ORDER BY attr.ord) AS cols, attr.conname, min(attr.description) AS description, min(attr.indnkeyatts) AS indnkeyatts, bool_and(attr.indnullsnotdistinct) AS indnullsnotdistinct 
FROM (SELECT con.conrelid AS conrelid, con.conname AS conname, con.description AS description, con.ord AS ord, con.indnkeyatts AS indnkeyatts, con.indnullsnotdistinct AS indnullsnotdistinct, pg_catalog.pg_attribute.attname AS attname 
FROM pg_catalog.pg_attribute JOIN (SELECT pg_catalog.pg_constraint.conrelid AS conrelid, pg_catalog.pg_constraint.conname AS conname, unnest(pg_catalog.pg_index.indkey) AS attnum, generate_subscripts(pg_catalog.pg_index.indkey, $1::INTEGER) AS ord, pg_catalog.pg_index.indnkeyatts AS indnkeyatts, pg_catalog.pg_index.indnullsnotdistinct AS indnullsnotdistinct, pg_catalog.pg_description.description AS description 
FROM pg_catalog.pg_constraint JOIN pg_catalog.pg_index ON pg_catalog.pg_constraint.conindid = pg_catalog.pg_index.indexrelid LEFT OUTER JOIN pg_catalog.pg_description ON pg_catalog.pg_description.objoid = pg_catalog.pg_constraint.oid AND pg_catalog.pg_description.classoid = CAST($2 AS REGCLASS) 
WHERE pg_catalog.pg_constraint.contype = $3::VARCHAR AND pg_catalog.pg_constraint.conrelid IN ($4, $5, $6, $7, $8, $9, $10, $11)) AS con ON pg_catalog.pg_attribute.attnum = con.attnum AND pg_catalog.pg_attribute.attrelid = con.conrelid 
WHERE con.conrelid IN ($4, $5, $6, $7, $8, $9, $10, $11)) AS attr GROUP BY attr.conrelid, attr.conname ORDER BY attr.conrelid, attr.conname
;
SELECT pg_catalog.pg_class.relname, pg_catalog.pg_constraint.conname, CASE WHEN (pg_catalog.pg_constraint.oid IS NOT NULL) THEN pg_catalog.pg_get_constraintdef(pg_catalog.pg_constraint.oid, $1) END AS anon_1, nsp_ref.nspname, pg_catalog.pg_description.description 
FROM pg_catalog.pg_class LEFT OUTER JOIN pg_catalog.pg_constraint ON pg_catalog.pg_class.oid = pg_catalog.pg_constraint.conrelid AND pg_catalog.pg_constraint.contype = $2::VARCHAR LEFT OUTER JOIN pg_catalog.pg_class AS cls_ref ON cls_ref.oid = pg_catalog.pg_constraint.confrelid LEFT OUTER JOIN pg_catalog.pg_namespace AS nsp_ref ON cls_ref.relnamespace = nsp_ref.oid LEFT OUTER JOIN pg_catalog.pg_description ON pg_catalog.pg_description.objoid = pg_catalog.pg_constraint.oid AND pg_catalog.pg_description.classoid = CAST($3 AS REGCLASS) JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$4::VARCHAR, $5::VARCHAR, $6::VARCHAR]) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $7::VARCHAR AND pg_catalog.pg_class.relname IN ($8::VARCHAR, $9::VARCHAR, $10::VARCHAR, $11::VARCHAR, $12::VARCHAR, $13::VARCHAR, $14::VARCHAR, $15::VARCHAR) ORDER BY pg_catalog.pg_class.relname, pg_catalog.pg_constraint.conname
;
SELECT pg_catalog.pg_index.indrelid, pg_catalog.pg_class.relname, pg_catalog.pg_index.indisunique, pg_catalog.pg_index.indisvalid, pg_catalog.pg_constraint.conrelid IS NOT NULL AS has_constraint, pg_catalog.pg_index.indoption, pg_catalog.pg_class.reloptions, pg_catalog.pg_class.relam, CASE WHEN (pg_catalog.pg_index.indpred IS NOT NULL) THEN pg_catalog.pg_get_expr(pg_catalog.pg_index.indpred, pg_catalog.pg_index.indrelid) END AS filter_definition, pg_catalog.pg_index.indnkeyatts, pg_catalog.pg_index.indnullsnotdistinct, idx_cols.elements, idx_cols.elements_is_expr, idx_cols.elements_opclass 
FROM pg_catalog.pg_index JOIN pg_catalog.pg_class ON pg_catalog.pg_index.indexrelid = pg_catalog.pg_class.oid LEFT OUTER JOIN (SELECT idx_attr.indexrelid AS indexrelid, min(idx_attr.indrelid) AS min_1, array_agg(idx_attr.element ORDER BY idx_attr.ord) AS elements, array_agg(idx_attr.is_expr ORDER BY idx_attr.ord) AS elements_is_expr, array_agg(idx_attr.att_opclass ORDER BY idx_attr.ord) AS elements_opclass 
FROM (SELECT idx.indexrelid AS indexrelid, idx.indrelid AS indrelid, idx.ord AS ord, CASE WHEN (idx.attnum = $1::INTEGER) THEN pg_catalog.pg_get_indexdef(idx.indexrelid, idx.ord + $2::INTEGER, $3) ELSE CAST(pg_catalog.pg_attribute.attname AS TEXT) END AS element, idx.attnum = $4::INTEGER AS is_expr, CAST(idx.att_opclass AS BIGINT) AS att_opclass 
FROM (SELECT pg_catalog.pg_index.indexrelid AS indexrelid, pg_catalog.pg_index.indrelid AS indrelid, unnest(pg_catalog.pg_index.indkey) AS attnum, unnest(pg_catalog.pg_index.indclass) AS att_opclass, generate_subscripts(pg_catalog.pg_index.indkey, $5::INTEGER) AS ord 
FROM pg_catalog.pg_index 
WHERE NOT pg_catalog.pg_index.indisprimary AND pg_catalog.pg_index.indrelid IN ($6, $7, $8, $9, $10, $11, $12, $13)) AS idx LEFT OUTER JOIN pg_catalog.pg_attribute ON pg_catalog.pg_attribute.attnum = idx.attnum AND pg_catalog.pg_attribute.attrelid = idx.indrelid 
WHERE idx.indrelid IN ($6, $7, $8, $9, $10, $11, $12, $13)) AS idx_attr GROUP BY idx_attr.indexrelid) AS idx_cols ON pg_catalog.pg_index.indexrelid = idx_cols.indexrelid LEFT OUTER JOIN pg_catalog.pg_constraint ON pg_catalog.pg_index.indrelid = pg_catalog.pg_constraint.conrelid AND pg_catalog.pg_index.indexrelid = pg_catalog.pg_constraint.conindid AND pg_catalog.pg_constraint.contype = ANY (ARRAY[$14::VARCHAR, $15::VARCHAR, $16::VARCHAR]) 
WHERE pg_catalog.pg_index.indrelid IN ($6, $7, $8, $9, $10, $11, $12, $13) AND NOT pg_catalog.pg_index.indisprimary ORDER BY pg_catalog.pg_index.indrelid, pg_catalog.pg_class.relname
;
SELECT pg_catalog.pg_class.relname, pg_catalog.pg_description.description 
FROM pg_catalog.pg_class LEFT OUTER JOIN pg_catalog.pg_description ON pg_catalog.pg_class.oid = pg_catalog.pg_description.objoid AND pg_catalog.pg_description.objsubid = $1::INTEGER AND pg_catalog.pg_description.classoid = CAST($2 AS REGCLASS) JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$3::VARCHAR, $4::VARCHAR, $5::VARCHAR]) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $6::VARCHAR AND pg_catalog.pg_class.relname IN ($7::VARCHAR, $8::VARCHAR, $9::VARCHAR, $10::VARCHAR, $11::VARCHAR, $12::VARCHAR, $13::VARCHAR, $14::VARCHAR)
;
SELECT pg_catalog.pg_class.relname, pg_catalog.pg_constraint.conname, CASE WHEN (pg_catalog.pg_constraint.oid IS NOT NULL) THEN pg_catalog.pg_get_constraintdef(pg_catalog.pg_constraint.oid, $1) END AS anon_1, pg_catalog.pg_description.description 
FROM pg_catalog.pg_class LEFT OUTER JOIN pg_catalog.pg_constraint ON pg_catalog.pg_class.oid = pg_catalog.pg_constraint.conrelid AND pg_catalog.pg_constraint.contype = $2::VARCHAR LEFT OUTER JOIN pg_catalog.pg_description ON pg_catalog.pg_description.objoid = pg_catalog.pg_constraint.oid AND pg_catalog.pg_description.classoid = CAST($3 AS REGCLASS) JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$4::VARCHAR, $5::VARCHAR, $6::VARCHAR]) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $7::VARCHAR AND pg_catalog.pg_class.relname IN ($8::VARCHAR, $9::VARCHAR, $10::VARCHAR, $11::VARCHAR, $12::VARCHAR, $13::VARCHAR, $14::VARCHAR, $15::VARCHAR) ORDER BY pg_catalog.pg_class.relname, pg_catalog.pg_constraint.conname
;
SELECT pg_catalog.pg_class.oid, pg_catalog.pg_class.relname, pg_catalog.pg_class.reloptions, NULL AS relhasoids, CASE WHEN (pg_catalog.pg_am.amname IS NOT NULL AND pg_catalog.pg_am.amname != current_setting($1::VARCHAR)) THEN pg_catalog.pg_am.amname ELSE NULL END AS access_method_name, pg_catalog.pg_tablespace.spcname AS tablespace_name, inherits.parent_table_names 
FROM pg_catalog.pg_class LEFT OUTER JOIN pg_catalog.pg_am ON pg_catalog.pg_class.relam = pg_catalog.pg_am.oid LEFT OUTER JOIN (SELECT pg_catalog.pg_inherits.inhrelid AS inhrelid, array_agg(pg_catalog.pg_class.relname ORDER BY pg_catalog.pg_inherits.inhseqno) AS parent_table_names 
FROM pg_catalog.pg_inherits JOIN pg_catalog.pg_class ON pg_catalog.pg_inherits.inhparent = pg_catalog.pg_class.oid GROUP BY pg_catalog.pg_inherits.inhrelid) AS inherits ON pg_catalog.pg_class.oid = inherits.inhrelid LEFT OUTER JOIN pg_catalog.pg_tablespace ON pg_catalog.pg_tablespace.oid = pg_catalog.pg_class.reltablespace JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$2::VARCHAR, $3::VARCHAR, $4::VARCHAR]) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $5::VARCHAR AND pg_catalog.pg_class.relname IN ($6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::VARCHAR, $10::VARCHAR, $11::VARCHAR, $12::VARCHAR, $13::VARCHAR)
;
SELECT pg_catalog.pg_attribute.attname AS name, pg_catalog.format_type(pg_catalog.pg_attribute.atttypid, pg_catalog.pg_attribute.atttypmod) AS format_type, CASE WHEN pg_catalog.pg_attribute.atthasdef THEN (SELECT pg_catalog.pg_get_expr(pg_catalog.pg_attrdef.adbin, pg_catalog.pg_attrdef.adrelid) AS pg_get_expr_1 
FROM pg_catalog.pg_attrdef 
WHERE pg_catalog.pg_attribute.atthasdef AND pg_catalog.pg_attrdef.adrelid = pg_catalog.pg_attribute.attrelid AND pg_catalog.pg_attrdef.adnum = pg_catalog.pg_attribute.attnum) ELSE NULL END AS "default", pg_catalog.pg_attribute.attnotnull AS not_null, pg_catalog.pg_class.relname AS table_name, pg_catalog.pg_description.description AS comment, pg_catalog.pg_attribute.attgenerated AS generated, CASE WHEN (pg_catalog.pg_attribute.attidentity != $1::VARCHAR) THEN (SELECT json_build_object($2::VARCHAR, pg_catalog.pg_attribute.attidentity = $3::VARCHAR, $4::VARCHAR, pg_catalog.pg_sequence.seqstart, $5::VARCHAR, pg_catalog.pg_sequence.seqincrement, $6::VARCHAR, pg_catalog.pg_sequence.seqmin, $7::VARCHAR, pg_catalog.pg_sequence.seqmax, $8::VARCHAR, pg_catalog.pg_sequence.seqcache, $9::VARCHAR, pg_catalog.pg_sequence.seqcycle) AS json_build_object_1 
FROM pg_catalog.pg_sequence 
WHERE pg_catalog.pg_attribute.attidentity != $10::VARCHAR AND pg_catalog.pg_sequence.seqrelid = CAST(CAST(pg_catalog.pg_get_serial_sequence(CAST(CAST(pg_catalog.pg_attribute.attrelid AS REGCLASS) AS TEXT), pg_catalog.pg_attribute.attname) AS REGCLASS) AS OID)) ELSE NULL END AS identity_options, CASE WHEN (pg_catalog.pg_attribute.attcollation != $11::INTEGER AND (SELECT pg_catalog.pg_type.typcollation 
FROM pg_catalog.pg_type 
WHERE pg_catalog.pg_type.oid = pg_catalog.pg_attribute.atttypid) != pg_catalog.pg_attribute.attcollation) THEN (SELECT json_build_object($12::VARCHAR, pg_catalog.pg_collation.collname, $13::VARCHAR, CASE WHEN pg_catalog.pg_collation_is_visible(pg_catalog.pg_collation.oid) THEN NULL ELSE pg_catalog.pg_namespace.nspname END) AS json_build_object_9 
FROM pg_catalog.pg_collation JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_collation.collnamespace 
WHERE pg_catalog.pg_collation.oid = pg_catalog.pg_attribute.attcollation) ELSE NULL END AS collation 
FROM pg_catalog.pg_class LEFT OUTER JOIN pg_catalog.pg_attribute ON pg_catalog.pg_class.oid = pg_catalog.pg_attribute.attrelid AND pg_catalog.pg_attribute.attnum > $14::SMALLINT AND NOT pg_catalog.pg_attribute.attisdropped LEFT OUTER JOIN pg_catalog.pg_description ON pg_catalog.pg_description.objoid = pg_catalog.pg_attribute.attrelid AND pg_catalog.pg_description.objsubid = pg_catalog.pg_attribute.attnum JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY[$15::VARCHAR, $16::VARCHAR, $17::VARCHAR]) AND pg_catalog.pg_class.relpersistence != $18::VARCHAR AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $19::VARCHAR ORDER BY pg_catalog.pg_class.relname, pg_catalog.pg_attribute.attnum
;
SELECT pg_catalog.pg_class.relname 
FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace 
WHERE pg_catalog.pg_class.relname IN ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR) AND pg_catalog.pg_class.relkind = ANY (ARRAY[$6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::VARCHAR, $10::VARCHAR]) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != $11::VARCHAR
;
SELECT pg_catalog.pg_type.typname 
FROM pg_catalog.pg_type JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_type.typnamespace 
WHERE pg_catalog.pg_type.typname = $1::VARCHAR AND pg_catalog.pg_type_is_visible(pg_catalog.pg_type.oid) AND pg_catalog.pg_namespace.nspname != $2::VARCHAR
;
COMMIT
;
INSERT INTO accounts (tenant_id, name, industry, city, tags, profile) VALUES ($1::UUID, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::TEXT[], $6::JSONB) RETURNING accounts.id, accounts.created_at
;
SELECT contacts.account_id, contacts.name, contacts.email, contacts.created_at, contacts.id, contacts.tenant_id 
FROM contacts 
WHERE $1::INTEGER = contacts.account_id ORDER BY contacts.name
;
INSERT INTO accounts (tenant_id, name, industry, city, tags, profile) SELECT p0::UUID, p1::VARCHAR, p2::VARCHAR, p3::VARCHAR, p4::TEXT[], p5::JSONB FROM (VALUES ($1::UUID, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::TEXT[], $6::JSONB, 0), ($7::UUID, $8::VARCHAR, $9::VARCHAR, $10::VARCHAR, $11::TEXT[], $12::JSONB, 1), ($13::UUID, $14::VARCHAR, $15::VARCHAR, $16::VARCHAR, $17::TEXT[], $18::JSONB, 2), ($19::UUID, $20::VARCHAR, $21::VARCHAR, $22::VARCHAR, $23::TEXT[], $24::JSONB, 3), ($25::UUID, $26::VARCHAR, $27::VARCHAR, $28::VARCHAR, $29::TEXT[], $30::JSONB, 4), ($31::UUID, $32::VARCHAR, $33::VARCHAR, $34::VARCHAR, $35::TEXT[], $36::JSONB, 5), ($37::UUID, $38::VARCHAR, $39::VARCHAR, $40::VARCHAR, $41::TEXT[], $42::JSONB, 6), ($43::UUID, $44::VARCHAR, $45::VARCHAR, $46::VARCHAR, $47::TEXT[], $48::JSONB, 7), ($49::UUID, $50::VARCHAR, $51::VARCHAR, $52::VARCHAR, $53::TEXT[], $54::JSONB, 8), ($55::UUID, $56::VARCHAR, $57::VARCHAR, $58::VARCHAR, $59::TEXT[], $60::JSONB, 9), ($61::UUID, $62::VARCHAR, $63::VARCHAR, $64::VARCHAR, $65::TEXT[], $66::JSONB, 10), ($67::UUID, $68::VARCHAR, $69::VARCHAR, $70::VARCHAR, $71::TEXT[], $72::JSONB, 11), ($73::UUID, $74::VARCHAR, $75::VARCHAR, $76::VARCHAR, $77::TEXT[], $78::JSONB, 12), ($79::UUID, $80::VARCHAR, $81::VARCHAR, $82::VARCHAR, $83::TEXT[], $84::JSONB, 13), ($85::UUID, $86::VARCHAR, $87::VARCHAR, $88::VARCHAR, $89::TEXT[], $90::JSONB, 14), ($91::UUID, $92::VARCHAR, $93::VARCHAR, $94::VARCHAR, $95::TEXT[], $96::JSONB, 15), ($97::UUID, $98::VARCHAR, $99::VARCHAR, $100::VARCHAR, $101::TEXT[], $102::JSONB, 16), ($103::UUID, $104::VARCHAR, $105::VARCHAR, $106::VARCHAR, $107::TEXT[], $108::JSONB, 17), ($109::UUID, $110::VARCHAR, $111::VARCHAR, $112::VARCHAR, $113::TEXT[], $114::JSONB, 18), ($115::UUID, $116::VARCHAR, $117::VARCHAR, $118::VARCHAR, $119::TEXT[], $120::JSONB, 19)) AS imp_sen(p0, p1, p2, p3, p4, p5, sen_counter) ORDER BY sen_counter RETURNING accounts.id, accounts.created_at, accounts.id AS id__1
;
INSERT INTO contacts (account_id, name, email) SELECT p0::INTEGER, p1::VARCHAR, p2::VARCHAR FROM (VALUES ($1::INTEGER, $2::VARCHAR, $3::VARCHAR, 0), ($4::INTEGER, $5::VARCHAR, $6::VARCHAR, 1), ($7::INTEGER, $8::VARCHAR, $9::VARCHAR, 2)) AS imp_sen(p0, p1, p2, sen_counter) ORDER BY sen_counter RETURNING contacts.created_at, contacts.id, contacts.tenant_id, contacts.id AS id__1
;
INSERT INTO deals (account_id, title, amount, currency, closes_on, version) SELECT p0::INTEGER, p1::VARCHAR, p2::NUMERIC(12, 2), p3::VARCHAR, p4::DATE, p5::INTEGER FROM (VALUES ($1::INTEGER, $2::VARCHAR, $3, $4::VARCHAR, $5::DATE, $6::INTEGER, 0), ($7::INTEGER, $8::VARCHAR, $9, $10::VARCHAR, $11::DATE, $12::INTEGER, 1), ($13::INTEGER, $14::VARCHAR, $15, $16::VARCHAR, $17::DATE, $18::INTEGER, 2), ($19::INTEGER, $20::VARCHAR, $21, $22::VARCHAR, $23::DATE, $24::INTEGER, 3), ($25::INTEGER, $26::VARCHAR, $27, $28::VARCHAR, $29::DATE, $30::INTEGER, 4), ($31::INTEGER, $32::VARCHAR, $33, $34::VARCHAR, $35::DATE, $36::INTEGER, 5), ($37::INTEGER, $38::VARCHAR, $39, $40::VARCHAR, $41::DATE, $42::INTEGER, 6), ($43::INTEGER, $44::VARCHAR, $45, $46::VARCHAR, $47::DATE, $48::INTEGER, 7), ($49::INTEGER, $50::VARCHAR, $51, $52::VARCHAR, $53::DATE, $54::INTEGER, 8), ($55::INTEGER, $56::VARCHAR, $57, $58::VARCHAR, $59::DATE, $60::INTEGER, 9)) AS imp_sen(p0, p1, p2, p3, p4, p5, sen_counter) ORDER BY sen_counter RETURNING deals.stage, deals.id, deals.tenant_id, deals.id AS id__1
;
INSERT INTO deals (account_id, title, amount, closes_on, version) VALUES ($1::INTEGER, $2::VARCHAR, $3, $4::DATE, $5::INTEGER) RETURNING deals.stage, deals.currency, deals.id, deals.tenant_id
;
SELECT accounts.id, accounts.tenant_id, accounts.name, accounts.industry, accounts.city, accounts.tags, accounts.profile, accounts.created_at 
FROM accounts 
WHERE accounts.id = $1::INTEGER
;
SELECT deals.account_id, deals.title, deals.stage, deals.amount, deals.currency, deals.closes_on, deals.version, deals.id, deals.tenant_id 
FROM deals 
WHERE $1::INTEGER = deals.account_id
;
INSERT INTO activities (account_id, kind, summary, occurred_at) VALUES ($1::INTEGER, $2, $3::VARCHAR, $4::TIMESTAMP WITH TIME ZONE)
;
INSERT INTO contacts (account_id, name, email) SELECT p0::INTEGER, p1::VARCHAR, p2::VARCHAR FROM (VALUES ($1::INTEGER, $2::VARCHAR, $3::VARCHAR, 0), ($4::INTEGER, $5::VARCHAR, $6::VARCHAR, 1), ($7::INTEGER, $8::VARCHAR, $9::VARCHAR, 2), ($10::INTEGER, $11::VARCHAR, $12::VARCHAR, 3)) AS imp_sen(p0, p1, p2, sen_counter) ORDER BY sen_counter RETURNING contacts.account_id, contacts.name, contacts.email, contacts.created_at, contacts.id, contacts.tenant_id, contacts.id AS id__1
;
INSERT INTO contacts (account_id, name, email) VALUES ($1::INTEGER, $2::VARCHAR, $3::VARCHAR) ON CONFLICT ON CONSTRAINT contacts_email_key DO UPDATE SET name = excluded.name WHERE contacts.name != $4::VARCHAR RETURNING contacts.name
;
INSERT INTO contacts (account_id, name, email) VALUES ($1::INTEGER, $2::VARCHAR, $3::VARCHAR) ON CONFLICT (tenant_id, email) DO NOTHING RETURNING contacts.id
;
INSERT INTO activities (account_id, kind, summary, occurred_at) SELECT contacts.account_id, 'email'::activity_kind, contacts.name, CAST($1::TIMESTAMP WITH TIME ZONE AS TIMESTAMP WITH TIME ZONE) AS anon_1 
FROM contacts 
WHERE contacts.name LIKE $2::VARCHAR
;
INSERT INTO contacts (account_id, name, email) VALUES ($1::INTEGER, $2::VARCHAR, $3::VARCHAR) RETURNING contacts.id
;
SELECT count(*) AS count_1 
FROM accounts
;
SELECT count(accounts.id) AS count_1 
FROM accounts 
WHERE accounts.tenant_id = $1::UUID
;
SELECT accounts.id, accounts.tenant_id, accounts.name, accounts.industry, accounts.city, accounts.tags, accounts.profile, accounts.created_at 
FROM accounts 
WHERE accounts.name = $1::VARCHAR ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE accounts.name ILIKE $1::VARCHAR ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE (accounts.name ILIKE '%' || $1::VARCHAR || '%') ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE accounts.name ~ $1::VARCHAR ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE (accounts.name LIKE $1::VARCHAR || '%' ESCAPE '/') ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE accounts.city = $1::VARCHAR OR accounts.city IS NULL ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE accounts.city IN ($1::VARCHAR, $2::VARCHAR) AND (accounts.id NOT IN ($3::INTEGER)) ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE accounts.tags @> $1::TEXT[] ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE accounts.tags && $1::TEXT[] ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE $1::VARCHAR = ANY (accounts.tags) ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE accounts.tags[$1::INTEGER] = $2::VARCHAR ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE CAST((accounts.profile[$1::TEXT] ->> $2::TEXT) AS INTEGER) > $3::INTEGER ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE accounts.profile @> $1::JSONB ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE accounts.profile ? $1::VARCHAR ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE (accounts.profile #>> $1) = $2::VARCHAR ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE jsonb_path_exists(accounts.profile, CAST($1 AS JSONPATH)) ORDER BY accounts.name
;
SELECT accounts.id, accounts.tenant_id, accounts.name, accounts.industry, accounts.city, accounts.tags, accounts.profile, accounts.created_at 
FROM accounts ORDER BY accounts.name 
 LIMIT $1::INTEGER OFFSET $2::INTEGER
;
SELECT accounts.name 
FROM accounts 
WHERE (accounts.name, accounts.id) > ($1::VARCHAR, $2::INTEGER) ORDER BY accounts.name 
 LIMIT $3::INTEGER
;
SELECT accounts.id, accounts.tenant_id, accounts.name, accounts.industry, accounts.city, accounts.tags, accounts.profile, accounts.created_at, contacts_1.account_id, contacts_1.name AS name_1, contacts_1.email, contacts_1.created_at AS created_at_1, contacts_1.id AS id_1, contacts_1.tenant_id AS tenant_id_1, deals_1.account_id AS account_id_1, deals_1.title, deals_1.stage, deals_1.amount, deals_1.currency, deals_1.closes_on, deals_1.version, deals_1.id AS id_2, deals_1.tenant_id AS tenant_id_2 
FROM accounts LEFT OUTER JOIN contacts AS contacts_1 ON accounts.id = contacts_1.account_id LEFT OUTER JOIN deals AS deals_1 ON accounts.id = deals_1.account_id 
WHERE accounts.city = $1::VARCHAR ORDER BY accounts.name, contacts_1.name
;
SELECT accounts.id, accounts.tenant_id, accounts.name, accounts.industry, accounts.city, accounts.tags, accounts.profile, accounts.created_at 
FROM accounts 
WHERE accounts.city = $1::VARCHAR ORDER BY accounts.name
;
SELECT deals.account_id, deals.title, deals.stage, deals.amount, deals.currency, deals.closes_on, deals.version, deals.id, deals.tenant_id 
FROM deals 
WHERE deals.account_id IN ($1::INTEGER)
;
SELECT contacts.account_id, contacts.name, contacts.email, contacts.created_at, contacts.id, contacts.tenant_id 
FROM contacts 
WHERE contacts.account_id IN ($1::INTEGER) ORDER BY contacts.name
;
SELECT deals.account_id AS deals_account_id, deals.title AS deals_title, deals.stage AS deals_stage, deals.amount AS deals_amount, deals.currency AS deals_currency, deals.closes_on AS deals_closes_on, deals.version AS deals_version, deals.id AS deals_id, deals.tenant_id AS deals_tenant_id, anon_1.accounts_id AS anon_1_accounts_id 
FROM (SELECT accounts.id AS accounts_id 
FROM accounts 
WHERE accounts.city = $1::VARCHAR) AS anon_1 JOIN deals ON anon_1.accounts_id = deals.account_id
;
SELECT contacts.account_id AS contacts_account_id, contacts.name AS contacts_name, contacts.email AS contacts_email, contacts.created_at AS contacts_created_at, contacts.id AS contacts_id, contacts.tenant_id AS contacts_tenant_id, anon_1.accounts_id AS anon_1_accounts_id 
FROM (SELECT accounts.id AS accounts_id 
FROM accounts 
WHERE accounts.city = $1::VARCHAR) AS anon_1 JOIN contacts ON anon_1.accounts_id = contacts.account_id ORDER BY contacts.name
;
SELECT accounts.id, accounts.tenant_id, accounts.name, accounts.industry, accounts.city, accounts.tags, accounts.profile, accounts.created_at, deals.account_id, deals.title, deals.stage, deals.amount, deals.currency, deals.closes_on, deals.version, deals.id AS id_1, deals.tenant_id AS tenant_id_1 
FROM deals JOIN accounts ON accounts.id = deals.account_id 
WHERE accounts.city = $1::VARCHAR AND deals.amount BETWEEN $2::INTEGER AND $3::INTEGER ORDER BY deals.title
;
SELECT accounts.name, accounts_1.name AS name_1 
FROM accounts LEFT OUTER JOIN accounts AS accounts_1 ON accounts_1.city = accounts.city AND accounts_1.id > accounts.id 
WHERE accounts.industry != $1::VARCHAR ORDER BY accounts.name
;
SELECT accounts.name 
FROM accounts 
WHERE EXISTS (SELECT * 
FROM deals 
WHERE deals.account_id = accounts.id AND deals.amount > $1::INTEGER) ORDER BY accounts.name
;
WITH anon_1 AS 
(SELECT deals.account_id AS account_id, max(deals.amount) AS top 
FROM deals GROUP BY deals.account_id)
 SELECT accounts.name, anon_1.top 
FROM accounts JOIN anon_1 ON anon_1.account_id = accounts.id ORDER BY anon_1.top DESC 
 LIMIT $1::INTEGER
;
SELECT accounts.name, anon_1.title 
FROM accounts JOIN LATERAL (SELECT deals.title AS title 
FROM deals 
WHERE deals.account_id = accounts.id ORDER BY deals.title 
 LIMIT $1::INTEGER) AS anon_1 ON true ORDER BY accounts.name 
 LIMIT $2::INTEGER
;
SELECT accounts.city 
FROM accounts 
WHERE accounts.industry = $1::VARCHAR UNION ALL SELECT contacts.name 
FROM contacts 
WHERE contacts.name = $2::VARCHAR
;
DECLARE "c_7f5c98bbe050_1" CURSOR FOR SELECT accounts.name 
FROM accounts ORDER BY accounts.name
;
FETCH FORWARD 1 FROM "c_7f5c98bbe050_1"
;
CLOSE "c_7f5c98bbe050_1"
;
SELECT sum(deals.amount) AS sum_1, avg(deals.amount) AS avg_1, count(*) AS count_1 
FROM deals
;
SELECT accounts.city, count(*) AS n 
FROM accounts GROUP BY accounts.city 
HAVING count(*) > $1::INTEGER ORDER BY n
;
SELECT date_trunc($1::VARCHAR, deals.closes_on) AS month, sum(deals.amount) AS sum_1 
FROM deals 
WHERE deals.closes_on IS NOT NULL GROUP BY date_trunc($1::VARCHAR, deals.closes_on) ORDER BY month
;
SELECT deals.title, row_number() OVER (PARTITION BY deals.currency ORDER BY deals.amount DESC) AS anon_1 
FROM deals ORDER BY deals.title
;
SELECT array_agg(DISTINCT contacts.name) AS array_agg_1, string_agg(contacts.email, $1::VARCHAR) AS string_agg_1, count(*) FILTER (WHERE contacts.name LIKE $2::VARCHAR) AS anon_1, jsonb_object_agg(contacts.name, contacts.email) AS jsonb_object_agg_1 
FROM contacts 
WHERE contacts.name = $3::VARCHAR
;
SELECT CASE WHEN (CAST((accounts.profile[$1::TEXT] ->> $2::TEXT) AS INTEGER) >= $3::INTEGER) THEN $4::VARCHAR ELSE $5::VARCHAR END AS anon_1, count(*) AS count_1 
FROM accounts GROUP BY CASE WHEN (CAST((accounts.profile[$1::TEXT] ->> $2::TEXT) AS INTEGER) >= $3::INTEGER) THEN $4::VARCHAR ELSE $5::VARCHAR END ORDER BY CASE WHEN (CAST((accounts.profile[$1::TEXT] ->> $2::TEXT) AS INTEGER) >= $3::INTEGER) THEN $4::VARCHAR ELSE $5::VARCHAR END
;
SELECT percentile_cont($1) WITHIN GROUP (ORDER BY deals.amount) AS percentile_cont_1 
FROM deals
;
SELECT deals.currency, deals.stage, sum(deals.amount) AS sum_1 
FROM deals GROUP BY ROLLUP(deals.currency, deals.stage) ORDER BY deals.currency, deals.stage
;
SELECT deals.title, deals.closes_on + $1::INTEGER AS anon_1, deals.closes_on + $2 AS anon_2, EXTRACT(year FROM deals.closes_on) AS anon_3, age(deals.closes_on, deals.closes_on) AS age_1 
FROM deals 
WHERE deals.closes_on IS NOT NULL ORDER BY deals.title 
 LIMIT $3::INTEGER
;
SELECT count(*) AS count_1 
FROM activities 
WHERE activities.occurred_at < now() - make_interval($1::INTEGER, $2::INTEGER, $3::INTEGER, $4::INTEGER) AND timezone($5::VARCHAR, activities.occurred_at) > $6::TIMESTAMP WITHOUT TIME ZONE
;
SELECT deals.account_id, deals.title, deals.stage, deals.amount, deals.currency, deals.closes_on, deals.version, deals.id, deals.tenant_id 
FROM deals 
WHERE deals.title = $1::VARCHAR FOR UPDATE
;
UPDATE deals SET amount=$1, version=$2::INTEGER WHERE deals.id = $3::INTEGER AND deals.version = $4::INTEGER
;
SELECT deals.account_id, deals.title, deals.stage, deals.amount, deals.currency, deals.closes_on, deals.version, deals.id, deals.tenant_id 
FROM deals FOR UPDATE OF deals SKIP LOCKED
;
SELECT deals.account_id, deals.title, deals.stage, deals.amount, deals.currency, deals.closes_on, deals.version, deals.id, deals.tenant_id 
FROM deals FOR NO KEY UPDATE NOWAIT
;
SELECT deals.account_id, deals.title, deals.stage, deals.amount, deals.currency, deals.closes_on, deals.version, deals.id, deals.tenant_id 
FROM deals FOR SHARE
;
UPDATE deals SET stage=$1::VARCHAR WHERE deals.currency = $2::VARCHAR
;
UPDATE accounts SET city=CASE WHEN (accounts.name LIKE '%' || $1::VARCHAR) THEN $2::VARCHAR ELSE accounts.city END, profile=(accounts.profile || $3::JSONB) WHERE accounts.tags @> $4::TEXT[] RETURNING accounts.city
;
UPDATE deals SET stage=$1::VARCHAR, version=$2::INTEGER WHERE deals.id = $3::INTEGER AND deals.version = $4::INTEGER
;
SELECT contacts.account_id, contacts.name, contacts.email, contacts.created_at, contacts.id, contacts.tenant_id 
FROM contacts 
WHERE contacts.name LIKE $1::VARCHAR
;
UPDATE contacts SET name=$1::VARCHAR WHERE contacts.id = $2::INTEGER
;
SAVEPOINT sa_savepoint_1
;
ROLLBACK TO SAVEPOINT sa_savepoint_1
;
DEALLOCATE ALL
;
RELEASE SAVEPOINT sa_savepoint_2
;
DELETE FROM accounts
;
SELECT count(accounts.id) AS count_1 
FROM accounts
;
DELETE FROM accounts WHERE accounts.name = $1::VARCHAR RETURNING accounts.name
;
SELECT accounts.id, accounts.tenant_id, accounts.name, accounts.industry, accounts.city, accounts.tags, accounts.profile, accounts.created_at 
FROM accounts 
WHERE accounts.city = $1::VARCHAR
;
DELETE FROM contacts WHERE contacts.id = $1::INTEGER
;
DELETE FROM accounts WHERE accounts.id = $1::INTEGER
;
SELECT count(contacts.id) AS count_1 
FROM contacts
;
SELECT name FROM accounts WHERE city = $1 ORDER BY name LIMIT 2
;
SELECT count(*) FROM accounts WHERE tags && ARRAY['bulk']
;
EXPLAIN SELECT * FROM accounts
;
BEGIN ISOLATION LEVEL REPEATABLE READ
;
