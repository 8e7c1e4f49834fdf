-- ActiveRecord 6.1.7.10, pg 1.4.5; PostgreSQL 15
SET client_min_messages TO 'warning'
;
SET standard_conforming_strings = on
;
SET intervalstyle = iso_8601
;
SET SESSION timezone TO 'UTC'
;
SELECT t.oid, t.typname
FROM pg_type as t
WHERE t.typname IN ('int2', 'int4', 'int8', 'oid', 'float4', 'float8', 'numeric', 'bool', 'timestamp', 'timestamptz')

;
SELECT t.oid, t.typname, t.typelem, t.typdelim, t.typinput, r.rngsubtype, t.typtype, t.typbasetype
FROM pg_type as t
LEFT JOIN pg_range as r ON oid = rngtypid
WHERE
  t.typname IN ('int2', 'int4', 'int8', 'oid', 'float4', 'float8', 'text', 'varchar', 'char', 'name', 'bpchar', 'bool', 'bit', 'varbit', 'timestamptz', 'date', 'money', 'bytea', 'point', 'hstore', 'json', 'jsonb', 'cidr', 'inet', 'uuid', 'xml', 'tsvector', 'macaddr', 'citext', 'ltree', 'line', 'lseg', 'box', 'path', 'polygon', 'circle', 'time', 'timestamp', 'numeric', 'interval')
  OR t.typtype IN ('r', 'e', 'd')
  OR t.typinput = 'array_in(cstring,oid,integer)'::regprocedure
  OR t.typelem != 0

;
SHOW TIME ZONE
;
SELECT 1
;
SELECT c.relname FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r','p')
;
SELECT c.relname FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r','v','m','p','f')
;
SELECT current_schema
;
SELECT c.relname FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY (current_schemas(false)) AND c.relname = 'accounts' AND c.relkind IN ('r','p')
;
SELECT COUNT(*) FROM pg_namespace WHERE nspname = 'public'
;
SELECT installed_version IS NOT NULL FROM pg_available_extensions WHERE name = 'hstore'
;
SELECT a.attname
  FROM (
         SELECT indrelid, indkey, generate_subscripts(indkey, 1) idx
           FROM pg_index
          WHERE indrelid = '"accounts"'::regclass
            AND indisprimary
       ) i
  JOIN pg_attribute a
    ON a.attrelid = i.indrelid
   AND a.attnum = i.indkey[i.idx]
 ORDER BY i.idx

;
SELECT pg_catalog.obj_description(c.oid, 'pg_class')
FROM pg_catalog.pg_class c
  LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = 'accounts'
  AND c.relkind IN ('r','p')
  AND n.nspname = ANY (current_schemas(false))

;
SELECT a.attname, format_type(a.atttypid, a.atttypmod),
       pg_get_expr(d.adbin, d.adrelid), a.attnotnull, a.atttypid, a.atttypmod,
       c.collname, col_description(a.attrelid, a.attnum) AS comment
  FROM pg_attribute a
  LEFT JOIN pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  LEFT JOIN pg_type t ON a.atttypid = t.oid
  LEFT JOIN pg_collation c ON a.attcollation = c.oid AND a.attcollation <> t.typcollation
 WHERE a.attrelid = '"accounts"'::regclass
   AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum

;
SELECT distinct i.relname, d.indisunique, d.indkey, pg_get_indexdef(d.indexrelid), t.oid,
                pg_catalog.obj_description(i.oid, 'pg_class') AS comment
FROM pg_class t
INNER JOIN pg_index d ON t.oid = d.indrelid
INNER JOIN pg_class i ON d.indexrelid = i.oid
LEFT JOIN pg_namespace n ON n.oid = i.relnamespace
WHERE i.relkind IN ('i', 'I')
  AND d.indisprimary = 'f'
  AND t.relname = 'accounts'
  AND n.nspname = ANY (current_schemas(false))
ORDER BY i.relname

;
SELECT a.attnum, a.attname
FROM pg_attribute a
WHERE a.attrelid = 16549
AND a.attnum IN (2,3)

;
SELECT a.attnum, a.attname
FROM pg_attribute a
WHERE a.attrelid = 16549
AND a.attnum IN (6)

