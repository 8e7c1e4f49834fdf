// What an ordinary program does with node's `pg`, told line by line on standard output.
'use strict';

const { once } = require('node:events');
const { Readable, Writable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { Client, Pool } = require('pg');
const Cursor = require('pg-cursor');
const { from: copyFrom, to: copyTo } = require('pg-copy-streams');

const MARK = process.env.MARK;
const ENDLESS =
  'SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b';
const COLUMNS = 'id, mark, feeling, share, tags, moods, about, amount, made, raw';

const tell = (...words) =>
  console.log(...words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))));

// The SQLSTATE that the work fails with.
const code = (work) => work.then(() => 'no error', (error) => error.code ?? String(error));

async function ids(client) {
  const { rows } = await client.query('SELECT id, mark FROM things ORDER BY id');
  for (const { mark } of rows) if (mark !== MARK) throw new Error(`a row of ${mark}`);
  return rows.map(({ id }) => id);
}

async function settings(client) {
  tell((await client.query('SELECT version(), current_schema()')).rows);
  await client.query("SET TIME ZONE 'Asia/Tokyo'; SET statement_timeout = '1min'");
  tell((await client.query('SHOW TimeZone')).rows, (await client.query('SHOW statement_timeout')).rows);
  await client.query('RESET TIME ZONE');
}

async function rows(client) {
  const values = [MARK, 'high', 7, ['a', 'b"{,}'], ['low', 'high'], { deep: [1, { er: null }] },
    '12.50', new Date(Date.UTC(2025, 4, 17, 12)), Buffer.from([0, 92, 255])];
  const insert = `INSERT INTO things (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;
  tell((await client.query(`${insert} RETURNING id`, [1, ...values])).rows);
  tell((await client.query(insert, [2, ...values])).rowCount);
  for (let number = 3; number < 9; number++) {
    const one = { name: 'insert', text: 'INSERT INTO things (id, mark) VALUES ($1, $2)' };
    await client.query({ ...one, values: [number, MARK] });
  }
  tell((await client.query(`SELECT ${COLUMNS} FROM things WHERE id < 3 ORDER BY id`)).rows);
  const several = await client.query('SELECT 1 AS one; SELECT id FROM things WHERE id = 2; SELECT 3');
  tell(several.map((result) => [result.command, result.rows]));
  const update = 'UPDATE things SET share = share + 1 WHERE id = ANY($1)';
  tell((await client.query(update, [[1, 2, 9]])).rowCount);
  tell((await client.query('DELETE FROM things WHERE id >= $1', [7])).rowCount, await ids(client));
}

async function transactions(client) {
  const insert = 'INSERT INTO things (id, mark) VALUES ($1, $2)';
  await client.query('BEGIN');
  await client.query(insert, [10, MARK]);
  await client.query('SAVEPOINT one');
  await client.query(insert, [11, MARK]);
  const error = await client.query(insert, [10, MARK]).catch((error) => error);
  tell(error.code, error.constraint, error.table);
  tell(await code(client.query('SELECT 1')));
  await client.query('ROLLBACK TO SAVEPOINT one');
  await client.query('SAVEPOINT two');
  await client.query(insert, [12, MARK]);
  await client.query('RELEASE SAVEPOINT two');
  await client.query('COMMIT');
  tell(await ids(client));
  await client.query('BEGIN; DELETE FROM things');
  await client.query('ROLLBACK');
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY');
  tell((await client.query('SHOW transaction_isolation')).rows, await ids(client));
  tell(await code(client.query('DELETE FROM things')));
  tell((await client.query('COMMIT')).command);
  await client.query('BEGIN');
  await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
  tell((await client.query('SHOW transaction_isolation')).rows);
  await client.query('COMMIT');
}

async function cursors(client) {
  await client.query('BEGIN');
  const query = 'SELECT id FROM things WHERE mark = $1 ORDER BY id';
  const cursor = client.query(new Cursor(query, [MARK]));
  tell(await cursor.read(3), await cursor.read(2));
  await cursor.close();
  await client.query('DECLARE c SCROLL CURSOR FOR SELECT id FROM things ORDER BY id');
  tell((await client.query('FETCH 2 FROM c')).rows, (await client.query('MOVE LAST IN c')).command);
  tell((await client.query('FETCH PRIOR FROM c')).rows);
  await client.query('CLOSE c');
  await client.query('COMMIT');
}

async function copies(client) {
  const copy = async (text, data) => {
    const stream = client.query(copyFrom(text));
    await pipeline(Readable.from(data), stream);
    return stream.rowCount;
  };
  const many = Array.from({ length: 10000 }, (_, at) => `${1000 + at}\t${MARK}\t{x,NULL}\t0.5\n`);
  tell(await copy('COPY things (id, mark, tags, amount) FROM STDIN', many));
  const csv = [`id,mark\r\n11001,${MARK}\r\n`, `11002,"${MARK}"\r\n`];
  tell(await copy('COPY things (id, mark) FROM STDIN WITH (FORMAT csv, HEADER)', csv));
  tell(await code(copy('COPY things (id, mark) FROM STDIN', [`20\t${MARK}\n`, `20\t${MARK}\n`])));
  for (const form of ['TEXT', 'CSV, HEADER', 'BINARY']) {
    const query = 'SELECT id, mark, raw, tags FROM things ORDER BY id';
    const parts = [];
    const sink = new Writable({ write: (part, _, done) => { parts.push(part); done(); } });
    await pipeline(client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT ${form})`)), sink);
    const data = Buffer.concat(parts).toString('latin1');
    tell(form, data.length, data.split(MARK).length - 1, data.slice(0, 19));
  }
  const sum = 'SELECT count(*), sum(amount), min(mark), max(mark) FROM things';
  tell((await client.query(sum)).rows);
  tell((await client.query('DELETE FROM things WHERE id >= 1000')).rowCount);
}

