-- Sequelize 6.37.8, pg 8.23.1; PostgreSQL 15
SET client_min_messages TO warning;SET TIME ZONE INTERVAL '+00:00' HOUR TO MINUTE;
;
WITH ranges AS (  SELECT pg_range.rngtypid, pg_type.typname AS rngtypname,         pg_type.typarray AS rngtyparray, pg_range.rngsubtype    FROM pg_range LEFT OUTER JOIN pg_type ON pg_type.oid = pg_range.rngtypid)SELECT pg_type.typname, pg_type.typtype, pg_type.oid, pg_type.typarray,       ranges.rngtypname, ranges.rngtypid, ranges.rngtyparray  FROM pg_type LEFT OUTER JOIN ranges ON pg_type.oid = ranges.rngsubtype WHERE (pg_type.typtype IN('b', 'e'));
;
SELECT 1+1 AS result
;
SHOW SERVER_VERSION
;
SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type LIKE '%TABLE' AND table_name != 'spatial_ref_sys';
;
SELECT i.relname AS name, ix.indisprimary AS primary, ix.indisunique AS unique, ix.indkey AS indkey, array_agg(a.attnum) as column_indexes, array_agg(a.attname) AS column_names, pg_get_indexdef(ix.indexrelid) AS definition FROM pg_class t, pg_class i, pg_index ix, pg_attribute a WHERE t.oid = ix.indrelid AND i.oid = ix.indexrelid AND a.attrelid = t.oid AND t.relkind = 'r' and t.relname = 'accounts' GROUP BY i.relname, ix.indexrelid, ix.indisprimary, ix.indisunique, ix.indkey ORDER BY i.relname;
;
SELECT DISTINCT tc.constraint_name as constraint_name, tc.constraint_schema as constraint_schema, tc.constraint_catalog as constraint_catalog, tc.table_name as table_name,tc.table_schema as table_schema,tc.table_catalog as table_catalog,tc.initially_deferred as initially_deferred,tc.is_deferrable as is_deferrable,kcu.column_name as column_name,ccu.table_schema  AS referenced_table_schema,ccu.table_catalog  AS referenced_table_catalog,ccu.table_name  AS referenced_table_name,ccu.column_name AS referenced_column_name FROM information_schema.table_constraints AS tc JOIN information_schema.key_column_usage AS kcu ON tc.constraint_name = kcu.constraint_name JOIN information_schema.constraint_column_usage AS ccu ON ccu.constraint_name = tc.constraint_name WHERE constraint_type = 'FOREIGN KEY' AND tc.table_name = 'accounts' AND tc.table_catalog = 'alone'
;
SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'accounts'
;
INSERT INTO "accounts" ("id","tenant_id","name","industry","city","tags","profile","created_at") VALUES (DEFAULT,$1,$2,$3,$4,$5,$6,$7) RETURNING "id","tenant_id","name","industry","city","tags","profile","created_at";
;
INSERT INTO "contacts" ("id","tenant_id","name","email","account_id") VALUES (DEFAULT,$1,$2,$3,$4) RETURNING "id","tenant_id","name","email","account_id";
;
INSERT INTO "accounts" ("id","tenant_id","name","industry","city","tags","profile","created_at") VALUES (DEFAULT,'1217ec40-0000-4000-8000-000000000003','row-of-crm_app 00','trade','Zug',ARRAY['bulk']::TEXT[],'{"size":{"staff":0}}','2026-11-25 01:21:52.605 +00:00'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','row-of-crm_app 01','trade','Zug',ARRAY['bulk']::TEXT[],'{"size":{"staff":1}}','2026-11-25 01:21:52.605 +00:00'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','row-of-crm_app 02','trade','Zug',ARRAY['bulk']::TEXT[],'{"size":{"staff":2}}','2026-11-25 01:21:52.606 +00:00'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','row-of-crm_app 03','trade','Zug',ARRAY['bulk']::TEXT[],'{"size":{"staff":3}}','2026-11-25 01:21:52.606 +00:00'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','row-of-crm_app 04','trade','Zug',ARRAY['bulk']::TEXT[],'{"size":{"staff":4}}','2026-11-25 01:21:52.606 +00:00'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','row-of-crm_app 05','trade','Zug',ARRAY['bulk']::TEXT[],'{"size":{"staff":5}}','2026-11-25 01:21:52.606 +00:00'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','row-of-crm_app 06','trade','Zug',ARRAY['bulk']::TEXT[],'{"size":{"staff":6}}','2026-11-25 01:21:52.606 +00:00'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','row-of-crm_app 07','trade','Zug',ARRAY['bulk']::TEXT[],'{"size":{"staff":7}}','2026-11-25 01:21:52.606 +00:00'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','row-of-crm_app 08','trade','Zug',ARRAY['bulk']::TEXT[],'{"size":{"staff":8}}','2026-11-25 01:21:52.606 +00:00'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','row-of-crm_app 09','trade','Zug',ARRAY['bulk']::TEXT[],'{"size":{"staff":9}}','2026-11-25 01:21:52.606 +00:00') RETURNING "id","tenant_id","name","industry","city","tags","profile","created_at";
;
INSERT INTO "deals" ("id","tenant_id","title","stage","amount","closes_on","account_id") VALUES (DEFAULT,'1217ec40-0000-4000-8000-000000000003','Deal 0','lead',0,'2025-01-01','2'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','Deal 1','lead',100,'2025-02-01','3'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','Deal 2','lead',200,'2025-03-01','4'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','Deal 3','lead',300,'2025-04-01','5'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','Deal 4','lead',400,'2025-05-01','6'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','Deal 5','lead',500,'2025-06-01','7'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','Deal 6','lead',600,'2025-07-01','8'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','Deal 7','lead',700,'2025-08-01','9'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','Deal 8','lead',800,'2025-09-01','10'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','Deal 9','lead',900,'2025-01-01','11') RETURNING "id","tenant_id","title","stage","amount","closes_on","version","account_id";
;
INSERT INTO "contacts" ("tenant_id","name","email","account_id") VALUES ($1,$2,$3,$4) ON CONFLICT ("tenant_id","email") DO UPDATE SET "name"=EXCLUDED."name","email"=EXCLUDED."email","account_id"=EXCLUDED."account_id" RETURNING "id","tenant_id","name","email","account_id";
;
SELECT "id", "tenant_id" AS "tenantId", "name", "email", "account_id" AS "accountId" FROM "contacts" AS "contact" WHERE "contact"."email" = 'bob@row-of-crm_app' LIMIT 1;
;
INSERT INTO "contacts" ("id","tenant_id","name","email","account_id") VALUES (DEFAULT,'1217ec40-0000-4000-8000-000000000003','No','bob@row-of-crm_app','1') ON CONFLICT DO NOTHING RETURNING "id","tenant_id","name","email","account_id";
;
INSERT INTO "contacts" ("id","tenant_id","name","email","account_id") VALUES (DEFAULT,'1217ec40-0000-4000-8000-000000000003','Robert','bob@row-of-crm_app','1') ON CONFLICT ("tenant_id","email") DO UPDATE SET "name"=EXCLUDED."name" RETURNING "id","tenant_id","name","email","account_id";
;
INSERT INTO "activities" ("id","tenant_id","kind","summary","occurred_at","account_id") VALUES (DEFAULT,'1217ec40-0000-4000-8000-000000000003','call','call 0','2025-03-01 00:00:00.000 +00:00','1'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','call','call 1','2025-03-02 00:00:00.000 +00:00','1'),(DEFAULT,'1217ec40-0000-4000-8000-000000000003','call','call 2','2025-03-03 00:00:00.000 +00:00','1') RETURNING "id","tenant_id","kind","summary","occurred_at","account_id";
;
SELECT count(*) AS "count" FROM "accounts" AS "account";
;
SELECT "id", "tenant_id" AS "tenantId", "name", "industry", "city", "tags", "profile", "created_at" AS "createdAt" FROM "accounts" AS "account" WHERE "account"."name" ILIKE '%BAK%' ORDER BY "account"."name" ASC;
;
SELECT "id", "tenant_id" AS "tenantId", "name", "industry", "city", "tags", "profile", "created_at" AS "createdAt" FROM "accounts" AS "account" WHERE "account"."name" ~ '0[1-2]$' ORDER BY "account"."name" ASC;
;
SELECT "id", "tenant_id" AS "tenantId", "name", "industry", "city", "tags", "profile", "created_at" AS "createdAt" FROM "accounts" AS "account" WHERE ("account"."city" = 'Bern' OR "account"."city" IS NULL) ORDER BY "account"."name" ASC;
;
SELECT "id", "tenant_id" AS "tenantId", "name", "industry", "city", "tags", "profile", "created_at" AS "createdAt" FROM "accounts" AS "account" WHERE "account"."tags" @> ARRAY['vip']::TEXT[] ORDER BY "account"."name" ASC;
;
SELECT "id", "tenant_id" AS "tenantId", "name", "industry", "city", "tags", "profile", "created_at" AS "createdAt" FROM "accounts" AS "account" WHERE "account"."tags" && ARRAY['vip','x']::TEXT[] ORDER BY "account"."name" ASC;
;
SELECT "id", "tenant_id" AS "tenantId", "name", "industry", "city", "tags", "profile", "created_at" AS "createdAt" FROM "accounts" AS "account" WHERE CAST(("account"."profile"#>>'{size,staff}') AS DOUBLE PRECISION) > 8 ORDER BY "account"."name" ASC;
;
SELECT "id", "tenant_id" AS "tenantId", "name", "industry", "city", "tags", "profile", "created_at" AS "createdAt" FROM "accounts" AS "account" WHERE "account"."profile" @> '{"vip":true}' ORDER BY "account"."name" ASC;
;
SELECT "id", "tenant_id" AS "tenantId", "name", "industry", "city", "tags", "profile", "created_at" AS "createdAt" FROM "accounts" AS "account" WHERE lower("city") = 'bern' ORDER BY "account"."name" ASC;
;
SELECT count(DISTINCT("account"."id")) AS "count" FROM "accounts" AS "account" LEFT OUTER JOIN "contacts" AS "contacts" ON "account"."id" = "contacts"."account_id" LEFT OUTER JOIN "deals" AS "deals" ON "account"."id" = "deals"."account_id" AND "deals"."amount" BETWEEN 0 AND 500;
;
SELECT "account".*, "contacts"."id" AS "contacts.id", "contacts"."tenant_id" AS "contacts.tenantId", "contacts"."name" AS "contacts.name", "contacts"."email" AS "contacts.email", "contacts"."account_id" AS "contacts.accountId", "deals"."id" AS "deals.id", "deals"."tenant_id" AS "deals.tenantId", "deals"."title" AS "deals.title", "deals"."stage" AS "deals.stage", "deals"."amount" AS "deals.amount", "deals"."closes_on" AS "deals.closesOn", "deals"."version" AS "deals.version", "deals"."account_id" AS "deals.accountId" FROM (SELECT "account"."id", "account"."tenant_id" AS "tenantId", "account"."name", "account"."industry", "account"."city", "account"."tags", "account"."profile", "account"."created_at" AS "createdAt" FROM "accounts" AS "account" ORDER BY "account"."name" DESC LIMIT 3 OFFSET 1) AS "account" LEFT OUTER JOIN "contacts" AS "contacts" ON "account"."id" = "contacts"."account_id" LEFT OUTER JOIN "deals" AS "deals" ON "account"."id" = "deals"."account_id" AND "deals"."amount" BETWEEN 0 AND 500 ORDER BY "account"."name" DESC, "contacts"."name" ASC;
;
SELECT "account".*, "activities"."id" AS "activities.id", "activities"."tenant_id" AS "activities.tenantId", "activities"."kind" AS "activities.kind", "activities"."summary" AS "activities.summary", "activities"."occurred_at" AS "activities.occurredAt", "activities"."account_id" AS "activities.accountId" FROM (SELECT "account"."id", "account"."tenant_id" AS "tenantId", "account"."name", "account"."industry", "account"."city", "account"."tags", "account"."profile", "account"."created_at" AS "createdAt" FROM "accounts" AS "account" WHERE "account"."city" = 'Bern' LIMIT 1) AS "account" LEFT OUTER JOIN "activities" AS "activities" ON "account"."id" = "activities"."account_id";
;
SELECT "id", "tenant_id" AS "tenantId", "name", "email", "account_id" AS "accountId" FROM "contacts" AS "contact" WHERE "contact"."account_id" IN ('1') ORDER BY "contact"."name";
;
SELECT "id", "tenant_id" AS "tenantId", "name", "industry", "city", "tags", "profile", "created_at" AS "createdAt" FROM "accounts" AS "account" WHERE "account"."id" = '1';
;
SELECT "name" FROM "contacts" AS "contact" WHERE "contact"."account_id" = '1' ORDER BY "contact"."name";
;
SELECT COUNT("deal"."id") AS "count" FROM "deals" AS "deal" WHERE "deal"."account_id" = '1';
;
SELECT sum("amount") AS "sum" FROM "deals" AS "deal";
;
SELECT max("closes_on") AS "max" FROM "deals" AS "deal";
;
SELECT min("amount") AS "min" FROM "deals" AS "deal" WHERE "deal"."stage" = 'lead';
;
SELECT "city", count("id") AS "n" FROM "accounts" AS "account" GROUP BY "city" HAVING count(id) > 0 ORDER BY "account"."city";
;
SELECT to_char(date_trunc('month', "closes_on"), 'YYYY-MM') AS "month", max(closes_on + interval '1 month')::date::text AS "due" FROM "deals" AS "deal" GROUP BY "month" ORDER BY "month" ASC LIMIT 2;
;
SELECT "id", "tenant_id" AS "tenantId", "title", "stage", "amount", "closes_on" AS "closesOn", "version", "account_id" AS "accountId" FROM "deals" AS "deal" WHERE "deal"."title" = 'Deal 1' LIMIT 1;
;
UPDATE "deals" SET "stage"=$1,"version"=$2 WHERE "id" = $3 AND "version" = $4
;
UPDATE "deals" SET "amount"="amount"+ 5,"version"="version"+ 1 WHERE "id" = '2' RETURNING *
;
SELECT "id", "tenant_id" AS "tenantId", "title", "stage", "amount", "closes_on" AS "closesOn", "version", "account_id" AS "accountId" FROM "deals" AS "deal" WHERE "deal"."id" = '2';
;
UPDATE "deals" SET "stage"=$1 WHERE "amount" >= 800 RETURNING "id","tenant_id","title","stage","amount","closes_on","version","account_id"
;
START TRANSACTION;
;
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
;
SELECT "id", "tenant_id" AS "tenantId", "title", "stage", "amount", "closes_on" AS "closesOn", "version", "account_id" AS "accountId" FROM "deals" AS "deal" WHERE "deal"."title" = 'Deal 2' FOR UPDATE SKIP LOCKED;
;
SELECT "deal"."id", "deal"."tenant_id" AS "tenantId", "deal"."title", "deal"."stage", "deal"."amount", "deal"."closes_on" AS "closesOn", "deal"."version", "deal"."account_id" AS "accountId", "account"."id" AS "account.id", "account"."tenant_id" AS "account.tenantId", "account"."name" AS "account.name", "account"."industry" AS "account.industry", "account"."city" AS "account.city", "account"."tags" AS "account.tags", "account"."profile" AS "account.profile", "account"."created_at" AS "account.createdAt" FROM "deals" AS "deal" LEFT OUTER JOIN "accounts" AS "account" ON "deal"."account_id" = "account"."id" WHERE "deal"."title" = 'Deal 2' LIMIT 1 FOR NO KEY UPDATE OF "deal";
;
SAVEPOINT "ea70e44e-7959-4abe-b785-056ae289c5b0-sp-1";
;
INSERT INTO "accounts" ("id","tenant_id","name","industry","created_at") VALUES (DEFAULT,$1,$2,$3,$4) RETURNING "id","tenant_id","name","industry","city","tags","profile","created_at";
;
ROLLBACK TO SAVEPOINT "ea70e44e-7959-4abe-b785-056ae289c5b0-sp-1";
;
COMMIT;
;
DELETE FROM "accounts"
;
ROLLBACK;
;
SELECT "id", "tenant_id" AS "tenantId", "name", "industry", "city", "tags", "profile", "created_at" AS "createdAt" FROM "accounts" AS "account" WHERE "account"."city" = 'Bern' LIMIT 1;
;
DELETE FROM "accounts" WHERE "id" = '1'
;
DELETE FROM "accounts" WHERE "industry" = 'inner'
;
SELECT count(*) AS "count" FROM "contacts" AS "contact";
;
SELECT name FROM accounts WHERE city = 'Zug' ORDER BY name LIMIT 2
;
SELECT count(*) FROM accounts WHERE name LIKE $1
;
SELECT pk.constraint_type as "Constraint",c.column_name as "Field", c.column_default as "Default",c.is_nullable as "Null", (CASE WHEN c.udt_name = 'hstore' THEN c.udt_name ELSE c.data_type END) || (CASE WHEN c.character_maximum_length IS NOT NULL THEN '(' || c.character_maximum_length || ')' ELSE '' END) as "Type", (SELECT array_agg(e.enumlabel) FROM pg_catalog.pg_type t JOIN pg_catalog.pg_enum e ON t.oid=e.enumtypid WHERE t.typname=c.udt_name) AS "special", (SELECT pgd.description FROM pg_catalog.pg_statio_all_tables AS st INNER JOIN pg_catalog.pg_description pgd on (pgd.objoid=st.relid) WHERE c.ordinal_position=pgd.objsubid AND c.table_name=st.relname) AS "Comment" FROM information_schema.columns c LEFT JOIN (SELECT tc.table_schema, tc.table_name, cu.column_name, tc.constraint_type FROM information_schema.TABLE_CONSTRAINTS tc JOIN information_schema.KEY_COLUMN_USAGE  cu ON tc.table_schema=cu.table_schema and tc.table_name=cu.table_name and tc.constraint_name=cu.constraint_name and tc.constraint_type='PRIMARY KEY') pk ON pk.table_schema=c.table_schema AND pk.table_name=c.table_name AND pk.column_name=c.column_name WHERE c.table_name = 'accounts' AND c.table_schema = 'public'
;
SELECT "id", "tenant_id" AS "tenantId", "name", "industry", "city", "tags", "profile", "created_at" AS "createdAt" FROM "accounts" AS "account" WHERE "account"."name" = 'row-of-crm_app found' LIMIT 1;
;
CREATE OR REPLACE FUNCTION pg_temp.testfunc(OUT response "accounts", OUT sequelize_caught_exception text) RETURNS RECORD AS $func_7700ebf7c4cd46b495bab541f8ebaacd$ BEGIN INSERT INTO "accounts" ("id","tenant_id","name","industry","created_at") VALUES (DEFAULT,'1217ec40-0000-4000-8000-000000000003','row-of-crm_app found','x','2026-11-25 01:21:53.080 +00:00') RETURNING * INTO response; EXCEPTION WHEN unique_violation THEN GET STACKED DIAGNOSTICS sequelize_caught_exception = PG_EXCEPTION_DETAIL; END $func_7700ebf7c4cd46b495bab541f8ebaacd$ LANGUAGE plpgsql; SELECT (testfunc.response)."id", (testfunc.response)."tenant_id", (testfunc.response)."name", (testfunc.response)."industry", (testfunc.response)."city", (testfunc.response)."tags", (testfunc.response)."profile", (testfunc.response)."created_at", testfunc.sequelize_caught_exception FROM pg_temp.testfunc(); DROP FUNCTION IF EXISTS pg_temp.testfunc();
;
