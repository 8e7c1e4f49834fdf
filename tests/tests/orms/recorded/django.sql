-- Django 5.2.19, psycopg 3.3.9; PostgreSQL 15
SELECT set_config('TimeZone', 'UTC', false)
;
SELECT oid, typarray FROM pg_type WHERE typname = 'hstore'
;

            SELECT
                c.relname,
                CASE
                    WHEN c.relispartition THEN 'p'
                    WHEN c.relkind IN ('m', 'v') THEN 'v'
                    ELSE 't'
                END,
                obj_description(c.oid, 'pg_class')
            FROM pg_catalog.pg_class c
            LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('f', 'm', 'p', 'r', 'v')
                AND n.nspname NOT IN ('pg_catalog', 'pg_toast')
                AND pg_catalog.pg_table_is_visible(c.oid)
        
;
SELECT "django_migrations"."id", "django_migrations"."app", "django_migrations"."name", "django_migrations"."applied" FROM "django_migrations"
;

            SELECT a1.attname, c2.relname, a2.attname
            FROM pg_constraint con
            LEFT JOIN pg_class c1 ON con.conrelid = c1.oid
            LEFT JOIN pg_class c2 ON con.confrelid = c2.oid
            LEFT JOIN
                pg_attribute a1 ON c1.oid = a1.attrelid AND a1.attnum = con.conkey[1]
            LEFT JOIN
                pg_attribute a2 ON c2.oid = a2.attrelid AND a2.attnum = con.confkey[1]
            WHERE
                c1.relname = 'accounts' AND
                con.contype = 'f' AND
                c1.relnamespace = c2.relnamespace AND
                pg_catalog.pg_table_is_visible(c1.oid)
        
;

            SELECT
                c.conname,
                array(
                    SELECT attname
                    FROM unnest(c.conkey) WITH ORDINALITY cols(colid, arridx)
                    JOIN pg_attribute AS ca ON cols.colid = ca.attnum
                    WHERE ca.attrelid = c.conrelid
                    ORDER BY cols.arridx
                ),
                c.contype,
                (SELECT fkc.relname || '.' || fka.attname
                FROM pg_attribute AS fka
                JOIN pg_class AS fkc ON fka.attrelid = fkc.oid
                WHERE fka.attrelid = c.confrelid AND fka.attnum = c.confkey[1]),
                cl.reloptions
            FROM pg_constraint AS c
            JOIN pg_class AS cl ON c.conrelid = cl.oid
            WHERE cl.relname = 'accounts' AND pg_catalog.pg_table_is_visible(cl.oid)
        
;

            SELECT
                indexname,
                array_agg(attname ORDER BY arridx),
                indisunique,
                indisprimary,
                array_agg(ordering ORDER BY arridx),
                amname,
                exprdef,
                s2.attoptions
            FROM (
                SELECT
                    c2.relname as indexname, idx.*, attr.attname, am.amname,
                    CASE
                        WHEN idx.indexprs IS NOT NULL THEN
                            pg_get_indexdef(idx.indexrelid)
                    END AS exprdef,
                    CASE am.amname
                        WHEN 'btree' THEN
                            CASE (option & 1)
                                WHEN 1 THEN 'DESC' ELSE 'ASC'
                            END
                    END as ordering,
                    c2.reloptions as attoptions
                FROM (
                    SELECT *
                    FROM
                        pg_index i,
                        unnest(i.indkey, i.indoption)
                            WITH ORDINALITY koi(key, option, arridx)
                ) idx
                LEFT JOIN pg_class c ON idx.indrelid = c.oid
                LEFT JOIN pg_class c2 ON idx.indexrelid = c2.oid
                LEFT JOIN pg_am am ON c2.relam = am.oid
                LEFT JOIN
                    pg_attribute attr ON attr.attrelid = c.oid AND attr.attnum = idx.key
                WHERE c.relname = 'accounts' AND pg_catalog.pg_table_is_visible(c.oid)
            ) s2
            GROUP BY indexname, indisunique, indisprimary, amname, exprdef, attoptions;
        