async function pipelines(client) {
  const asked = Array.from({ length: 50 }, (_, at) =>
    client.query('SELECT $1::int AS n, mark FROM things WHERE id = 1', [at]));
  tell((await Promise.all(asked)).every(({ rows: [row] }, at) => row.n === at && row.mark === MARK));
  const failing = ['SELECT 1', 'SELECT 1 / 0', 'SELECT 2'].map((text) => code(client.query(text)));
  tell(await Promise.all(failing));
}

async function errors(client) {
  for (const query of ['SELEC 1', 'SELECT 1 / 0', 'SELECT nothing FROM things',
    'SELECT * FROM nowhere', "INSERT INTO things (id, mark, share) VALUES (40, 'x', 101)",
    'INSERT INTO things (id) VALUES (40)', "SELECT 'x'::int", 'SELECT now(1)']) {
    tell(query, await code(client.query(query)), await code(client.query({ text: query, values: [] })));
  }
  tell(await code(client.query('SELECT $1::int', ['x'])), await code(client.query('SELECT 1')));
}

async function cancels(client) {
  let ended = false;
  const endless = code(client.query(ENDLESS)).finally(() => (ended = true));
  while (!ended) {
    // `pg` has no call of its own that is documented; this one opens a connection for it.
    const request = new Client();
    request.cancel(client, client._getActiveQuery?.() ?? client.activeQuery);
    await once(request.connection, 'end');
  }
  tell(await endless, await ids(client));
}

async function main() {
  const pool = new Pool({ max: 2 });
  const client = await pool.connect();
  tell('ready');
  await once(process.stdin, 'data');
  for (const step of [settings, rows, transactions, cursors, copies, pipelines, errors, cancels]) {
    tell('--', step.name);
    await step(client);
  }
  client.release();
  const counts = Array.from({ length: 20 }, (_, at) =>
    pool.query('SELECT count(*) + $1::int AS n FROM things', [at]));
  tell((await Promise.all(counts)).map(({ rows: [row] }) => row.n));
  await pool.end();
  process.exit();
}

main().catch((error) => { console.error(error); process.exit(1); });
