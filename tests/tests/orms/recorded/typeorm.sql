-- TypeORM 1.1.1, pg 8.23.1; PostgreSQL 15
SELECT version()
;
SELECT * FROM current_schema()
;
SELECT * FROM "information_schema"."tables" WHERE "table_schema" = $1 AND "table_name" = $2
;
SELECT * FROM "information_schema"."columns" WHERE "table_schema" = $1 AND "table_name" = $2 AND "column_name" = $3
;
SELECT * FROM current_database()
;
SELECT "table_schema", "table_name", obj_description((quote_ident("table_schema") || '.' || quote_ident("table_name"))::regclass, 'pg_class') AS table_comment FROM "information_schema"."tables" WHERE ("table_schema" = 'public' AND "table_name" = 'currencies') OR ("table_schema" = 'public' AND "table_name" = 'accounts') OR ("table_schema" = 'public' AND "table_name" = 'contacts') OR ("table_schema" = 'public' AND "table_name" = 'deals') OR ("table_schema" = 'public' AND "table_name" = 'activities')
;
SELECT TRUE FROM information_schema.columns WHERE table_name = 'pg_class' and column_name = 'relispartition'
;
SELECT columns.*, pg_catalog.col_description((quote_ident(table_catalog) || '.' || quote_ident(table_schema) || '.' || quote_ident(table_name))::regclass::oid, ordinal_position) AS description, ('"' || "udt_schema" || '"."' || "udt_name" || '"')::"regtype"::text AS "regtype", pg_catalog.format_type("col_attr"."atttypid", "col_attr"."atttypmod") AS "format_type" FROM "information_schema"."columns" LEFT JOIN "pg_catalog"."pg_attribute" AS "col_attr" ON "col_attr"."attname" = "columns"."column_name" AND "col_attr"."attrelid" = ( SELECT "cls"."oid" FROM "pg_catalog"."pg_class" AS "cls" LEFT JOIN "pg_catalog"."pg_namespace" AS "ns" ON "ns"."oid" = "cls"."relnamespace" WHERE "cls"."relname" = "columns"."table_name" AND "ns"."nspname" = "columns"."table_schema" ) WHERE ("table_schema" = 'public' AND "table_name" = 'currencies') OR ("table_schema" = 'public' AND "table_name" = 'accounts') OR ("table_schema" = 'public' AND "table_name" = 'contacts') OR ("table_schema" = 'public' AND "table_name" = 'deals') OR ("table_schema" = 'public' AND "table_name" = 'activities')
;
SELECT "ns"."nspname" AS "table_schema", "t"."relname" AS "table_name", "cnst"."conname" AS "constraint_name", pg_get_constraintdef("cnst"."oid") AS "expression", CASE "cnst"."contype" WHEN 'p' THEN 'PRIMARY' WHEN 'u' THEN 'UNIQUE' WHEN 'c' THEN 'CHECK' WHEN 'x' THEN 'EXCLUDE' END AS "constraint_type", "a"."attname" AS "column_name" FROM "pg_constraint" "cnst" INNER JOIN "pg_class" "t" ON "t"."oid" = "cnst"."conrelid" INNER JOIN "pg_namespace" "ns" ON "ns"."oid" = "cnst"."connamespace" LEFT JOIN "pg_attribute" "a" ON "a"."attrelid" = "cnst"."conrelid" AND "a"."attnum" = ANY ("cnst"."conkey") WHERE "t"."relkind" IN ('r', 'p') AND (("ns"."nspname" = 'public' AND "t"."relname" = 'currencies') OR ("ns"."nspname" = 'public' AND "t"."relname" = 'accounts') OR ("ns"."nspname" = 'public' AND "t"."relname" = 'contacts') OR ("ns"."nspname" = 'public' AND "t"."relname" = 'deals') OR ("ns"."nspname" = 'public' AND "t"."relname" = 'activities'))
;
SELECT "ns"."nspname" AS "table_schema", "t"."relname" AS "table_name", "i"."relname" AS "constraint_name", "a"."attname" AS "column_name", CASE "ix"."indisunique" WHEN 't' THEN 'TRUE' ELSE'FALSE' END AS "is_unique", pg_get_expr("ix"."indpred", "ix"."indrelid") AS "condition", "types"."typname" AS "type_name", "am"."amname" AS "index_type" FROM "pg_class" "t" INNER JOIN "pg_index" "ix" ON "ix"."indrelid" = "t"."oid" INNER JOIN "pg_attribute" "a" ON "a"."attrelid" = "t"."oid"  AND "a"."attnum" = ANY ("ix"."indkey") INNER JOIN "pg_namespace" "ns" ON "ns"."oid" = "t"."relnamespace" INNER JOIN "pg_class" "i" ON "i"."oid" = "ix"."indexrelid" INNER JOIN "pg_type" "types" ON "types"."oid" = "a"."atttypid" INNER JOIN "pg_am" "am" ON "i"."relam" = "am"."oid" LEFT JOIN "pg_constraint" "cnst" ON "cnst"."conname" = "i"."relname" WHERE "t"."relkind" IN ('r', 'p') AND "cnst"."contype" IS NULL AND (("ns"."nspname" = 'public' AND "t"."relname" = 'currencies') OR ("ns"."nspname" = 'public' AND "t"."relname" = 'accounts') OR ("ns"."nspname" = 'public' AND "t"."relname" = 'contacts') OR ("ns"."nspname" = 'public' AND "t"."relname" = 'deals') OR ("ns"."nspname" = 'public' AND "t"."relname" = 'activities'))
;
SELECT "con"."conname" AS "constraint_name", "con"."nspname" AS "table_schema", "con"."relname" AS "table_name", "att2"."attname" AS "column_name", "ns"."nspname" AS "referenced_table_schema", "cl"."relname" AS "referenced_table_name", "att"."attname" AS "referenced_column_name", "con"."confdeltype" AS "on_delete", "con"."confupdtype" AS "on_update", "con"."condeferrable" AS "deferrable", "con"."condeferred" AS "deferred" FROM ( SELECT UNNEST ("con1"."conkey") AS "parent", UNNEST ("con1"."confkey") AS "child", "con1"."confrelid", "con1"."conrelid", "con1"."conname", "con1"."contype", "ns"."nspname", "cl"."relname", "con1"."condeferrable", CASE WHEN "con1"."condeferred" THEN 'INITIALLY DEFERRED' ELSE 'INITIALLY IMMEDIATE' END as condeferred, CASE "con1"."confdeltype" WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' END as "confdeltype", CASE "con1"."confupdtype" WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' END as "confupdtype" FROM "pg_class" "cl" INNER JOIN "pg_namespace" "ns" ON "cl"."relnamespace" = "ns"."oid" INNER JOIN "pg_constraint" "con1" ON "con1"."conrelid" = "cl"."oid" WHERE "con1"."contype" = 'f' AND (("ns"."nspname" = 'public' AND "cl"."relname" = 'currencies') OR ("ns"."nspname" = 'public' AND "cl"."relname" = 'accounts') OR ("ns"."nspname" = 'public' AND "cl"."relname" = 'contacts') OR ("ns"."nspname" = 'public' AND "cl"."relname" = 'deals') OR ("ns"."nspname" = 'public' AND "cl"."relname" = 'activities')) ) "con" INNER JOIN "pg_attribute" "att" ON "att"."attrelid" = "con"."confrelid" AND "att"."attnum" = "con"."child" INNER JOIN "pg_class" "cl" ON "cl"."oid" = "con"."confrelid"  AND "cl"."relispartition" = 'f'INNER JOIN "pg_namespace" "ns" ON "cl"."relnamespace" = "ns"."oid" INNER JOIN "pg_attribute" "att2" ON "att2"."attrelid" = "con"."conrelid" AND "att2"."attnum" = "con"."parent"
;
SELECT "udt_schema", "udt_name" FROM "information_schema"."columns" WHERE "table_schema" = 'public' AND "table_name" = 'accounts' AND "column_name"='tags'
;
SELECT "e"."enumlabel" AS "value" FROM "pg_enum" "e" INNER JOIN "pg_type" "t" ON "t"."oid" = "e"."enumtypid" INNER JOIN "pg_namespace" "n" ON "n"."oid" = "t"."typnamespace" WHERE "n"."nspname" = 'public' AND "t"."typname" = 'text' ORDER BY "e"."enumsortorder"
;
START TRANSACTION
;
INSERT INTO "accounts"("id", "tenant_id", "name", "industry", "city", "tags", "profile", "created_at") VALUES (DEFAULT, $1, $2, $3, $4, $5, $6, DEFAULT) RETURNING "id", "tenant_id", "tags", "profile", "created_at"
;
INSERT INTO "contacts"("id", "tenant_id", "name", "email", "account_id") VALUES (DEFAULT, DEFAULT, $1, $2, $3), (DEFAULT, DEFAULT, $4, $5, $6) RETURNING "id", "tenant_id"
;
COMMIT
;
INSERT INTO "accounts"("id", "tenant_id", "name", "industry", "city", "tags", "profile", "created_at") VALUES (DEFAULT, DEFAULT, $1, $2, $3, $4, $5, DEFAULT), (DEFAULT, DEFAULT, $6, $7, $8, $9, $10, DEFAULT), (DEFAULT, DEFAULT, $11, $12, $13, $14, $15, DEFAULT), (DEFAULT, DEFAULT, $16, $17, $18, $19, $20, DEFAULT) RETURNING "id", "tenant_id", "tags", "profile", "created_at"
;
INSERT INTO "accounts"("id", "tenant_id", "name", "industry", "city", "tags", "profile", "created_at") VALUES (DEFAULT, DEFAULT, $1, $2, $3, $4, $5, DEFAULT), (DEFAULT, DEFAULT, $6, $7, $8, $9, $10, DEFAULT) RETURNING "id", "tenant_id", "tags", "profile", "created_at"
;
INSERT INTO "deals"("id", "tenant_id", "title", "stage", "amount", "closes_on", "version", "account_id", "currency") VALUES (DEFAULT, DEFAULT, $1, DEFAULT, $2, $3, 1, $4, $5), (DEFAULT, DEFAULT, $6, DEFAULT, $7, $8, 1, $9, $10), (DEFAULT, DEFAULT, $11, DEFAULT, $12, $13, 1, $14, $15), (DEFAULT, DEFAULT, $16, DEFAULT, $17, $18, 1, $19, $20), (DEFAULT, DEFAULT, $21, DEFAULT, $22, $23, 1, $24, $25), (DEFAULT, DEFAULT, $26, DEFAULT, $27, $28, 1, $29, $30), (DEFAULT, DEFAULT, $31, DEFAULT, $32, $33, 1, $34, $35), (DEFAULT, DEFAULT, $36, DEFAULT, $37, $38, 1, $39, $40), (DEFAULT, DEFAULT, $41, DEFAULT, $42, $43, 1, $44, $45), (DEFAULT, DEFAULT, $46, DEFAULT, $47, $48, 1, $49, $50) RETURNING "id", "tenant_id", "stage", "version"
;
INSERT INTO "contacts"("id", "tenant_id", "name", "email", "account_id") VALUES (DEFAULT, $1, $2, $3, $4) ON CONFLICT ( "tenant_id", "email" ) DO UPDATE SET "tenant_id" = EXCLUDED."tenant_id", "email" = EXCLUDED."email", "name" = EXCLUDED."name", "account_id" = EXCLUDED."account_id" WHERE ("contacts"."tenant_id" IS DISTINCT FROM EXCLUDED."tenant_id" OR "contacts"."email" IS DISTINCT FROM EXCLUDED."email" OR "contacts"."name" IS DISTINCT FROM EXCLUDED."name" OR "contacts"."account_id" IS DISTINCT FROM EXCLUDED."account_id") RETURNING "id", "tenant_id"
;
INSERT INTO "contacts"("id", "tenant_id", "name", "email", "account_id") VALUES (DEFAULT, DEFAULT, $1, $2, $3) ON CONFLICT DO NOTHING  RETURNING "id", "tenant_id"
;
INSERT INTO "activities"("id", "tenant_id", "kind", "summary", "occurred_at", "account_id") VALUES (DEFAULT, DEFAULT, $1, $2, $3, $4), (DEFAULT, DEFAULT, $5, $6, $7, $8), (DEFAULT, DEFAULT, $9, $10, $11, $12) RETURNING "id", "tenant_id"
;
SELECT COUNT(1) AS "cnt" FROM "accounts" "Account"
;
SELECT COUNT(1) AS "cnt" FROM "accounts" "Account" WHERE (("Account"."tenant_id" = $1))
;
SELECT "Account"."id" AS "Account_id", "Account"."tenant_id" AS "Account_tenant_id", "Account"."name" AS "Account_name", "Account"."industry" AS "Account_industry", "Account"."city" AS "Account_city", "Account"."tags" AS "Account_tags", "Account"."profile" AS "Account_profile", "Account"."created_at" AS "Account_created_at" FROM "accounts" "Account" WHERE (("Account"."name" ILIKE $1)) ORDER BY "Account"."name" ASC
;
SELECT "Account"."id" AS "Account_id", "Account"."tenant_id" AS "Account_tenant_id", "Account"."name" AS "Account_name", "Account"."industry" AS "Account_industry", "Account"."city" AS "Account_city", "Account"."tags" AS "Account_tags", "Account"."profile" AS "Account_profile", "Account"."created_at" AS "Account_created_at" FROM "accounts" "Account" WHERE (((("Account"."city" = $1))) OR ((("Account"."city" IS NULL)))) ORDER BY "Account"."name" ASC
;
SELECT "Account"."id" AS "Account_id", "Account"."tenant_id" AS "Account_tenant_id", "Account"."name" AS "Account_name", "Account"."industry" AS "Account_industry", "Account"."city" AS "Account_city", "Account"."tags" AS "Account_tags", "Account"."profile" AS "Account_profile", "Account"."created_at" AS "Account_created_at" FROM "accounts" "Account" WHERE (("Account"."tags" @> $1)) ORDER BY "Account"."name" ASC
;
SELECT "Account"."id" AS "Account_id", "Account"."tenant_id" AS "Account_tenant_id", "Account"."name" AS "Account_name", "Account"."industry" AS "Account_industry", "Account"."city" AS "Account_city", "Account"."tags" AS "Account_tags", "Account"."profile" AS "Account_profile", "Account"."created_at" AS "Account_created_at" FROM "accounts" "Account" WHERE (("Account"."profile" @> $1)) ORDER BY "Account"."name" ASC
;
SELECT "Account"."id" AS "Account_id", "Account"."tenant_id" AS "Account_tenant_id", "Account"."name" AS "Account_name", "Account"."industry" AS "Account_industry", "Account"."city" AS "Account_city", "Account"."tags" AS "Account_tags", "Account"."profile" AS "Account_profile", "Account"."created_at" AS "Account_created_at" FROM "accounts" "Account" WHERE ((NOT("Account"."city" IN ($1)))) ORDER BY "Account"."name" ASC
;
SELECT "Account"."id" AS "Account_id", "Account"."tenant_id" AS "Account_tenant_id", "Account"."name" AS "Account_name", "Account"."industry" AS "Account_industry", "Account"."city" AS "Account_city", "Account"."tags" AS "Account_tags", "Account"."profile" AS "Account_profile", "Account"."created_at" AS "Account_created_at" FROM "accounts" "Account" ORDER BY "Account"."name" ASC LIMIT 2 OFFSET 3
;
SELECT "Account"."id" AS "Account_id", "Account"."tenant_id" AS "Account_tenant_id", "Account"."name" AS "Account_name", "Account"."industry" AS "Account_industry", "Account"."city" AS "Account_city", "Account"."tags" AS "Account_tags", "Account"."profile" AS "Account_profile", "Account"."created_at" AS "Account_created_at" FROM "accounts" "Account" LEFT JOIN "deals" "Account__Account_deals" ON "Account__Account_deals"."account_id"="Account"."id" WHERE (((("Account__Account_deals"."amount" BETWEEN $1 AND $2)))) ORDER BY "Account"."name" ASC
;
SELECT DISTINCT "distinctAlias"."Account_id" AS "ids_Account_id", "distinctAlias"."Account_name", "distinctAlias"."Account__Account_contacts_name" FROM (SELECT "Account"."id" AS "Account_id", "Account"."tenant_id" AS "Account_tenant_id", "Account"."name" AS "Account_name", "Account"."industry" AS "Account_industry", "Account"."city" AS "Account_city", "Account"."tags" AS "Account_tags", "Account"."profile" AS "Account_profile", "Account"."created_at" AS "Account_created_at", "Account__Account_contacts"."id" AS "Account__Account_contacts_id", "Account__Account_contacts"."tenant_id" AS "Account__Account_contacts_tenant_id", "Account__Account_contacts"."name" AS "Account__Account_contacts_name", "Account__Account_contacts"."email" AS "Account__Account_contacts_email", "Account__Account_contacts"."account_id" AS "Account__Account_contacts_account_id", "Account__Account_deals"."id" AS "Account__Account_deals_id", "Account__Account_deals"."tenant_id" AS "Account__Account_deals_tenant_id", "Account__Account_deals"."title" AS "Account__Account_deals_title", "Account__Account_deals"."stage" AS "Account__Account_deals_stage", "Account__Account_deals"."amount" AS "Account__Account_deals_amount", "Account__Account_deals"."closes_on" AS "Account__Account_deals_closes_on", "Account__Account_deals"."version" AS "Account__Account_deals_version", "Account__Account_deals"."account_id" AS "Account__Account_deals_account_id", "Account__Account_deals"."currency" AS "Account__Account_deals_currency", "Account__Account_deals__Account__Account_deals_currency"."code" AS "Account__Account_deals__Account__Account_deals_currency_code", "Account__Account_deals__Account__Account_deals_currency"."name" AS "Account__Account_deals__Account__Account_deals_currency_name" FROM "accounts" "Account" LEFT JOIN "contacts" "Account__Account_contacts" ON "Account__Account_contacts"."account_id"="Account"."id"  LEFT JOIN "deals" "Account__Account_deals" ON "Account__Account_deals"."account_id"="Account"."id" LEFT JOIN "currencies" "Account__Account_deals__Account__Account_deals_currency" ON "Account__Account_deals__Account__Account_deals_currency"."code"="Account__Account_deals"."currency") "distinctAlias" ORDER BY "distinctAlias"."Account_name" DESC, "distinctAlias"."Account__Account_contacts_name" ASC, "Account_id" ASC LIMIT 2
;
SELECT "Account"."id" AS "Account_id", "Account"."tenant_id" AS "Account_tenant_id", "Account"."name" AS "Account_name", "Account"."industry" AS "Account_industry", "Account"."city" AS "Account_city", "Account"."tags" AS "Account_tags", "Account"."profile" AS "Account_profile", "Account"."created_at" AS "Account_created_at", "Account__Account_contacts"."id" AS "Account__Account_contacts_id", "Account__Account_contacts"."tenant_id" AS "Account__Account_contacts_tenant_id", "Account__Account_contacts"."name" AS "Account__Account_contacts_name", "Account__Account_contacts"."email" AS "Account__Account_contacts_email", "Account__Account_contacts"."account_id" AS "Account__Account_contacts_account_id", "Account__Account_deals"."id" AS "Account__Account_deals_id", "Account__Account_deals"."tenant_id" AS "Account__Account_deals_tenant_id", "Account__Account_deals"."title" AS "Account__Account_deals_title", "Account__Account_deals"."stage" AS "Account__Account_deals_stage", "Account__Account_deals"."amount" AS "Account__Account_deals_amount", "Account__Account_deals"."closes_on" AS "Account__Account_deals_closes_on", "Account__Account_deals"."version" AS "Account__Account_deals_version", "Account__Account_deals"."account_id" AS "Account__Account_deals_account_id", "Account__Account_deals"."currency" AS "Account__Account_deals_currency", "Account__Account_deals__Account__Account_deals_currency"."code" AS "Account__Account_deals__Account__Account_deals_currency_code", "Account__Account_deals__Account__Account_deals_currency"."name" AS "Account__Account_deals__Account__Account_deals_currency_name" FROM "accounts" "Account" LEFT JOIN "contacts" "Account__Account_contacts" ON "Account__Account_contacts"."account_id"="Account"."id"  LEFT JOIN "deals" "Account__Account_deals" ON "Account__Account_deals"."account_id"="Account"."id" LEFT JOIN "currencies" "Account__Account_deals__Account__Account_deals_currency" ON "Account__Account_deals__Account__Account_deals_currency"."code"="Account__Account_deals"."currency" WHERE "Account"."id" IN ($1, $2) ORDER BY "Account"."name" DESC, "Account__Account_contacts"."name" ASC
;
SELECT "Account"."id" AS "Account_id", "Account"."tenant_id" AS "Account_tenant_id", "Account"."name" AS "Account_name", "Account"."industry" AS "Account_industry", "Account"."city" AS "Account_city", "Account"."tags" AS "Account_tags", "Account"."profile" AS "Account_profile", "Account"."created_at" AS "Account_created_at" FROM "accounts" "Account" WHERE (("Account"."city" = $1))
;
SELECT "Contact"."id" AS "Contact_id", "Contact"."tenant_id" AS "Contact_tenant_id", "Contact"."name" AS "Contact_name", "Contact"."email" AS "Contact_email", "Contact"."account_id" AS "Contact_account_id" FROM "contacts" "Contact" WHERE "Contact"."account_id" IN ($1)
;
SELECT "Contact"."id" AS "Contact_contacts_id", "Contact"."account_id" AS "Account_id" FROM "contacts" "Contact" WHERE "Contact"."account_id" IN ($1)
;
SELECT "Account"."id" AS "Account_id", "Account"."tenant_id" AS "Account_tenant_id", "Account"."name" AS "Account_name", "Account"."industry" AS "Account_industry", "Account"."city" AS "Account_city", "Account"."tags" AS "Account_tags", "Account"."profile" AS "Account_profile", "Account"."created_at" AS "Account_created_at" FROM "accounts" "Account" WHERE (("Account"."id" = $1)) LIMIT 1
;
SELECT 1 AS "row_exists" FROM (SELECT 1 AS dummy_column) "dummy_table" WHERE EXISTS (SELECT 1 FROM "accounts" "Account" WHERE (("Account"."city" = $1))) LIMIT 1
;
SELECT DISTINCT "distinctAlias"."d_id" AS "ids_d_id", "distinctAlias"."d_title" FROM (SELECT "d"."id" AS "d_id", "d"."tenant_id" AS "d_tenant_id", "d"."title" AS "d_title", "d"."stage" AS "d_stage", "d"."amount" AS "d_amount", "d"."closes_on" AS "d_closes_on", "d"."version" AS "d_version", "d"."account_id" AS "d_account_id", "d"."currency" AS "d_currency", "a"."id" AS "a_id", "a"."tenant_id" AS "a_tenant_id", "a"."name" AS "a_name", "a"."industry" AS "a_industry", "a"."city" AS "a_city", "a"."tags" AS "a_tags", "a"."profile" AS "a_profile", "a"."created_at" AS "a_created_at", "c"."id" AS "c_id", "c"."tenant_id" AS "c_tenant_id", "c"."name" AS "c_name", "c"."email" AS "c_email", "c"."account_id" AS "c_account_id" FROM "deals" "d" INNER JOIN "accounts" "a" ON "a"."id"="d"."account_id" LEFT JOIN "contacts" "c" ON "c"."account_id"="a"."id" WHERE "d"."amount" > $1 AND "a"."id" IN (SELECT "x"."id" AS "x_id" FROM "accounts" "x" WHERE "x"."city" = 'Zug')) "distinctAlias" ORDER BY "distinctAlias"."d_title" DESC, "d_id" ASC LIMIT 2 OFFSET 1
;
SELECT "d"."id" AS "d_id", "d"."tenant_id" AS "d_tenant_id", "d"."title" AS "d_title", "d"."stage" AS "d_stage", "d"."amount" AS "d_amount", "d"."closes_on" AS "d_closes_on", "d"."version" AS "d_version", "d"."account_id" AS "d_account_id", "d"."currency" AS "d_currency", "a"."id" AS "a_id", "a"."tenant_id" AS "a_tenant_id", "a"."name" AS "a_name", "a"."industry" AS "a_industry", "a"."city" AS "a_city", "a"."tags" AS "a_tags", "a"."profile" AS "a_profile", "a"."created_at" AS "a_created_at", "c"."id" AS "c_id", "c"."tenant_id" AS "c_tenant_id", "c"."name" AS "c_name", "c"."email" AS "c_email", "c"."account_id" AS "c_account_id" FROM "deals" "d" INNER JOIN "accounts" "a" ON "a"."id"="d"."account_id" LEFT JOIN "contacts" "c" ON "c"."account_id"="a"."id" WHERE ( "d"."amount" > $1 AND "a"."id" IN (SELECT "x"."id" AS "x_id" FROM "accounts" "x" WHERE "x"."city" = 'Zug') ) AND ( "d"."id" IN ($2, $3) ) ORDER BY "d"."title" DESC
;
SELECT "a"."name" AS "name" FROM "accounts" "a" ORDER BY "a"."name" ASC LIMIT 2
;
SELECT SUM("Deal"."amount") AS "SUM" FROM "deals" "Deal"
;
SELECT AVG("Deal"."amount") AS "AVG" FROM "deals" "Deal"
;
SELECT MAX("Deal"."amount") AS "MAX" FROM "deals" "Deal" WHERE (("Deal"."title" > $1))
;
SELECT date_trunc('month', "d"."closes_on")::date::text AS "month", SUM("d"."amount") AS "total", max("d"."closes_on" + interval '1 month')::date::text AS "due" FROM "deals" "d" GROUP BY month HAVING COUNT(*) > 0 ORDER BY "month" ASC LIMIT 3
;
SELECT "Deal"."id" AS "Deal_id", "Deal"."tenant_id" AS "Deal_tenant_id", "Deal"."title" AS "Deal_title", "Deal"."stage" AS "Deal_stage", "Deal"."amount" AS "Deal_amount", "Deal"."closes_on" AS "Deal_closes_on", "Deal"."version" AS "Deal_version", "Deal"."account_id" AS "Deal_account_id", "Deal"."currency" AS "Deal_currency" FROM "deals" "Deal" WHERE (("Deal"."title" = $1)) LIMIT 1
;
SELECT "Deal"."id" AS "Deal_id", "Deal"."tenant_id" AS "Deal_tenant_id", "Deal"."title" AS "Deal_title", "Deal"."stage" AS "Deal_stage", "Deal"."amount" AS "Deal_amount", "Deal"."closes_on" AS "Deal_closes_on", "Deal"."version" AS "Deal_version", "Deal"."account_id" AS "Deal_account_id", "Deal"."currency" AS "Deal_currency" FROM "deals" "Deal" WHERE "Deal"."id" = $1
;
UPDATE "deals" SET "stage" = $1, "version" = "version" + 1 WHERE "id" = $2 RETURNING "version"
;
UPDATE "deals" SET "amount" = "amount" + 5, "version" = "version" + 1 WHERE "title" = $1
;
UPDATE "deals" SET "stage" = $1, "version" = "version" + 1 WHERE "title" = $2
;
UPDATE "accounts" SET "city" = upper("city") WHERE "city" = $1 RETURNING "id"
;
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ
;
SELECT "Deal"."id" AS "Deal_id", "Deal"."tenant_id" AS "Deal_tenant_id", "Deal"."title" AS "Deal_title", "Deal"."stage" AS "Deal_stage", "Deal"."amount" AS "Deal_amount", "Deal"."closes_on" AS "Deal_closes_on", "Deal"."version" AS "Deal_version", "Deal"."account_id" AS "Deal_account_id", "Deal"."currency" AS "Deal_currency" FROM "deals" "Deal" WHERE (("Deal"."title" = $1)) LIMIT 1 FOR UPDATE SKIP LOCKED
;
SAVEPOINT typeorm_1
;
INSERT INTO "accounts"("id", "tenant_id", "name", "industry", "city", "tags", "profile", "created_at") VALUES (DEFAULT, $1, $2, $3, DEFAULT, DEFAULT, DEFAULT, DEFAULT) RETURNING "id", "tenant_id", "tags", "profile", "created_at"
;
ROLLBACK TO SAVEPOINT typeorm_1
;
INSERT INTO "accounts"("id", "tenant_id", "name", "industry", "city", "tags", "profile", "created_at") VALUES (DEFAULT, DEFAULT, $1, $2, DEFAULT, DEFAULT, DEFAULT, DEFAULT) RETURNING "id", "tenant_id", "tags", "profile", "created_at"
;
DELETE FROM "accounts"
;
ROLLBACK
;
SELECT "Account"."id" AS "Account_id", "Account"."tenant_id" AS "Account_tenant_id", "Account"."name" AS "Account_name", "Account"."industry" AS "Account_industry", "Account"."city" AS "Account_city", "Account"."tags" AS "Account_tags", "Account"."profile" AS "Account_profile", "Account"."created_at" AS "Account_created_at" FROM "accounts" "Account" WHERE (("Account"."city" = $1)) LIMIT 1
;
SELECT "Account"."id" AS "Account_id", "Account"."tenant_id" AS "Account_tenant_id", "Account"."name" AS "Account_name", "Account"."industry" AS "Account_industry", "Account"."city" AS "Account_city", "Account"."tags" AS "Account_tags", "Account"."profile" AS "Account_profile", "Account"."created_at" AS "Account_created_at" FROM "accounts" "Account" WHERE "Account"."id" = $1
;
DELETE FROM "accounts" WHERE "id" = $1
;
DELETE FROM "accounts" WHERE "industry" = $1
;
SELECT COUNT(1) AS "cnt" FROM "contacts" "Contact"
;
SELECT name FROM accounts WHERE industry = $1 ORDER BY name LIMIT 2
;