;

            SELECT
                a.attname AS column_name,
                NOT (a.attnotnull OR (t.typtype = 'd' AND t.typnotnull)) AS is_nullable,
                pg_get_expr(ad.adbin, ad.adrelid) AS column_default,
                CASE WHEN collname = 'default' THEN NULL ELSE collname END AS collation,
                a.attidentity != '' AS is_autofield,
                col_description(a.attrelid, a.attnum) AS column_comment
            FROM pg_attribute a
            LEFT JOIN pg_attrdef ad ON a.attrelid = ad.adrelid AND a.attnum = ad.adnum
            LEFT JOIN pg_collation co ON a.attcollation = co.oid
            JOIN pg_type t ON a.atttypid = t.oid
            JOIN pg_class c ON a.attrelid = c.oid
            JOIN pg_namespace n ON c.relnamespace = n.oid
            WHERE c.relkind IN ('f', 'm', 'p', 'r', 'v')
                AND c.relname = 'accounts'
                AND n.nspname NOT IN ('pg_catalog', 'pg_toast')
                AND pg_catalog.pg_table_is_visible(c.oid)
        
;
SELECT * FROM "accounts" LIMIT 1
;
SELECT * FROM "activities" LIMIT 1
;
SELECT * FROM "ar_internal_metadata" LIMIT 1
;
SELECT * FROM "contacts" LIMIT 1
;
SELECT * FROM "currencies" LIMIT 1
;
SELECT * FROM "deals" LIMIT 1
;
SELECT * FROM "django_migrations" LIMIT 1
;
SELECT * FROM "schema_migrations" LIMIT 1
;

            SELECT
                s.relname AS sequence_name,
                a.attname AS colname
            FROM
                pg_class s
                JOIN pg_depend d ON d.objid = s.oid
                    AND d.classid = 'pg_class'::regclass
                    AND d.refclassid = 'pg_class'::regclass
                JOIN pg_attribute a ON d.refobjid = a.attrelid
                    AND d.refobjsubid = a.attnum
                JOIN pg_class tbl ON tbl.oid = d.refobjid
                    AND tbl.relname = 'accounts'
                    AND pg_catalog.pg_table_is_visible(tbl.oid)
            WHERE
                s.relkind = 'S';
        
