-- Prisma 7.10.1, pg 8.23.1; PostgreSQL 15
BEGIN
;
INSERT INTO "public"."accounts" ("tenant_id","name","industry","city","tags","profile","created_at") VALUES ($1,$2,$3,$4,$5,$6,$7) RETURNING "public"."accounts"."id"
;
INSERT INTO "public"."contacts" ("account_id","name","email","created_at") VALUES ($1,$2,$3,$4), ($5,$6,$7,$8), ($9,$10,$11,$12)
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE "public"."accounts"."id" = $1 LIMIT $2 OFFSET $3
;
SELECT "public"."contacts"."id", "public"."contacts"."tenant_id", "public"."contacts"."account_id", "public"."contacts"."name", "public"."contacts"."email", "public"."contacts"."created_at" FROM "public"."contacts" WHERE "public"."contacts"."account_id" = $1 OFFSET $2
;
COMMIT
;
INSERT INTO "public"."accounts" ("name","industry","tags","profile","created_at") VALUES ($1,$2,$3,$4,$5) RETURNING "public"."accounts"."id", "public"."accounts"."name"
;
INSERT INTO "public"."accounts" ("name","industry","city","tags","profile","created_at") VALUES ($1,$2,$3,$4,$5,$6), ($7,$8,$9,$10,$11,$12), ($13,$14,$15,$16,$17,$18), ($19,$20,$21,$22,$23,$24), ($25,$26,$27,$28,$29,$30), ($31,$32,$33,$34,$35,$36), ($37,$38,$39,$40,$41,$42), ($43,$44,$45,$46,$47,$48), ($49,$50,$51,$52,$53,$54), ($55,$56,$57,$58,$59,$60), ($61,$62,$63,$64,$65,$66), ($67,$68,$69,$70,$71,$72), ($73,$74,$75,$76,$77,$78), ($79,$80,$81,$82,$83,$84), ($85,$86,$87,$88,$89,$90), ($91,$92,$93,$94,$95,$96), ($97,$98,$99,$100,$101,$102), ($103,$104,$105,$106,$107,$108), ($109,$110,$111,$112,$113,$114), ($115,$116,$117,$118,$119,$120)
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE "public"."accounts"."city" = $1 ORDER BY "public"."accounts"."name" ASC LIMIT $2 OFFSET $3
;
INSERT INTO "public"."deals" ("account_id","title","stage","amount","currency","closes_on","version") VALUES ($1,$2,$3,$4,$5,$6,$7), ($8,$9,$10,$11,$12,$13,$14), ($15,$16,$17,$18,$19,$20,$21), ($22,$23,$24,$25,$26,$27,$28), ($29,$30,$31,$32,$33,$34,$35), ($36,$37,$38,$39,$40,$41,$42), ($43,$44,$45,$46,$47,$48,$49), ($50,$51,$52,$53,$54,$55,$56), ($57,$58,$59,$60,$61,$62,$63), ($64,$65,$66,$67,$68,$69,$70) RETURNING "public"."deals"."id", "public"."deals"."title"
;
SELECT "public"."currencies"."code" FROM "public"."currencies" WHERE ("public"."currencies"."code" = $1 AND 1=1) LIMIT $2 OFFSET $3
;
SELECT "public"."accounts"."id" FROM "public"."accounts" WHERE ("public"."accounts"."id" = $1 AND 1=1) LIMIT $2 OFFSET $3
;
INSERT INTO "public"."deals" ("account_id","title","stage","amount","currency","version") VALUES ($1,$2,$3,$4,$5,$6) RETURNING "public"."deals"."id"
;
SELECT "public"."deals"."id", "public"."deals"."tenant_id", "public"."deals"."account_id", "public"."deals"."title", "public"."deals"."stage", "public"."deals"."amount", "public"."deals"."currency", "public"."deals"."closes_on", "public"."deals"."version" FROM "public"."deals" WHERE "public"."deals"."id" = $1 LIMIT $2 OFFSET $3
;
INSERT INTO "public"."contacts" ("tenant_id","account_id","name","email","created_at") VALUES ($1,$2,$3,$4,$5) ON CONFLICT ("tenant_id","email") DO UPDATE SET "name" = $6 WHERE (("public"."contacts"."tenant_id" = $7 AND "public"."contacts"."email" = $8) AND 1=1) RETURNING "public"."contacts"."id", "public"."contacts"."tenant_id", "public"."contacts"."account_id", "public"."contacts"."name", "public"."contacts"."email", "public"."contacts"."created_at"
;
INSERT INTO "public"."contacts" ("tenant_id","account_id","name","email","created_at") VALUES ($1,$2,$3,$4,$5) ON CONFLICT DO NOTHING
;
INSERT INTO "public"."activities" ("account_id","kind","summary","occurred_at") VALUES ($1,CAST($2::text AS "public"."activity_kind"),$3,$4), ($5,CAST($6::text AS "public"."activity_kind"),$7,$8), ($9,CAST($10::text AS "public"."activity_kind"),$11,$12), ($13,CAST($14::text AS "public"."activity_kind"),$15,$16), ($17,CAST($18::text AS "public"."activity_kind"),$19,$20), ($21,CAST($22::text AS "public"."activity_kind"),$23,$24)
;
SELECT COUNT(*) AS "_count$_all" FROM (SELECT "public"."accounts"."id" FROM "public"."accounts" WHERE 1=1 OFFSET $1) AS "sub"
;
SELECT COUNT(*) AS "_count$_all" FROM (SELECT "public"."accounts"."id" FROM "public"."accounts" WHERE "public"."accounts"."tenant_id" = $1 OFFSET $2) AS "sub"
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE "public"."accounts"."name" ILIKE ('%' || $1 || '%') ORDER BY "public"."accounts"."name" ASC OFFSET $2
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE "public"."accounts"."name"::text LIKE ('%' || $1) ORDER BY "public"."accounts"."name" ASC OFFSET $2
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE ("public"."accounts"."city" = $1 OR "public"."accounts"."city" IS NULL) ORDER BY "public"."accounts"."name" ASC OFFSET $2
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE (NOT "public"."accounts"."city" IN ($1,$2)) ORDER BY "public"."accounts"."name" ASC OFFSET $3
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE "public"."accounts"."tags" @> $1 ORDER BY "public"."accounts"."name" ASC OFFSET $2
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE "public"."accounts"."tags" = '{}' ORDER BY "public"."accounts"."name" ASC OFFSET $1
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE (("public"."accounts"."profile"#>ARRAY[$1, $2]::text[])::jsonb > $3 AND JSONB_TYPEOF(("public"."accounts"."profile"#>ARRAY[$4, $5]::text[])::jsonb) = $6) ORDER BY "public"."accounts"."name" ASC OFFSET $7
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE ("public"."accounts"."profile"#>ARRAY[$1]::text[])::jsonb::jsonb = $2 ORDER BY "public"."accounts"."name" ASC OFFSET $3
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE 1=1 ORDER BY "public"."accounts"."name" ASC LIMIT $1 OFFSET $2
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE "public"."accounts"."name" >= (SELECT "public"."accounts"."name" FROM "public"."accounts" WHERE ("public"."accounts"."id") = ($1)) ORDER BY "public"."accounts"."name" ASC OFFSET $2
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at", COALESCE("aggr_selection_0_Deal"."_aggr_count_deals", 0) AS "_aggr_count_deals", COALESCE("aggr_selection_1_Contact"."_aggr_count_contacts", 0) AS "_aggr_count_contacts" FROM "public"."accounts" LEFT JOIN (SELECT "public"."deals"."account_id", COUNT(*) AS "_aggr_count_deals" FROM "public"."deals" WHERE 1=1 GROUP BY "public"."deals"."account_id") AS "aggr_selection_0_Deal" ON ("public"."accounts"."id" = "aggr_selection_0_Deal"."account_id") LEFT JOIN (SELECT "public"."contacts"."account_id", COUNT(*) AS "_aggr_count_contacts" FROM "public"."contacts" WHERE 1=1 GROUP BY "public"."contacts"."account_id") AS "aggr_selection_1_Contact" ON ("public"."accounts"."id" = "aggr_selection_1_Contact"."account_id") WHERE "public"."accounts"."city" = $1 LIMIT $2 OFFSET $3
;
SELECT "public"."contacts"."id", "public"."contacts"."tenant_id", "public"."contacts"."account_id", "public"."contacts"."name", "public"."contacts"."email", "public"."contacts"."created_at" FROM "public"."contacts" WHERE "public"."contacts"."account_id" IN ($1) ORDER BY "public"."contacts"."name" ASC OFFSET $2
;
SELECT "public"."activities"."id", "public"."activities"."tenant_id", "public"."activities"."account_id", "public"."activities"."contact_id", "public"."activities"."kind"::text, "public"."activities"."summary", "public"."activities"."occurred_at" FROM "public"."activities" WHERE ("public"."activities"."occurred_at" > $1 AND "public"."activities"."account_id" IN ($2)) ORDER BY "public"."activities"."summary" DESC OFFSET $3
;
SELECT "public"."activities"."id", "public"."activities"."tenant_id", "public"."activities"."account_id", "public"."activities"."contact_id", "public"."activities"."kind"::text, "public"."activities"."summary", "public"."activities"."occurred_at" FROM "public"."activities" WHERE "public"."activities"."contact_id" IN ($1,$2,$3,$4) OFFSET $5
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE ("public"."accounts"."id" = $1 AND 1=1) LIMIT $2 OFFSET $3
;
SELECT "public"."deals"."id", "public"."deals"."tenant_id", "public"."deals"."account_id", "public"."deals"."title", "public"."deals"."stage", "public"."deals"."amount", "public"."deals"."currency", "public"."deals"."closes_on", "public"."deals"."version" FROM "public"."deals" LEFT JOIN "public"."accounts" AS "orderby_1" ON ("orderby_1"."id") = ("public"."deals"."account_id") LEFT JOIN "public"."accounts" AS "j0" ON ("j0"."id") = ("public"."deals"."account_id") WHERE (("j0"."city" = $1 AND ("j0"."id" IS NOT NULL)) AND "public"."deals"."amount" >= $2 AND "public"."deals"."amount" < $3) ORDER BY "orderby_1"."name" DESC OFFSET $4
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE "public"."accounts"."id" IN ($1,$2,$3) OFFSET $4
;
SELECT "public"."currencies"."code", "public"."currencies"."name" FROM "public"."currencies" WHERE "public"."currencies"."code" IN ($1,$2,$3) OFFSET $4
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE EXISTS(SELECT "t0"."account_id" FROM "public"."deals" AS "t0" WHERE ("t0"."amount" > $1 AND ("public"."accounts"."id") = ("t0"."account_id") AND "t0"."account_id" IS NOT NULL)) ORDER BY "public"."accounts"."name" ASC OFFSET $2
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE NOT EXISTS(SELECT "t0"."account_id" FROM "public"."deals" AS "t0" WHERE (1=1 AND ("public"."accounts"."id") = ("t0"."account_id") AND "t0"."account_id" IS NOT NULL)) ORDER BY "public"."accounts"."name" ASC OFFSET $1
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE NOT EXISTS(SELECT "t0"."account_id" FROM "public"."contacts" AS "t0" WHERE ((NOT "t0"."name"::text LIKE ($1 || '%')) AND ("public"."accounts"."id") = ("t0"."account_id") AND "t0"."account_id" IS NOT NULL)) ORDER BY "public"."accounts"."name" ASC OFFSET $2
;
SELECT "public"."accounts"."id", "public"."accounts"."city" FROM "public"."accounts" WHERE 1=1 ORDER BY "public"."accounts"."city" ASC OFFSET $1
;
SELECT SUM("amount") AS "_sum$amount", AVG("amount") AS "_avg$amount", MAX("closes_on") AS "_max$closes_on", COUNT(*) AS "_count$_all" FROM (SELECT "public"."deals"."amount", "public"."deals"."closes_on", "public"."deals"."id" FROM "public"."deals" WHERE 1=1 OFFSET $1) AS "sub"
;
SELECT COUNT(*) AS "_count$_all", "public"."accounts"."city" FROM "public"."accounts" WHERE 1=1 GROUP BY "public"."accounts"."city" HAVING COUNT("public"."accounts"."id") > $1 ORDER BY "public"."accounts"."city" ASC OFFSET $2
;
SELECT "public"."deals"."id", "public"."deals"."tenant_id", "public"."deals"."account_id", "public"."deals"."title", "public"."deals"."stage", "public"."deals"."amount", "public"."deals"."currency", "public"."deals"."closes_on", "public"."deals"."version" FROM "public"."deals" WHERE "public"."deals"."title" = $1 LIMIT $2 OFFSET $3
;
UPDATE "public"."deals" SET "version" = ("public"."deals"."version" + $1), "amount" = ("public"."deals"."amount" * $2) WHERE ("public"."deals"."id" = $3 AND "public"."deals"."version" = $4) RETURNING "public"."deals"."id", "public"."deals"."tenant_id", "public"."deals"."account_id", "public"."deals"."title", "public"."deals"."stage", "public"."deals"."amount", "public"."deals"."currency", "public"."deals"."closes_on", "public"."deals"."version"
;
UPDATE "public"."deals" SET "stage" = $1 WHERE "public"."deals"."currency" = $2
;
UPDATE "public"."deals" SET "stage" = $1 WHERE "public"."deals"."title" = $2 RETURNING "public"."deals"."id", "public"."deals"."tenant_id", "public"."deals"."account_id", "public"."deals"."title", "public"."deals"."stage", "public"."deals"."amount", "public"."deals"."currency", "public"."deals"."closes_on", "public"."deals"."version"
;
UPDATE "public"."accounts" SET "tags" = "public"."accounts"."tags" || $1, "profile" = $2 WHERE "public"."accounts"."tags" @> $3
;
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE
;
SELECT id FROM deals WHERE title = $1 FOR UPDATE
;
INSERT INTO "public"."accounts" ("name","industry","tags","profile","created_at") VALUES ($1,$2,$3,$4,$5) RETURNING "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at"
;
INSERT INTO "public"."accounts" ("tenant_id","name","industry","tags","profile","created_at") VALUES ($1,$2,$3,$4,$5,$6) RETURNING "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at"
;
ROLLBACK
;
DELETE FROM "public"."accounts" WHERE 1=1
;
SELECT "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at" FROM "public"."accounts" WHERE "public"."accounts"."name"::text LIKE ('%' || $1) LIMIT $2 OFFSET $3
;
DELETE FROM "public"."accounts" WHERE ("public"."accounts"."id" = $1 AND 1=1) RETURNING "public"."accounts"."id", "public"."accounts"."tenant_id", "public"."accounts"."name", "public"."accounts"."industry", "public"."accounts"."city", "public"."accounts"."tags", "public"."accounts"."profile", "public"."accounts"."created_at"
;
SELECT "public"."contacts"."id", "public"."contacts"."account_id" FROM "public"."contacts" WHERE ("public"."contacts"."name" = $1 AND "public"."contacts"."account_id" IN ($2)) OFFSET $3
;
DELETE FROM "public"."contacts" WHERE ("public"."contacts"."id" IN ($1) AND 1=1)
;
SELECT "public"."contacts"."id", "public"."contacts"."account_id" FROM "public"."contacts" WHERE (1=1 AND "public"."contacts"."account_id" IN ($1)) OFFSET $2
;
UPDATE "public"."contacts" SET "name" = $1 WHERE ("public"."contacts"."id" IN ($2,$3,$4) AND 1=1)
;
SELECT "public"."accounts"."id" FROM "public"."accounts" WHERE "public"."accounts"."id" = $1 LIMIT $2 OFFSET $3
;
SELECT "public"."contacts"."id", "public"."contacts"."name", "public"."contacts"."account_id" FROM "public"."contacts" WHERE "public"."contacts"."account_id" = $1 OFFSET $2
;
DELETE FROM "public"."accounts" WHERE "public"."accounts"."city" = $1
;
SELECT COUNT(*) AS "_count$_all" FROM (SELECT "public"."contacts"."id" FROM "public"."contacts" WHERE 1=1 OFFSET $1) AS "sub"
;
SELECT name, closes_on + 30 AS due, date_trunc('month', closes_on) AS month
    FROM accounts JOIN deals ON account_id = accounts.id WHERE city = $1 ORDER BY name LIMIT 2
;
UPDATE deals SET version = version + 1 WHERE title = $1
;
SELECT count(*) FROM accounts WHERE name ILIKE $1
;
SELECT name FROM accounts WHERE city IN ($1,$2) ORDER BY name LIMIT 1
;
