-- sqlx 0.8; PostgreSQL 15
INSERT INTO accounts (tenant_id, name, industry, city, tags, profile)
             VALUES ($1::text::uuid, $2, 'food', 'Bern', $3, $4) RETURNING id
;
INSERT INTO accounts (name, industry, city) VALUES ($1, $2, $3), ($4, $5, $6), ($7, $8, $9), ($10, $11, $12), ($13, $14, $15), ($16, $17, $18), ($19, $20, $21), ($22, $23, $24), ($25, $26, $27), ($28, $29, $30)
;
INSERT INTO deals (account_id, title, amount, closes_on)
             SELECT id, 'Deal ' || row_number() OVER (ORDER BY name), n, date '2025-01-01' + 31
             FROM accounts JOIN UNNEST($1::text[], $2::bigint[]) AS given (name, n) USING (name)
;
INSERT INTO contacts (account_id, name, email) VALUES ($1, $2, $3)
                 ON CONFLICT (tenant_id, email) DO UPDATE SET name = excluded.name RETURNING name
;
SELECT $1::regtype::oid
;
INSERT INTO activities (account_id, kind, summary) VALUES ($1, $2, $3)
;
SELECT oid::regtype::text, typtype, typcategory, typrelid, typelem, typbasetype FROM pg_catalog.pg_type WHERE oid = $1
;

SELECT enumlabel
FROM pg_catalog.pg_enum
WHERE enumtypid = $1
ORDER BY enumsortorder
            
;
SELECT a.name, c.name, count(d.id) FROM accounts a
             LEFT JOIN contacts c ON c.account_id = a.id LEFT JOIN deals d ON d.account_id = a.id
             WHERE a.name ILIKE '%' || $1 || '%' AND a.tags @> $2
             GROUP BY a.id, c.id ORDER BY a.name LIMIT $3 OFFSET $4
;
SELECT to_char(date_trunc('month', closes_on), 'YYYY-MM'), sum(amount)::bigint
             FROM deals WHERE closes_on < now() + interval '1 year' GROUP BY 1 ORDER BY 1
;
BEGIN
;
SELECT title FROM deals WHERE amount > $1::bigint FOR UPDATE SKIP LOCKED
;
SAVEPOINT _sqlx_savepoint_1
;
INSERT INTO accounts (name, industry) VALUES ($1, 'twice')
;
ROLLBACK TO SAVEPOINT _sqlx_savepoint_1
;
UPDATE deals SET stage = 'won', version = version + 1 WHERE title = $1
;
COMMIT
;
DELETE FROM accounts
;
ROLLBACK
;
DELETE FROM accounts WHERE city = $1
;
SELECT count(*) FROM accounts
;
SELECT a.id, c.name FROM accounts a LEFT JOIN contacts c ON c.account_id = a.id WHERE a.id = $1
;
SELECT NOT attnotnull FROM ( ( SELECT $1::int4 AS idx, $2::int4 AS table_id, $3::int2 AS col_idx ) UNION ALL ( SELECT $4::int4, $5::int4, $6::int2 ) ) AS col LEFT JOIN pg_catalog.pg_attribute ON table_id IS NOT NULL AND attrelid = table_id AND attnum = col_idx ORDER BY idx
;
EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE sqlx_s_17(NULL)
;
