-- Knex 3.3.0, pg 8.23.1; PostgreSQL 15
select version();
;
select * from information_schema.tables where table_name = $1 and table_schema = current_schema()
;
select * from information_schema.columns where table_name = $1 and column_name = $2 and table_schema = current_schema()
;
select * from information_schema.columns where table_name = $1 and table_catalog = current_database() and table_schema = current_schema()
;
insert into "accounts" ("city", "industry", "name", "profile", "tags", "tenant_id") values ($1, $2, $3, $4, $5, $6) returning *
;
BEGIN;
;
insert into "accounts" ("city", "industry", "name", "profile", "tags") values ($1, $2, $3, $4, $5), ($6, $7, $8, $9, $10), ($11, $12, $13, $14, $15), ($16, $17, $18, $19, $20) returning "id"
;
insert into "accounts" ("city", "industry", "name", "profile", "tags") values ($1, $2, $3, $4, $5), ($6, $7, $8, $9, $10) returning "id"
;
COMMIT;
;
insert into "deals" ("account_id", "amount", "closes_on", "title") values ($1, $2, $3, $4), ($5, $6, $7, $8), ($9, $10, $11, $12), ($13, $14, $15, $16), ($17, $18, $19, $20), ($21, $22, $23, $24), ($25, $26, $27, $28), ($29, $30, $31, $32), ($33, $34, $35, $36), ($37, $38, $39, $40)
;
insert into "contacts" ("account_id", "email", "name") values ($1, $2, $3)
;
insert into "contacts" ("account_id", "email", "name") values ($1, $2, $3) on conflict ("tenant_id", "email") do update set "name" = excluded."name"
;
insert into "contacts" ("account_id", "email", "name") values ($1, $2, $3) on conflict ("tenant_id", "email") do nothing
;
insert into "activities" ("account_id", "kind", "occurred_at", "summary") values ($1, $2, $3, $4), ($5, $6, $7, $8), ($9, $10, $11, $12)
;
select count(*) from "accounts"
;
select "name" from "accounts" where "name" ilike $1 order by "name" asc
;
select "name" from "accounts" where "city" is null or "city" = $1 order by "name" asc
;
select "name" from "accounts" where tags @> $1 order by "name" asc
;
select "name" from "accounts" where jsonb_path_query_first("profile", $1)::int > $2 order by "name" asc
;
select "name" from "accounts" where "profile" @> $1 order by "name" asc
;
select "name" from "accounts" where "city" not in ($1) order by "name" asc limit $2 offset $3
;
select "d"."title", "a"."name", "c"."email" from "deals" as "d" inner join "accounts" as "a" on "a"."id" = "d"."account_id" left join "contacts" as "c" on "c"."account_id" = "a"."id" where "d"."amount" between $1 and $2 order by "d"."title" desc
;
select "name" from "accounts" where exists (select * from "deals" where deals.account_id = accounts.id and "amount" > $1) order by "name" asc
;
with "top" as (select "account_id", max("amount") as "best" from "deals" group by "account_id") select "name", "best" from "top" inner join "accounts" on "accounts"."id" = "top"."account_id" order by "best" desc limit $1
;
(select distinct on ("city") "city" from "accounts") union all (select "name" from "contacts") order by "city" asc
;
select "name" from "accounts" order by "name" asc limit $1
;
select sum("amount"), avg("amount"), max("title") from "deals"
;
select count(distinct "city") from "accounts"
;
select "city", count(*) as "n" from "accounts" group by "city" having count(*) > $1 order by "city" asc
;
select "title", row_number() over (partition by "stage" order by "amount" desc) as "place" from "deals" order by "title" asc limit $1
;
update "deals" set "stage" = $1 where "title" = $2 returning "title", "stage"
;
update "deals" set "amount" = "amount" + $1 where "title" = $2
;
BEGIN TRANSACTION ISOLATION LEVEL repeatable read;
;
select * from "deals" where "title" = $1 limit $2 for update skip locked
;
select * from "deals" where "title" = $1 for share nowait
;
SAVEPOINT trx4;
;
insert into "accounts" ("industry", "name") values ($1, $2)
;
ROLLBACK TO SAVEPOINT trx4
;
delete from "accounts"
;
ROLLBACK
;
delete from "accounts" where "industry" in ($1, $2)
;
select count(*) from "contacts"
;
SELECT name FROM accounts WHERE city = $1 ORDER BY "name" LIMIT 2
;
