-- Hibernate 3.6.10, JDBC 42.5.5; PostgreSQL 15
SET extra_float_digits = 3
;
SET application_name = 'crm'
;
BEGIN
;
select relname from pg_class where relkind='S'
;
SELECT NULL AS TABLE_CAT, n.nspname AS TABLE_SCHEM, c.relname AS TABLE_NAME,  CASE n.nspname ~ '^pg_' OR n.nspname = 'information_schema'  WHEN true THEN CASE  WHEN n.nspname = 'pg_catalog' OR n.nspname = 'information_schema' THEN CASE c.relkind   WHEN 'r' THEN 'SYSTEM TABLE'   WHEN 'v' THEN 'SYSTEM VIEW'   WHEN 'i' THEN 'SYSTEM INDEX'   ELSE NULL   END  WHEN n.nspname = 'pg_toast' THEN CASE c.relkind   WHEN 'r' THEN 'SYSTEM TOAST TABLE'   WHEN 'i' THEN 'SYSTEM TOAST INDEX'   ELSE NULL   END  ELSE CASE c.relkind   WHEN 'r' THEN 'TEMPORARY TABLE'   WHEN 'p' THEN 'TEMPORARY TABLE'   WHEN 'i' THEN 'TEMPORARY INDEX'   WHEN 'S' THEN 'TEMPORARY SEQUENCE'   WHEN 'v' THEN 'TEMPORARY VIEW'   ELSE NULL   END  END  WHEN false THEN CASE c.relkind  WHEN 'r' THEN 'TABLE'  WHEN 'p' THEN 'PARTITIONED TABLE'  WHEN 'i' THEN 'INDEX'  WHEN 'P' then 'PARTITIONED INDEX'  WHEN 'S' THEN 'SEQUENCE'  WHEN 'v' THEN 'VIEW'  WHEN 'c' THEN 'TYPE'  WHEN 'f' THEN 'FOREIGN TABLE'  WHEN 'm' THEN 'MATERIALIZED VIEW'  ELSE NULL  END  ELSE NULL  END  AS TABLE_TYPE, d.description AS REMARKS,  '' as TYPE_CAT, '' as TYPE_SCHEM, '' as TYPE_NAME, '' AS SELF_REFERENCING_COL_NAME, '' AS REF_GENERATION  FROM pg_catalog.pg_namespace n, pg_catalog.pg_class c  LEFT JOIN pg_catalog.pg_description d ON (c.oid = d.objoid AND d.objsubid = 0  and d.classoid = 'pg_class'::regclass)  WHERE c.relnamespace = n.oid  AND c.relname LIKE 'accounts' AND (false  OR ( c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' )  OR ( c.relkind = 'v' AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' ) )  ORDER BY TABLE_TYPE,TABLE_SCHEM,TABLE_NAME 
;
SELECT * FROM (SELECT n.nspname,c.relname,a.attname,a.atttypid,a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) AS attnotnull,a.atttypmod,a.attlen,t.typtypmod,row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS attnum, nullif(a.attidentity, '') as attidentity,nullif(a.attgenerated, '') as attgenerated,pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS adsrc,dsc.description,t.typbasetype,t.typtype  FROM pg_catalog.pg_namespace n  JOIN pg_catalog.pg_class c ON (c.relnamespace = n.oid)  JOIN pg_catalog.pg_attribute a ON (a.attrelid=c.oid)  JOIN pg_catalog.pg_type t ON (a.atttypid = t.oid)  LEFT JOIN pg_catalog.pg_attrdef def ON (a.attrelid=def.adrelid AND a.attnum = def.adnum)  LEFT JOIN pg_catalog.pg_description dsc ON (c.oid=dsc.objoid AND a.attnum = dsc.objsubid)  LEFT JOIN pg_catalog.pg_class dc ON (dc.oid=dsc.classoid AND dc.relname='pg_class')  LEFT JOIN pg_catalog.pg_namespace dn ON (dc.relnamespace=dn.oid AND dn.nspname='pg_catalog')  WHERE c.relkind in ('r','p','v','f','m') and a.attnum > 0 AND NOT a.attisdropped  AND n.nspname LIKE 'public' AND c.relname LIKE 'accounts') c WHERE true  AND attname LIKE '%' ORDER BY nspname,c.relname,attnum 
;
SELECT typinput='pg_catalog.array_in'::regproc as is_array, typtype, typname, pg_type.oid   FROM pg_catalog.pg_type   LEFT JOIN (select ns.oid as nspoid, ns.nspname, r.r           from pg_namespace as ns           join ( select s.r, (current_schemas(false))[s.r] as nspname                    from generate_series(1, array_upper(current_schemas(false), 1)) as s(r) ) as r          using ( nspname )        ) as sp     ON sp.nspoid = typnamespace  WHERE pg_type.oid = $1  ORDER BY sp.r, pg_type.oid DESC
;
SELECT n.nspname = ANY(current_schemas(true)), n.nspname, t.typname FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON t.typnamespace = n.oid WHERE t.oid = $1
;
select current_schema()
;
SHOW TRANSACTION ISOLATION LEVEL
;
SELECT nspname AS TABLE_SCHEM, NULL AS TABLE_CATALOG FROM pg_catalog.pg_namespace  WHERE nspname <> 'pg_toast' AND (nspname !~ '^pg_temp_'  OR nspname = (pg_catalog.current_schemas(true))[1]) AND (nspname !~ '^pg_toast_temp_'  OR nspname = replace((pg_catalog.current_schemas(true))[1], 'pg_temp_', 'pg_toast_temp_'))  ORDER BY TABLE_SCHEM
;
SELECT NULL AS TABLE_CAT, n.nspname AS TABLE_SCHEM, c.relname AS TABLE_NAME,  CASE n.nspname ~ '^pg_' OR n.nspname = 'information_schema'  WHEN true THEN CASE  WHEN n.nspname = 'pg_catalog' OR n.nspname = 'information_schema' THEN CASE c.relkind   WHEN 'r' THEN 'SYSTEM TABLE'   WHEN 'v' THEN 'SYSTEM VIEW'   WHEN 'i' THEN 'SYSTEM INDEX'   ELSE NULL   END  WHEN n.nspname = 'pg_toast' THEN CASE c.relkind   WHEN 'r' THEN 'SYSTEM TOAST TABLE'   WHEN 'i' THEN 'SYSTEM TOAST INDEX'   ELSE NULL   END  ELSE CASE c.relkind   WHEN 'r' THEN 'TEMPORARY TABLE'   WHEN 'p' THEN 'TEMPORARY TABLE'   WHEN 'i' THEN 'TEMPORARY INDEX'   WHEN 'S' THEN 'TEMPORARY SEQUENCE'   WHEN 'v' THEN 'TEMPORARY VIEW'   ELSE NULL   END  END  WHEN false THEN CASE c.relkind  WHEN 'r' THEN 'TABLE'  WHEN 'p' THEN 'PARTITIONED TABLE'  WHEN 'i' THEN 'INDEX'  WHEN 'P' then 'PARTITIONED INDEX'  WHEN 'S' THEN 'SEQUENCE'  WHEN 'v' THEN 'VIEW'  WHEN 'c' THEN 'TYPE'  WHEN 'f' THEN 'FOREIGN TABLE'  WHEN 'm' THEN 'MATERIALIZED VIEW'  ELSE NULL  END  ELSE NULL  END  AS TABLE_TYPE, d.description AS REMARKS,  '' as TYPE_CAT, '' as TYPE_SCHEM, '' as TYPE_NAME, '' AS SELF_REFERENCING_COL_NAME, '' AS REF_GENERATION  FROM pg_catalog.pg_namespace n, pg_catalog.pg_class c  LEFT JOIN pg_catalog.pg_description d ON (c.oid = d.objoid AND d.objsubid = 0  and d.classoid = 'pg_class'::regclass)  WHERE c.relnamespace = n.oid  AND n.nspname LIKE 'public' AND c.relname LIKE '%' AND (false  OR ( c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' )  OR ( c.relkind = 'v' AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' ) )  ORDER BY TABLE_TYPE,TABLE_SCHEM,TABLE_NAME 
;
SELECT        result.TABLE_CAT,        result.TABLE_SCHEM,        result.TABLE_NAME,        result.COLUMN_NAME,        result.KEY_SEQ,        result.PK_NAME FROM      (SELECT NULL AS TABLE_CAT, n.nspname AS TABLE_SCHEM,   ct.relname AS TABLE_NAME, a.attname AS COLUMN_NAME,   (information_schema._pg_expandarray(i.indkey)).n AS KEY_SEQ, ci.relname AS PK_NAME,   information_schema._pg_expandarray(i.indkey) AS KEYS, a.attnum AS A_ATTNUM FROM pg_catalog.pg_class ct   JOIN pg_catalog.pg_attribute a ON (ct.oid = a.attrelid)   JOIN pg_catalog.pg_namespace n ON (ct.relnamespace = n.oid)   JOIN pg_catalog.pg_index i ON ( a.attrelid = i.indrelid)   JOIN pg_catalog.pg_class ci ON (ci.oid = i.indexrelid) WHERE true  AND n.nspname = 'public' AND ct.relname = 'accounts' AND i.indisprimary  ) result where  result.A_ATTNUM = (result.KEYS).x  ORDER BY result.table_name, result.pk_name, result.key_seq
;
SELECT setting FROM pg_catalog.pg_settings WHERE name='max_index_keys'
;
SELECT NULL::text AS PKTABLE_CAT, pkn.nspname AS PKTABLE_SCHEM, pkc.relname AS PKTABLE_NAME, pka.attname AS PKCOLUMN_NAME, NULL::text AS FKTABLE_CAT, fkn.nspname AS FKTABLE_SCHEM, fkc.relname AS FKTABLE_NAME, fka.attname AS FKCOLUMN_NAME, pos.n AS KEY_SEQ, CASE con.confupdtype  WHEN 'c' THEN 0 WHEN 'n' THEN 2 WHEN 'd' THEN 4 WHEN 'r' THEN 1 WHEN 'p' THEN 1 WHEN 'a' THEN 3 ELSE NULL END AS UPDATE_RULE, CASE con.confdeltype  WHEN 'c' THEN 0 WHEN 'n' THEN 2 WHEN 'd' THEN 4 WHEN 'r' THEN 1 WHEN 'p' THEN 1 WHEN 'a' THEN 3 ELSE NULL END AS DELETE_RULE, con.conname AS FK_NAME, pkic.relname AS PK_NAME, CASE  WHEN con.condeferrable AND con.condeferred THEN 5 WHEN con.condeferrable THEN 6 ELSE 7 END AS DEFERRABILITY  FROM  pg_catalog.pg_namespace pkn, pg_catalog.pg_class pkc, pg_catalog.pg_attribute pka,  pg_catalog.pg_namespace fkn, pg_catalog.pg_class fkc, pg_catalog.pg_attribute fka,  pg_catalog.pg_constraint con,  pg_catalog.generate_series(1, 32) pos(n),  pg_catalog.pg_class pkic WHERE pkn.oid = pkc.relnamespace AND pkc.oid = pka.attrelid AND pka.attnum = con.confkey[pos.n] AND con.confrelid = pkc.oid  AND fkn.oid = fkc.relnamespace AND fkc.oid = fka.attrelid AND fka.attnum = con.conkey[pos.n] AND con.conrelid = fkc.oid  AND con.contype = 'f' AND (pkic.relkind = 'i' OR pkic.relkind = 'I') AND pkic.oid = con.conindid  AND fkn.nspname = 'public' AND fkc.relname = 'accounts' ORDER BY pkn.nspname,pkc.relname, con.conname,pos.n
;
SELECT NULL::text AS PKTABLE_CAT, pkn.nspname AS PKTABLE_SCHEM, pkc.relname AS PKTABLE_NAME, pka.attname AS PKCOLUMN_NAME, NULL::text AS FKTABLE_CAT, fkn.nspname AS FKTABLE_SCHEM, fkc.relname AS FKTABLE_NAME, fka.attname AS FKCOLUMN_NAME, pos.n AS KEY_SEQ, CASE con.confupdtype  WHEN 'c' THEN 0 WHEN 'n' THEN 2 WHEN 'd' THEN 4 WHEN 'r' THEN 1 WHEN 'p' THEN 1 WHEN 'a' THEN 3 ELSE NULL END AS UPDATE_RULE, CASE con.confdeltype  WHEN 'c' THEN 0 WHEN 'n' THEN 2 WHEN 'd' THEN 4 WHEN 'r' THEN 1 WHEN 'p' THEN 1 WHEN 'a' THEN 3 ELSE NULL END AS DELETE_RULE, con.conname AS FK_NAME, pkic.relname AS PK_NAME, CASE  WHEN con.condeferrable AND con.condeferred THEN 5 WHEN con.condeferrable THEN 6 ELSE 7 END AS DEFERRABILITY  FROM  pg_catalog.pg_namespace pkn, pg_catalog.pg_class pkc, pg_catalog.pg_attribute pka,  pg_catalog.pg_namespace fkn, pg_catalog.pg_class fkc, pg_catalog.pg_attribute fka,  pg_catalog.pg_constraint con,  pg_catalog.generate_series(1, 32) pos(n),  pg_catalog.pg_class pkic WHERE pkn.oid = pkc.relnamespace AND pkc.oid = pka.attrelid AND pka.attnum = con.confkey[pos.n] AND con.confrelid = pkc.oid  AND fkn.oid = fkc.relnamespace AND fkc.oid = fka.attrelid AND fka.attnum = con.conkey[pos.n] AND con.conrelid = fkc.oid  AND con.contype = 'f' AND (pkic.relkind = 'i' OR pkic.relkind = 'I') AND pkic.oid = con.conindid  AND pkn.nspname = 'public' AND pkc.relname = 'accounts' ORDER BY fkn.nspname,fkc.relname,con.conname,pos.n
;
COMMIT
;
insert into accounts (city, industry, name) values ($1, $2, $3)
RETURNING *
;
select usehiberna_.tenant_id as tenant2_0_ from accounts usehiberna_ where usehiberna_.id=$1
;
insert into contacts (account_id, email, name) values ($1, $2, $3)
RETURNING *
;
select usehiberna_.tenant_id as tenant2_1_ from contacts usehiberna_ where usehiberna_.id=$1
;
select nextval ('deals_id_seq')
;
insert into deals (account_id, amount, closes_on, stage, title, version, id) values ($1, $2, $3, $4, $5, $6, $7)
;
select count(*) as col_0_0_ from accounts usehiberna0_
;
select usehiberna0_.name as col_0_0_ from accounts usehiberna0_ where lower(usehiberna0_.name) like $1 order by usehiberna0_.name
;
select this_.id as id0_0_, this_.tenant_id as tenant2_0_0_, this_.city as city0_0_, this_.industry as industry0_0_, this_.name as name0_0_ from accounts this_ where this_.name ilike $1 and this_.city in ($2, $3) order by this_.name desc limit $4 offset $5
;
select deals0_.account_id as account7_0_1_, deals0_.id as id1_, deals0_.id as id2_0_, deals0_.account_id as account7_2_0_, deals0_.amount as amount2_0_, deals0_.closes_on as closes3_2_0_, deals0_.stage as stage2_0_, deals0_.title as title2_0_, deals0_.version as version2_0_ from deals deals0_ where deals0_.account_id in ($1, $2, $3)
;
select usehiberna0_.id as id0_0_, contacts1_.id as id1_1_, usehiberna0_.tenant_id as tenant2_0_0_, usehiberna0_.city as city0_0_, usehiberna0_.industry as industry0_0_, usehiberna0_.name as name0_0_, contacts1_.tenant_id as tenant2_1_1_, contacts1_.account_id as account5_1_1_, contacts1_.email as email1_1_, contacts1_.name as name1_1_, contacts1_.account_id as account5_0_0__, contacts1_.id as id0__ from accounts usehiberna0_ left outer join contacts contacts1_ on usehiberna0_.id=contacts1_.account_id where usehiberna0_.city='Bern' and usehiberna0_.industry='food' order by contacts1_.name asc
;
select usehiberna0_.id as id0_0_, usehiberna0_.tenant_id as tenant2_0_0_, usehiberna0_.city as city0_0_, usehiberna0_.industry as industry0_0_, usehiberna0_.name as name0_0_ from accounts usehiberna0_ where usehiberna0_.id=$1
;
select usehiberna0_.title as col_0_0_, usehiberna1_.name as col_1_0_ from deals usehiberna0_, accounts usehiberna1_ where usehiberna0_.account_id=usehiberna1_.id and (usehiberna0_.amount between 200 and 400) and (exists (select 1 from accounts usehiberna2_ where usehiberna2_.id=usehiberna0_.account_id)) order by usehiberna0_.title
;
select usehiberna0_.id as id2_, usehiberna0_.account_id as account7_2_, usehiberna0_.amount as amount2_, usehiberna0_.closes_on as closes3_2_, usehiberna0_.stage as stage2_, usehiberna0_.title as title2_, usehiberna0_.version as version2_ from deals usehiberna0_ where usehiberna0_.title='Deal 3'
;
select usehiberna0_.name as col_0_0_ from accounts usehiberna0_ order by usehiberna0_.name
;
select usehiberna1_.city as col_0_0_, count(*) as col_1_0_, sum(usehiberna0_.amount) as col_2_0_, max(usehiberna0_.closes_on) as col_3_0_ from deals usehiberna0_ inner join accounts usehiberna1_ on usehiberna0_.account_id=usehiberna1_.id group by usehiberna1_.city having count(*)>0 order by usehiberna1_.city
;
select avg(this_.amount) as y0_, count(*) as y1_ from deals this_
;
select extract(year from usehiberna0_.closes_on) as col_0_0_, extract(month from usehiberna0_.closes_on) as col_1_0_ from deals usehiberna0_ where usehiberna0_.closes_on<current_date order by usehiberna0_.title limit $1
;
select id from deals where id =$1 and version =$2 for update
;
select usehiberna0_.id as id2_0_, usehiberna0_.account_id as account7_2_0_, usehiberna0_.amount as amount2_0_, usehiberna0_.closes_on as closes3_2_0_, usehiberna0_.stage as stage2_0_, usehiberna0_.title as title2_0_, usehiberna0_.version as version2_0_ from deals usehiberna0_ where usehiberna0_.id=$1 for share
;
update deals set account_id=$1, amount=$2, closes_on=$3, stage=$4, title=$5, version=$6 where id=$7 and version=$8
;
update deals set stage='big' where amount>700
;
select usehiberna0_.id as id0_, usehiberna0_.tenant_id as tenant2_0_, usehiberna0_.city as city0_, usehiberna0_.industry as industry0_, usehiberna0_.name as name0_ from accounts usehiberna0_ where usehiberna0_.city='Zug' order by usehiberna0_.name
;
update accounts set city=$1, industry=$2, name=$3 where id=$4
;
delete from deals where title='Deal 2'
;
select usehiberna0_.id as id0_, usehiberna0_.tenant_id as tenant2_0_, usehiberna0_.city as city0_, usehiberna0_.industry as industry0_, usehiberna0_.name as name0_ from accounts usehiberna0_ where usehiberna0_.city='Bern'
;
select contacts0_.account_id as account5_0_1_, contacts0_.id as id1_, contacts0_.id as id1_0_, contacts0_.tenant_id as tenant2_1_0_, contacts0_.account_id as account5_1_0_, contacts0_.email as email1_0_, contacts0_.name as name1_0_ from contacts contacts0_ where contacts0_.account_id=$1 order by contacts0_.name asc
;
delete from contacts where id=$1
;
delete from accounts where id=$1
;
select count(*) as col_0_0_ from contacts usehiberna0_
;
SELECT name FROM accounts WHERE city = $1 ORDER BY name LIMIT 2
;
ROLLBACK
;
delete from deals
;
select count(*) as col_0_0_ from deals usehiberna0_
;
