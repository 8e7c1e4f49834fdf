-- What an ordinary script for psql does.
\pset null (null)
\encoding
SELECT version(), current_schema();
SHOW server_version;
SET timezone = 'Asia/Tokyo';
SHOW timezone;
RESET timezone;
SELECT set_config('app.who', 'them', false);
SHOW app.who;

INSERT INTO things (id, mark, feeling, share, tags, moods, about, amount, raw)
VALUES (1, :'mark', 'high', 7, '{a,"b\"{,}"}', '{low,high}', '{"deep": [1, {"er": null}]}', 12.5, '\x005cff'),
       (2, :'mark', NULL, NULL, '{}', '{}', '{}', NULL, NULL) RETURNING id;
INSERT INTO things (id, mark) SELECT n, :'mark' FROM generate_series(3, 8) n;
\echo :ROW_COUNT :SQLSTATE
SELECT id, mark, feeling, share, tags, moods, about, amount, made, raw FROM things WHERE id < 3 ORDER BY id;
\x
TABLE things LIMIT 0;
SELECT feeling, count(*) FROM things GROUP BY feeling ORDER BY feeling;
\x
UPDATE things SET share = share + 1 WHERE id = 1 RETURNING share;
DELETE FROM things WHERE id > 6 RETURNING id;
SELECT 1 AS one\; SELECT 2 AS two;
SELECT id, mark AS "Mark" FROM things \gdesc
SELECT count(*) AS many FROM things \gset
\echo :many
SELECT format('SELECT %s + count(*) FROM things', n) FROM generate_series(1, 3) n \gexec
SELECT id, feeling, mark FROM things WHERE id < 4 ORDER BY id \crosstabview

BEGIN;
INSERT INTO things (id, mark) VALUES (10, :'mark');
SAVEPOINT inner_one;
INSERT INTO things (id, mark) VALUES (11, :'mark');
SELECT 1 / 0;
SELECT 1;
ROLLBACK TO inner_one;
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY;
SHOW transaction_isolation;
DELETE FROM things;
END;
START TRANSACTION;
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SHOW transaction_isolation;
COMMIT AND CHAIN;
SHOW transaction_isolation;
ABORT;
COMMIT;
\set ON_ERROR_ROLLBACK on
BEGIN;
INSERT INTO things (id, mark) VALUES (12, :'mark');
SELECT 1 / 0;
INSERT INTO things (id, mark) VALUES (13, :'mark');
COMMIT;
\set ON_ERROR_ROLLBACK off
\set AUTOCOMMIT off
DELETE FROM things;
ROLLBACK;
\set AUTOCOMMIT on
SELECT id FROM things ORDER BY id;

BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT id FROM things ORDER BY id;
FETCH 2 FROM c;
MOVE LAST IN c;
FETCH PRIOR FROM c;
FETCH ABSOLUTE 1 FROM c;
CLOSE c;
COMMIT;
\set FETCH_COUNT 3
SELECT id FROM things ORDER BY id;
\unset FETCH_COUNT

COPY things (id, mark, amount) FROM STDIN;
{{rows}}
\.
\echo :ROW_COUNT
-- A copy is carried as inserts: what an error says of its place is another thing.
\set VERBOSITY terse
COPY things (id, mark) FROM STDIN;
20	twice
20	twice
\.
COPY things (id, feeling) FROM STDIN (FORMAT csv);
21,"sideways"
\.
\set VERBOSITY default
\copy things (id, mark, amount) to program 'wc'
\copy (SELECT id, mark, raw FROM things WHERE id < 1003 ORDER BY id) TO STDOUT (FORMAT csv, HEADER)
COPY (SELECT count(*), sum(amount) FROM things) TO STDOUT;
DELETE FROM things WHERE id >= 1000;

-- Errors. A text that PostgreSQL can't parse is refused in Septum's words; and Septum's text
-- of a statement is another, so an error points at no place in it.
\set VERBOSITY sqlstate
SELEC 1;
SELECT  nothing   FROM things;
\set VERBOSITY default
INSERT INTO things (id, mark, share) VALUES (40, 'x', 101);
SELECT 1 / 0;
\errverbose
SELECT DISTINCT mark FROM things;