;
INSERT INTO "accounts" ("tenant_id", "name", "industry", "city", "tags", "profile", "created_at") VALUES ('1217ec40000040008000000000000003'::uuid, 'row-of-crm_app Bakery', 'food', 'Bern', '{vip,ch}'::text[], '{"size": {"staff": 12}, "vip": true}'::jsonb, DEFAULT) RETURNING "accounts"."id", "accounts"."created_at"
;
INSERT INTO "accounts" ("tenant_id", "name", "industry", "city", "tags", "profile", "created_at") VALUES ('1217ec40000040008000000000000003'::uuid, 'row-of-crm_app Forge', 'metal', NULL, '{}'::text[], '{}'::jsonb, DEFAULT) RETURNING "accounts"."id", "accounts"."created_at"
;
BEGIN
;
INSERT INTO "accounts" ("tenant_id", "name", "industry", "city", "tags", "profile", "created_at") VALUES ('1217ec40000040008000000000000003'::uuid, 'row-of-crm_app 00', 'trade', 'Zug', '{bulk}'::text[], '{"size": {"staff": 0}}'::jsonb, DEFAULT), ('1217ec40000040008000000000000003'::uuid, 'row-of-crm_app 01', 'trade', 'Zug', '{bulk}'::text[], '{"size": {"staff": 1}}'::jsonb, DEFAULT), ('1217ec40000040008000000000000003'::uuid, 'row-of-crm_app 02', 'trade', 'Zug', '{bulk}'::text[], '{"size": {"staff": 2}}'::jsonb, DEFAULT), ('1217ec40000040008000000000000003'::uuid, 'row-of-crm_app 03', 'trade', 'Zug', '{bulk}'::text[], '{"size": {"staff": 3}}'::jsonb, DEFAULT), ('1217ec40000040008000000000000003'::uuid, 'row-of-crm_app 04', 'trade', 'Zug', '{bulk}'::text[], '{"size": {"staff": 4}}'::jsonb, DEFAULT), ('1217ec40000040008000000000000003'::uuid, 'row-of-crm_app 05', 'trade', 'Zug', '{bulk}'::text[], '{"size": {"staff": 5}}'::jsonb, DEFAULT), ('1217ec40000040008000000000000003'::uuid, 'row-of-crm_app 06', 'trade', 'Zug', '{bulk}'::text[], '{"size": {"staff": 6}}'::jsonb, DEFAULT), ('1217ec40000040008000000000000003'::uuid, 'row-of-crm_app 07', 'trade', 'Zug', '{bulk}'::text[], '{"size": {"staff": 7}}'::jsonb, DEFAULT) RETURNING "accounts"."id", "accounts"."created_at"
;
INSERT INTO "accounts" ("tenant_id", "name", "industry", "city", "tags", "profile", "created_at") VALUES ('1217ec40000040008000000000000003'::uuid, 'row-of-crm_app 16', 'trade', 'Zug', '{bulk}'::text[], '{"size": {"staff": 16}}'::jsonb, DEFAULT), ('1217ec40000040008000000000000003'::uuid, 'row-of-crm_app 17', 'trade', 'Zug', '{bulk}'::text[], '{"size": {"staff": 17}}'::jsonb, DEFAULT), ('1217ec40000040008000000000000003'::uuid, 'row-of-crm_app 18', 'trade', 'Zug', '{bulk}'::text[], '{"size": {"staff": 18}}'::jsonb, DEFAULT), ('1217ec40000040008000000000000003'::uuid, 'row-of-crm_app 19', 'trade', 'Zug', '{bulk}'::text[], '{"size": {"staff": 19}}'::jsonb, DEFAULT) RETURNING "accounts"."id", "accounts"."created_at"
;
COMMIT
;
INSERT INTO "contacts" ("tenant_id", "account_id", "name", "email", "created_at") VALUES (DEFAULT, 1, 'Ann 0', 'ann0@row-of-crm_app', '2026-11-25 00:51:43.620758+00:00'::timestamptz) RETURNING "contacts"."id", "contacts"."tenant_id"
;
SELECT "contacts"."id", "contacts"."tenant_id", "contacts"."account_id", "contacts"."name", "contacts"."email", "contacts"."created_at" FROM "contacts" WHERE "contacts"."email" = 'ann0@row-of-crm_app' LIMIT 21
;
SELECT "deals"."id", "deals"."tenant_id", "deals"."account_id", "deals"."title", "deals"."stage", "deals"."amount", "deals"."currency", "deals"."closes_on", "deals"."version" FROM "deals" WHERE ("deals"."account_id" = 1 AND "deals"."title" = 'Ovens') LIMIT 21 FOR UPDATE
;
SAVEPOINT "s139850913115712_x1"
;
INSERT INTO "deals" ("tenant_id", "account_id", "title", "stage", "amount", "currency", "closes_on", "version") VALUES (DEFAULT, 1, 'Ovens', 'lead', 1200.50, 'EUR', '2025-05-17'::date, 0) RETURNING "deals"."id", "deals"."tenant_id"
;
RELEASE SAVEPOINT "s139850913115712_x1"
;
UPDATE "deals" SET "stage" = 'won', "amount" = 1300, "closes_on" = '2025-05-17'::date WHERE "deals"."id" = 1
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" ORDER BY "accounts"."name" ASC LIMIT 10
;
INSERT INTO "deals" ("tenant_id", "account_id", "title", "stage", "amount", "currency", "closes_on", "version") VALUES (DEFAULT, 3, 'Deal 0', 'lead', 0, 'USD', '2025-01-01'::date, 0), (DEFAULT, 4, 'Deal 1', 'lead', 100, 'USD', '2025-02-01'::date, 0), (DEFAULT, 5, 'Deal 2', 'lead', 200, 'USD', '2025-03-01'::date, 0), (DEFAULT, 6, 'Deal 3', 'lead', 300, 'USD', '2025-04-01'::date, 0), (DEFAULT, 7, 'Deal 4', 'lead', 400, 'USD', '2025-05-01'::date, 0), (DEFAULT, 8, 'Deal 5', 'lead', 500, 'USD', '2025-06-01'::date, 0), (DEFAULT, 9, 'Deal 6', 'lead', 600, 'USD', '2025-07-01'::date, 0), (DEFAULT, 10, 'Deal 7', 'lead', 700, 'USD', '2025-08-01'::date, 0), (DEFAULT, 11, 'Deal 8', 'lead', 800, 'USD', '2025-09-01'::date, 0), (DEFAULT, 12, 'Deal 9', 'lead', 900, 'USD', '2025-10-01'::date, 0) RETURNING "deals"."id", "deals"."tenant_id"
;
INSERT INTO "contacts" ("tenant_id", "account_id", "name", "email", "created_at") VALUES ('1217ec40000040008000000000000003'::uuid, 1, 'Bobby', 'bob@row-of-crm_app', '2026-11-25 00:51:43.631788+00:00'::timestamptz) ON CONFLICT("tenant_id", "email") DO UPDATE SET "name" = EXCLUDED."name" RETURNING "contacts"."id", "contacts"."tenant_id"
;
INSERT INTO "contacts" ("tenant_id", "account_id", "name", "email", "created_at") VALUES (DEFAULT, 1, 'Ignored', 'bob@row-of-crm_app', '2026-11-25 00:51:43.632551+00:00'::timestamptz) ON CONFLICT DO NOTHING
;
SELECT "contacts"."id", "contacts"."tenant_id", "contacts"."account_id", "contacts"."name", "contacts"."email", "contacts"."created_at" FROM "contacts" WHERE "contacts"."name" = 'Bobby' LIMIT 21
;
INSERT INTO "activities" ("tenant_id", "account_id", "contact_id", "kind", "summary", "occurred_at") VALUES (DEFAULT, 1, NULL, 'call', 'call 0', '2025-03-01 00:00:00+00:00'::timestamptz), (DEFAULT, 1, 4, 'call', 'call 1', '2025-03-02 00:00:00+00:00'::timestamptz), (DEFAULT, 1, NULL, 'call', 'call 2', '2025-03-03 00:00:00+00:00'::timestamptz), (DEFAULT, 1, 4, 'call', 'call 3', '2025-03-04 00:00:00+00:00'::timestamptz), (DEFAULT, 1, NULL, 'call', 'call 4', '2025-03-05 00:00:00+00:00'::timestamptz), (DEFAULT, 1, 4, 'call', 'call 5', '2025-03-06 00:00:00+00:00'::timestamptz) RETURNING "activities"."id", "activities"."tenant_id"
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" WHERE "accounts"."name" = 'row-of-crm_app Bakery' LIMIT 21
;
SELECT COUNT(*) AS "__count" FROM "accounts" WHERE "accounts"."tenant_id" = '1217ec40000040008000000000000003'::uuid
;
SELECT COUNT(*) AS "__count" FROM "accounts"
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" WHERE UPPER("accounts"."name"::text) LIKE UPPER('%bak%') ORDER BY "accounts"."name" DESC
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" WHERE (UPPER("accounts"."city"::text) = UPPER('bern') OR "accounts"."city" IS NULL) ORDER BY "accounts"."id" ASC
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" WHERE ("accounts"."name"::text ~ '0[1-3]$' AND NOT ("accounts"."city" = 'Bern' AND "accounts"."city" IS NOT NULL)) ORDER BY "accounts"."name" ASC
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" WHERE "accounts"."tags" @> (ARRAY['vip'])::text[]
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" WHERE (CASE WHEN "accounts"."tags" IS NULL THEN NULL ELSE coalesce(array_length("accounts"."tags", 1), 0) END = 2 AND "accounts"."tags" && (ARRAY['vip', 'x'])::text[])
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" WHERE ("accounts"."tags")[1] = 'vip'
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" WHERE ("accounts"."profile" #> '{size,staff}') > '17'::jsonb ORDER BY "accounts"."name" ASC
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" WHERE "accounts"."profile" @> '{"vip": true}'::jsonb
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" WHERE "accounts"."profile" ? 'vip'
;
SELECT ("accounts"."profile" #> '{size,staff}') AS "profile__size__staff" FROM "accounts" WHERE "accounts"."city" = 'Bern'
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" ORDER BY "accounts"."name" ASC LIMIT 7 OFFSET 7
;
SELECT "deals"."id", "deals"."tenant_id", "deals"."account_id", "deals"."title", "deals"."stage", "deals"."amount", "deals"."currency", "deals"."closes_on", "deals"."version", "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at", "currencies"."code", "currencies"."name" FROM "deals" INNER JOIN "accounts" ON ("deals"."account_id" = "accounts"."id") INNER JOIN "currencies" ON ("deals"."currency" = "currencies"."code") ORDER BY "deals"."title" ASC LIMIT 5
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" WHERE "accounts"."id" = 1 LIMIT 21
;
SELECT "contacts"."id", "contacts"."tenant_id", "contacts"."account_id", "contacts"."name", "contacts"."email", "contacts"."created_at" FROM "contacts" WHERE "contacts"."account_id" IN (1)
;
SELECT "activities"."id", "activities"."tenant_id", "activities"."account_id", "activities"."contact_id", "activities"."kind", "activities"."summary", "activities"."occurred_at" FROM "activities" WHERE "activities"."contact_id" IN (1, 2, 3, 4)
;
SELECT "activities"."id", "activities"."tenant_id", "activities"."account_id", "activities"."contact_id", "activities"."kind", "activities"."summary", "activities"."occurred_at" FROM "activities" WHERE ("activities"."kind" = 'call' AND "activities"."account_id" IN (1)) ORDER BY "activities"."occurred_at" DESC
;
SELECT "contacts"."id", "contacts"."tenant_id", "contacts"."account_id", "contacts"."name", "contacts"."email", "contacts"."created_at" FROM "contacts" WHERE "contacts"."account_id" = 1 ORDER BY "contacts"."name" ASC
;
SELECT COUNT(*) AS "__count" FROM "activities" WHERE "activities"."contact_id" = 1
;
SELECT DISTINCT "accounts"."name" AS "name", "deals"."title" AS "deals__title" FROM "accounts" INNER JOIN "deals" ON ("accounts"."id" = "deals"."account_id") WHERE "deals"."amount" >= 500 ORDER BY 1 ASC
;
SELECT 1 AS "a" FROM "accounts" WHERE "accounts"."id" IN (1, 0) LIMIT 1
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" WHERE "accounts"."id" IN (1)
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" ORDER BY "accounts"."id" ASC LIMIT 1
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" ORDER BY "accounts"."name" DESC LIMIT 1
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" ORDER BY "accounts"."id" DESC LIMIT 1
;
DECLARE "_django_curs_139850913115712_sync_1" NO SCROLL CURSOR FOR SELECT "accounts"."id", "accounts"."name" FROM "accounts" ORDER BY "accounts"."id" ASC
;
FETCH FORWARD 5 FROM "_django_curs_139850913115712_sync_1"
;
CLOSE "_django_curs_139850913115712_sync_1"
;
SELECT "accounts"."industry" AS "industry" FROM "accounts" WHERE to_tsvector(COALESCE("accounts"."name", '') || ' ' || COALESCE("accounts"."industry", '')) @@ (plainto_tsquery('food'))
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at", ts_rank(to_tsvector(COALESCE("accounts"."name", '')), plainto_tsquery('Forge')) AS "rank" FROM "accounts" ORDER BY 9 DESC LIMIT 1
;
(SELECT "accounts"."name" AS "name" FROM "accounts" WHERE "accounts"."city" = 'Zug') UNION (SELECT "accounts"."name" AS "name" FROM "accounts" WHERE "accounts"."city" = 'Bern') ORDER BY 1 ASC LIMIT 3
;
SELECT SUM("deals"."amount") AS "total", AVG("deals"."amount") AS "mean", COUNT(*) AS "number" FROM "deals"
;
SELECT "accounts"."city" AS "city", COUNT("accounts"."id") AS "number" FROM "accounts" GROUP BY 1 ORDER BY 1 ASC
;
SELECT "accounts"."name" AS "name", COUNT("deals"."id") FILTER (WHERE "deals"."stage" = 'won') AS "number" FROM "accounts" LEFT OUTER JOIN "deals" ON ("accounts"."id" = "deals"."account_id") GROUP BY "accounts"."id", "accounts"."tenant_id", 1, "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" HAVING COUNT("deals"."id") FILTER (WHERE ("deals"."stage" = 'won')) > 0
;
SELECT DATE_TRUNC('month', "deals"."closes_on") AS "month", SUM("deals"."amount") AS "total" FROM "deals" GROUP BY 1 ORDER BY 1 ASC
;
SELECT DATE_TRUNC('month', "activities"."occurred_at" AT TIME ZONE 'UTC') AS "month", EXTRACT(YEAR FROM "activities"."occurred_at" AT TIME ZONE 'UTC') AS "year", COUNT("activities"."id") AS "number" FROM "activities" GROUP BY 1, 2 ORDER BY 1 ASC
;
SELECT "deals"."title" AS "title", ROW_NUMBER() OVER (PARTITION BY "deals"."currency" ORDER BY "deals"."amount" DESC) AS "place" FROM "deals" ORDER BY "deals"."currency" ASC, 2 ASC
;
SELECT ARRAY_AGG("contacts"."name" ORDER BY "contacts"."name") AS "people", STRING_AGG("contacts"."email", ',' ORDER BY "contacts"."email") AS "mails" FROM "accounts" LEFT OUTER JOIN "contacts" ON ("accounts"."id" = "contacts"."account_id") WHERE "accounts"."city" = 'Bern' GROUP BY "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" LIMIT 1
;
SELECT (COALESCE(LOWER("accounts"."name"), '') || COALESCE((COALESCE(' / ', '') || COALESCE(COALESCE("accounts"."city", '-'), '')), '')) AS "label", (SELECT U0."title" AS "title" FROM "deals" U0 WHERE U0."account_id" = ("accounts"."id") ORDER BY U0."closes_on" DESC LIMIT 1) AS "newest", CASE WHEN ("accounts"."profile" #> '{size,staff}') >= '10'::jsonb THEN 'big' ELSE 'small' END AS "size" FROM "accounts" WHERE EXISTS(SELECT 1 AS "a" FROM "deals" U0 WHERE U0."account_id" = ("accounts"."id") LIMIT 1) ORDER BY "accounts"."name" ASC
;
SELECT "deals"."title" AS "title", ("deals"."closes_on" + '30 days 0:00:00'::interval) AS "due" FROM "deals" ORDER BY 1 ASC LIMIT 3
;
SELECT COUNT(*) AS "__count" FROM "activities" WHERE (("activities"."occurred_at" AT TIME ZONE 'UTC')::date >= '2025-03-02'::date AND "activities"."occurred_at" < (STATEMENT_TIMESTAMP() - '1 day 0:00:00'::interval) AND "activities"."occurred_at" BETWEEN '2025-01-01 00:00:00+00:00'::timestamptz AND '2025-12-31 23:59:59.999999+00:00'::timestamptz)
;
SELECT DISTINCT DATE_TRUNC('day', "activities"."occurred_at" AT TIME ZONE 'UTC') AS "datetimefield" FROM "activities" WHERE "activities"."occurred_at" IS NOT NULL ORDER BY 1 ASC
;
SELECT DISTINCT DATE_TRUNC('month', "deals"."closes_on") AS "datefield" FROM "deals" WHERE "deals"."closes_on" IS NOT NULL ORDER BY 1 ASC
;
SELECT "deals"."id", "deals"."tenant_id", "deals"."account_id", "deals"."title", "deals"."stage", "deals"."amount", "deals"."currency", "deals"."closes_on", "deals"."version" FROM "deals" WHERE "deals"."title" = 'Ovens' LIMIT 21
;
UPDATE "deals" SET "amount" = 1301.00 WHERE "deals"."id" = 1
;
SELECT "deals"."id", "deals"."tenant_id", "deals"."account_id", "deals"."title", "deals"."stage", "deals"."amount", "deals"."currency", "deals"."closes_on", "deals"."version" FROM "deals" WHERE "deals"."id" = 1 LIMIT 21
;
UPDATE "deals" SET "version" = ("deals"."version" + 1) WHERE "deals"."id" = 1
;
SELECT "deals"."id", "deals"."tenant_id", "deals"."account_id", "deals"."title", "deals"."stage", "deals"."amount", "deals"."currency", "deals"."closes_on", "deals"."version" FROM "deals" WHERE "deals"."currency" = 'USD' ORDER BY "deals"."title" ASC
;
UPDATE "deals" SET "stage" = (CASE WHEN ("deals"."id" = 2) THEN 'qualified' WHEN ("deals"."id" = 3) THEN 'qualified' WHEN ("deals"."id" = 4) THEN 'qualified' WHEN ("deals"."id" = 5) THEN 'qualified' ELSE NULL END)::varchar(20) WHERE "deals"."id" IN (2, 3, 4, 5)
;
UPDATE "deals" SET "stage" = (CASE WHEN ("deals"."id" = 10) THEN 'qualified' WHEN ("deals"."id" = 11) THEN 'qualified' ELSE NULL END)::varchar(20) WHERE "deals"."id" IN (10, 11)
;
UPDATE "accounts" SET "profile" = '{"reset": true}'::jsonb, "city" = CASE WHEN ("accounts"."name"::text LIKE '%1') THEN 'Basel' ELSE "accounts"."city" END WHERE "accounts"."tags" @> (ARRAY['bulk'])::text[]
;
SELECT "deals"."id", "deals"."tenant_id", "deals"."account_id", "deals"."title", "deals"."stage", "deals"."amount", "deals"."currency", "deals"."closes_on", "deals"."version", "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "deals" INNER JOIN "accounts" ON ("deals"."account_id" = "accounts"."id") WHERE "deals"."title" = 'Ovens' LIMIT 21 FOR UPDATE OF "deals"
;
SELECT "deals"."id", "deals"."tenant_id", "deals"."account_id", "deals"."title", "deals"."stage", "deals"."amount", "deals"."currency", "deals"."closes_on", "deals"."version" FROM "deals" WHERE "deals"."stage" = 'lead' ORDER BY "deals"."id" ASC LIMIT 1 FOR UPDATE SKIP LOCKED
;
SELECT "deals"."id", "deals"."tenant_id", "deals"."account_id", "deals"."title", "deals"."stage", "deals"."amount", "deals"."currency", "deals"."closes_on", "deals"."version" FROM "deals" WHERE "deals"."id" = 1 LIMIT 21 FOR NO KEY UPDATE NOWAIT
;
UPDATE "deals" SET "tenant_id" = '1217ec40000040008000000000000003'::uuid, "account_id" = 1, "title" = 'Ovens', "stage" = 'lost', "amount" = 1301.00, "currency" = 'EUR', "closes_on" = '2025-05-17'::date, "version" = 1 WHERE "deals"."id" = 1
;
ROLLBACK TO SAVEPOINT "s139850913115712_x2"
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts"
;
SELECT "contacts"."id" FROM "contacts" WHERE "contacts"."account_id" IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 24)
;
DELETE FROM "deals" WHERE "deals"."account_id" IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 24)
;
DELETE FROM "activities" WHERE "activities"."account_id" IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 24)
;
UPDATE "activities" SET "contact_id" = NULL WHERE "activities"."contact_id" IN (1, 2, 3, 4)
;
DELETE FROM "contacts" WHERE "contacts"."id" IN (4, 3, 2, 1)
;
DELETE FROM "accounts" WHERE "accounts"."id" IN (24, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
;
ROLLBACK
;
UPDATE "deals" SET "stage" = 'won' WHERE "deals"."title" = 'Ovens'
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" WHERE "accounts"."name" = 'row-of-crm_app inner'
;
SELECT "contacts"."id" FROM "contacts" WHERE "contacts"."account_id" IN (24)
;
DELETE FROM "deals" WHERE "deals"."account_id" IN (24)
;
DELETE FROM "activities" WHERE "activities"."account_id" IN (24)
;
DELETE FROM "accounts" WHERE "accounts"."id" IN (24)
;
SELECT COUNT(*) AS "__count" FROM "contacts"
;
SELECT id, name FROM accounts WHERE city = 'Zug' ORDER BY name LIMIT 2
;
SELECT count(*), max(name) FROM accounts WHERE tags && '{bulk}'
;
SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts" WHERE (length(name) > 3) ORDER BY "accounts"."name" ASC
;
SELECT COUNT(*) AS "__count" FROM "accounts" WHERE "accounts"."city" = 'Zug'
;
EXPLAIN SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts"
;
DECLARE "_django_curs_139850913115712_sync_2" NO SCROLL CURSOR WITH HOLD FOR SELECT "accounts"."id", "accounts"."tenant_id", "accounts"."name", "accounts"."industry", "accounts"."city", "accounts"."tags", "accounts"."profile", "accounts"."created_at" FROM "accounts"
;