;
SELECT t2.oid::regclass::text AS to_table, a1.attname AS column, a2.attname AS primary_key, c.conname AS name, c.confupdtype AS on_update, c.confdeltype AS on_delete, c.convalidated AS valid
FROM pg_constraint c
JOIN pg_class t1 ON c.conrelid = t1.oid
JOIN pg_class t2 ON c.confrelid = t2.oid
JOIN pg_attribute a1 ON a1.attnum = c.conkey[1] AND a1.attrelid = t1.oid
JOIN pg_attribute a2 ON a2.attnum = c.confkey[1] AND a2.attrelid = t2.oid
JOIN pg_namespace t3 ON c.connamespace = t3.oid
WHERE c.contype = 'f'
  AND t1.relname = 'accounts'
  AND t3.nspname = ANY (current_schemas(false))
ORDER BY c.conname

;
            SELECT conname, pg_get_constraintdef(c.oid) AS constraintdef, c.convalidated AS valid
            FROM pg_constraint c
            JOIN pg_class t ON c.conrelid = t.oid
            WHERE c.contype = 'c'
              AND t.relname = 'accounts'

;
SELECT "schema_migrations"."version" FROM "schema_migrations" ORDER BY "schema_migrations"."version" ASC
;
SHOW search_path
;
SELECT "ar_internal_metadata"."value" FROM "ar_internal_metadata" WHERE "ar_internal_metadata"."key" = $1
;
SHOW max_identifier_length
;
SHOW client_min_messages
;
BEGIN
;
SELECT 1 AS one FROM "accounts" WHERE "accounts"."name" = $1 AND "accounts"."tenant_id" = $2 LIMIT $3
;
INSERT INTO "accounts" ("tenant_id", "name", "industry", "city", "tags", "profile", "created_at") VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING "id"
;
COMMIT
;
INSERT INTO "contacts" ("account_id", "name", "email", "created_at") VALUES ($1, $2, $3, $4) RETURNING "id"
;
SELECT "contacts".* FROM "contacts" WHERE "contacts"."account_id" = $1 ORDER BY "contacts"."id" ASC LIMIT $2
;
SELECT "contacts".* FROM "contacts" WHERE "contacts"."id" = $1 LIMIT $2
;
INSERT INTO "accounts" ("name","industry","city","tags","profile") VALUES ('row-of-crm_app 00', 'trade', 'Zug', '{bulk}', '{"size":{"staff":0}}'), ('row-of-crm_app 01', 'trade', 'Zug', '{bulk}', '{"size":{"staff":1}}'), ('row-of-crm_app 02', 'trade', 'Zug', '{bulk}', '{"size":{"staff":2}}'), ('row-of-crm_app 03', 'trade', 'Zug', '{bulk}', '{"size":{"staff":3}}'), ('row-of-crm_app 04', 'trade', 'Zug', '{bulk}', '{"size":{"staff":4}}'), ('row-of-crm_app 05', 'trade', 'Zug', '{bulk}', '{"size":{"staff":5}}'), ('row-of-crm_app 06', 'trade', 'Zug', '{bulk}', '{"size":{"staff":6}}'), ('row-of-crm_app 07', 'trade', 'Zug', '{bulk}', '{"size":{"staff":7}}'), ('row-of-crm_app 08', 'trade', 'Zug', '{bulk}', '{"size":{"staff":8}}'), ('row-of-crm_app 09', 'trade', 'Zug', '{bulk}', '{"size":{"staff":9}}') RETURNING name
;
SELECT "accounts".* FROM "accounts" WHERE "accounts"."city" = $1 ORDER BY "accounts"."name" ASC
;
INSERT INTO "deals" ("account_id", "title", "amount", "currency", "closes_on", "version") VALUES ($1, $2, $3, $4, $5, $6) RETURNING "id"
;
INSERT INTO "contacts" ("tenant_id","account_id","name","email") VALUES ('1217ec40-0000-4000-8000-000000000003', 1, 'Bob', 'bob@row-of-crm_app') ON CONFLICT ("tenant_id","email") DO UPDATE SET "account_id"=excluded."account_id","name"=excluded."name" RETURNING "id"
;
INSERT INTO "contacts" ("account_id","name","email") VALUES (1, 'No', 'bob@row-of-crm_app') ON CONFLICT  DO NOTHING RETURNING "id"
;
SELECT "contacts".* FROM "contacts" WHERE "contacts"."email" = $1 LIMIT $2
;
INSERT INTO "contacts" ("tenant_id", "account_id", "name", "email", "created_at") VALUES ($1, $2, $3, $4, $5) RETURNING "id"
;
ROLLBACK
;
SELECT "contacts".* FROM "contacts" WHERE "contacts"."email" = $1 AND "contacts"."tenant_id" = $2 LIMIT $3
;
INSERT INTO "activities" ("account_id", "kind", "summary", "occurred_at") VALUES ($1, $2, $3, $4) RETURNING "id"
;
SELECT COUNT(*) FROM "accounts"
;
SELECT "accounts"."name" FROM "accounts" WHERE (name ILIKE '%BAK%') ORDER BY "accounts"."name" ASC
;
SELECT "accounts"."name" FROM "accounts" WHERE ("accounts"."city" = $1 OR "accounts"."city" IS NULL) ORDER BY "accounts"."name" ASC
;
SELECT "accounts"."name" FROM "accounts" WHERE (tags @> ARRAY['vip']) ORDER BY "accounts"."name" ASC
;
SELECT "accounts"."name" FROM "accounts" WHERE (profile @> '{"vip":true}') ORDER BY "accounts"."name" ASC
;
SELECT "accounts"."name" FROM "accounts" WHERE ((profile->'size'->>'staff')::int > 8) ORDER BY "accounts"."name" ASC
;
SELECT "accounts"."name" FROM "accounts" WHERE ("accounts"."city" != $1 OR "accounts"."industry" = $2) ORDER BY "accounts"."name" ASC
;
SELECT "accounts"."name" FROM "accounts" ORDER BY "accounts"."name" ASC LIMIT $1 OFFSET $2
;
SELECT 1 AS one FROM "accounts" WHERE "accounts"."city" = $1 LIMIT $2
;
SELECT "accounts".* FROM "accounts" WHERE "accounts"."city" = $1 LIMIT $2
;
SELECT "accounts".* FROM "accounts" WHERE "accounts"."city" = $1
;
SELECT "contacts".* FROM "contacts" WHERE "contacts"."account_id" = $1
;
SELECT "deals".* FROM "deals" WHERE "deals"."account_id" = $1
;
SELECT "accounts"."name" FROM "accounts" LEFT OUTER JOIN "contacts" ON "contacts"."account_id" = "accounts"."id" WHERE "contacts"."name" = $1
;
SELECT "accounts".* FROM "accounts" ORDER BY "accounts"."name" ASC LIMIT $1
;
SELECT "currencies".* FROM "currencies" WHERE "currencies"."code" = $1
;
SELECT "deals"."title", "accounts"."name" FROM "deals" INNER JOIN "accounts" ON "accounts"."id" = "deals"."account_id" WHERE "accounts"."city" = $1 AND "deals"."amount" BETWEEN $2 AND $3 ORDER BY "deals"."title" DESC
;
SELECT COUNT(*) FROM "accounts" LEFT OUTER JOIN "deals" ON "deals"."account_id" = "accounts"."id" WHERE "deals"."id" IS NULL
;
SELECT "accounts"."name" FROM "accounts" WHERE "accounts"."id" IN (SELECT "deals"."account_id" FROM "deals" WHERE (amount > 700)) ORDER BY "accounts"."name" ASC
;
SELECT "accounts".* FROM "accounts" ORDER BY "accounts"."id" ASC LIMIT $1
;
SELECT "accounts".* FROM "accounts" WHERE "accounts"."id" > $1 ORDER BY "accounts"."id" ASC LIMIT $2
;
SELECT "accounts"."id" FROM "accounts" ORDER BY "accounts"."id" ASC LIMIT $1
;
SELECT COUNT(*) FROM "accounts" WHERE "accounts"."id" IN ($1, $2, $3, $4, $5)
;
SELECT "accounts"."id" FROM "accounts" WHERE "accounts"."id" > $1 ORDER BY "accounts"."id" ASC LIMIT $2
;
SELECT COUNT(*) FROM "accounts" WHERE "accounts"."id" = $1
;
SELECT "accounts".* FROM "accounts" ORDER BY "accounts"."id" DESC LIMIT $1
;
SELECT DISTINCT "accounts"."name" FROM "accounts" ORDER BY "accounts"."name" ASC LIMIT $1
;
SELECT "accounts"."id" FROM "accounts" ORDER BY "accounts"."id" ASC
;
SELECT "accounts".* FROM "accounts" WHERE "accounts"."id" = $1 LIMIT $2
;
SELECT SUM("deals"."amount") FROM "deals"
;
SELECT AVG("deals"."amount") FROM "deals"
;
SELECT MAX("deals"."closes_on") FROM "deals"
;
SELECT COUNT(*) AS count_all, "accounts"."city" AS accounts_city FROM "accounts" GROUP BY "accounts"."city" HAVING (count(*) > 0) ORDER BY "accounts"."city" ASC
;
SELECT SUM("deals"."amount") AS sum_amount, date_trunc('month', closes_on)::date AS date_trunc_month_closes_on_date FROM "deals" GROUP BY date_trunc('month', closes_on)::date ORDER BY date_trunc('month', closes_on)::date
;
SELECT COUNT(*) AS count_all, "activities"."kind" AS activities_kind FROM "activities" WHERE (occurred_at < now() - interval '1 day') GROUP BY "activities"."kind"
;
SELECT COUNT(*) FROM "activities" WHERE "activities"."occurred_at" >= $1
;
SELECT max(closes_on + 30) FROM "deals" WHERE "deals"."stage" = $1 LIMIT $2
;
SELECT COUNT(*) FROM "deals" WHERE "deals"."stage" = $1
;
SELECT "deals".* FROM "deals" WHERE "deals"."title" = $1 LIMIT $2
;
UPDATE "deals" SET "stage" = $1, "version" = $2 WHERE "deals"."id" = $3 AND "deals"."version" = $4
;
UPDATE "deals" SET "amount" = $1, "version" = $2 WHERE "deals"."id" = $3 AND "deals"."version" = $4
;
UPDATE "deals" SET version = version + 1 WHERE "deals"."title" = $1
;
SELECT "deals".* FROM "deals" WHERE "deals"."id" = $1 LIMIT $2
;
UPDATE "accounts" SET "city" = $1 WHERE "accounts"."city" = $2
;
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ
;
SELECT "deals".* FROM "deals" WHERE "deals"."title" = $1 LIMIT $2 FOR UPDATE
;
SELECT "deals".* FROM "deals" WHERE "deals"."stage" = $1 LIMIT $2 FOR UPDATE SKIP LOCKED
;
SELECT "deals".* FROM "deals" WHERE "deals"."id" = $1 LIMIT $2 FOR NO KEY UPDATE NOWAIT
;
SAVEPOINT active_record_1
;
INSERT INTO "accounts" ("tenant_id", "name", "industry", "created_at") VALUES ($1, $2, $3, $4) RETURNING "id"
;
ROLLBACK TO SAVEPOINT active_record_1
;
SELECT 1 AS one FROM "accounts" WHERE "accounts"."name" = $1 AND "accounts"."tenant_id" IS NULL LIMIT $2
;
INSERT INTO "accounts" ("name", "industry", "created_at") VALUES ($1, $2, $3) RETURNING "id"
;
DELETE FROM "accounts"
;
SELECT "accounts".* FROM "accounts" WHERE "accounts"."industry" = $1
;
DELETE FROM "deals" WHERE "deals"."account_id" = $1
;
DELETE FROM "accounts" WHERE "accounts"."id" = $1
;
UPDATE "accounts" SET "id" = COALESCE("id", 0) + $1 WHERE "accounts"."id" = $2
;
SELECT "activities".* FROM "activities" WHERE "activities"."account_id" = $1
;
DELETE FROM "activities" WHERE "activities"."id" = $1
;
DELETE FROM "contacts" WHERE "contacts"."id" = $1
;
SELECT COUNT(*) FROM "contacts"
;
DELETE FROM "deals" WHERE "deals"."title" = $1
;
SELECT name FROM accounts WHERE city = 'Basel' ORDER BY name LIMIT 2
;
SELECT count(*) AS n FROM accounts WHERE name LIKE $1
;
SELECT max(name) FROM accounts
;
SELECT "accounts".* FROM "accounts"
;
EXPLAIN SELECT "accounts".* FROM "accounts"
;
SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()
;
SELECT pg_try_advisory_lock(1)
;
DEALLOCATE a1
;
