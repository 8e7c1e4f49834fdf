-- Drizzle 0.45.4, pg 8.23.1; PostgreSQL 15
insert into "accounts" ("id", "tenant_id", "name", "industry", "city", "tags", "profile", "created_at") values (default, $1, $2, $3, $4, $5, $6, default) returning "id", "tenant_id", "name", "industry", "city", "tags", "profile", "created_at"
;
insert into "accounts" ("id", "tenant_id", "name", "industry", "city", "tags", "profile", "created_at") values (default, default, $1, $2, $3, $4, $5, default), (default, default, $6, $7, $8, $9, $10, default), (default, default, $11, $12, $13, $14, $15, default), (default, default, $16, $17, $18, $19, $20, default), (default, default, $21, $22, $23, $24, $25, default), (default, default, $26, $27, $28, $29, $30, default), (default, default, $31, $32, $33, $34, $35, default), (default, default, $36, $37, $38, $39, $40, default), (default, default, $41, $42, $43, $44, $45, default), (default, default, $46, $47, $48, $49, $50, default) returning "id"
;
insert into "deals" ("id", "tenant_id", "account_id", "title", "stage", "amount", "closes_on") values (default, default, $1, $2, default, $3, $4), (default, default, $5, $6, default, $7, $8), (default, default, $9, $10, default, $11, $12), (default, default, $13, $14, default, $15, $16), (default, default, $17, $18, default, $19, $20), (default, default, $21, $22, default, $23, $24), (default, default, $25, $26, default, $27, $28), (default, default, $29, $30, default, $31, $32), (default, default, $33, $34, default, $35, $36), (default, default, $37, $38, default, $39, $40)
;
insert into "contacts" ("id", "tenant_id", "account_id", "name", "email") values (default, default, $1, $2, $3) on conflict ("tenant_id","email") do update set "name" = excluded.name returning "name"
;
insert into "contacts" ("id", "tenant_id", "account_id", "name", "email") values (default, default, $1, $2, $3) on conflict do nothing
;
insert into "activities" ("id", "tenant_id", "account_id", "kind", "summary", "occurred_at") values (default, default, $1, $2, $3, $4), (default, default, $5, $6, $7, $8), (default, default, $9, $10, $11, $12)
;
select count(*) as count from "accounts";
;
select "name" from "accounts" where "accounts"."name" ilike $1 order by "accounts"."name" asc
;
select "name" from "accounts" where ("accounts"."city" = $1 or "accounts"."city" is null) order by "accounts"."name" asc
;
select "name" from "accounts" where "accounts"."tags" @> $1 order by "accounts"."name" asc
;
select "name" from "accounts" where "accounts"."tags" && $1 order by "accounts"."name" asc
;
select "name" from "accounts" where "accounts"."profile"->'size'->>'staff' = '12' order by "accounts"."name" asc
;
select "deals"."title", "accounts"."name" from "deals" inner join "accounts" on "deals"."account_id" = "accounts"."id" left join "contacts" on "contacts"."account_id" = "accounts"."id" where ("deals"."amount" > $1 and "deals"."amount" < $2) order by "deals"."title" desc limit $3 offset $4
;
select "accounts"."name", "accounts_contacts"."data" as "contacts", "accounts_deals"."data" as "deals" from "accounts" "accounts" left join lateral (select coalesce(json_agg(json_build_array("accounts_contacts"."name")), '[]'::json) as "data" from "contacts" "accounts_contacts" where "accounts_contacts"."account_id" = "accounts"."id") "accounts_contacts" on true left join lateral (select coalesce(json_agg(json_build_array("accounts_deals"."title")), '[]'::json) as "data" from (select * from "deals" "accounts_deals" where "accounts_deals"."account_id" = "accounts"."id" limit $1) "accounts_deals") "accounts_deals" on true order by "accounts"."name" asc limit $2
;
select "deals"."title", "deals_account"."data" as "account" from "deals" "deals" left join lateral (select json_build_array("deals_account"."name") as "data" from (select * from "accounts" "deals_account" where "deals_account"."id" = "deals"."account_id" limit $1) "deals_account") "deals_account" on true where "deals"."title" = $2 limit $3
;
with "top" as (select "account_id", max("amount") as "best" from "deals" group by "deals"."account_id") select "accounts"."name", "best" from "accounts" inner join "top" on "top"."account_id" = "accounts"."id" order by "best" desc limit $1
;
select "name" from "accounts" where exists (select 1 from "deals" where ("deals"."account_id" = "accounts"."id" and "deals"."amount" > $1)) order by "accounts"."name" asc
;
select distinct on ("accounts"."city") "city" from "accounts" order by "accounts"."city"
;
(select "city" from "accounts" where "accounts"."industry" = $1) union all (select "name" from "contacts")
;
select "title" from "deals" where "deals"."title" = $1
;
select "city", count(*) from "accounts" group by "accounts"."city" having count(*) > $1 order by "accounts"."city"
;
select date_trunc('month', "closes_on")::text, sum("amount"), max("closes_on" + interval '30 days')::text from "deals" group by 1 order by 1 limit $1
;
update "deals" set "stage" = $1, "amount" = "deals"."amount" + 1 where "deals"."title" = $2 returning "id", "tenant_id", "account_id", "title", "stage", "amount", "closes_on"
;
update "deals" set "stage" = $1 from "accounts" where ("accounts"."id" = "deals"."account_id" and "deals"."amount" > $2)
;
begin isolation level repeatable read read write not deferrable
;
select "title" from "deals" where "deals"."title" = $1 for update of "deals" skip locked
;
savepoint sp1
;
insert into "accounts" ("id", "tenant_id", "name", "industry", "city", "tags", "profile", "created_at") values (default, default, $1, $2, default, default, default, default)
;
rollback to savepoint sp1
;
commit
;
begin
;
delete from "accounts"
;
rollback
;
delete from "accounts" where "accounts"."industry" in ($1, $2) returning "industry"
;
select count(*) as count from "contacts";
;
SELECT count(*) FROM deals WHERE title LIKE $1
;
