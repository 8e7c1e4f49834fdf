"""What an ordinary program does with asyncpg, told line by line on standard output."""

import asyncio
import datetime
import decimal
import io
import json
import os
import sys

import asyncpg

MARK = os.environ["MARK"]
ENDLESS = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b"
COLUMNS = "id, mark, feeling, share, tags, moods, about, amount, made, raw"


def tell(*words):
    print(*words, flush=True)


async def code(work):
    """The SQLSTATE that the work fails with."""
    try:
        await work
    except asyncpg.PostgresError as error:
        return error.sqlstate
    return "no error"


async def ids(conn):
    rows = await conn.fetch("SELECT id, mark FROM things ORDER BY id")
    assert {row["mark"] for row in rows} <= {MARK}, rows
    return [row["id"] for row in rows]


async def settings(conn):
    tell(conn.get_server_version(), conn.get_settings().server_encoding)
    tell(await conn.fetchval("SELECT version()"))
    await conn.execute("SET TIME ZONE 'Asia/Tokyo'; SET statement_timeout = '1min'")
    tell(await conn.fetchval("SHOW TimeZone"), conn.get_settings().TimeZone)
    tell(await conn.fetchval("SELECT set_config('app.who', 'them', false)"))
    tell(await conn.fetchval("SELECT current_setting('app.who')"))
    await conn.execute("RESET TIME ZONE")


async def rows(conn):
    await conn.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    made = datetime.datetime(2025, 5, 17, 12, tzinfo=datetime.timezone.utc)
    values = (MARK, "high", 7, ["a", 'b"{,}'], ["low", "high"], {"deep": [1, {"er": None}]},
              decimal.Decimal("12.50"), made, b"\0\\\xff")
    insert = f"INSERT INTO things ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    tell(await conn.fetchval(insert + " RETURNING id", 1, *values))
    tell(await conn.execute(insert, 2, *values))
    await conn.executemany("INSERT INTO things (id, mark) VALUES ($1, $2)",
                           [(number, MARK) for number in range(3, 9)])
    for row in await conn.fetch(f"SELECT {COLUMNS} FROM things WHERE id < 3 ORDER BY id"):
        tell(dict(row))
    # A row as one value: its type is asked for as well.
    tell(await conn.fetchval("SELECT (id, mark) FROM things WHERE id = 1"))
    tell(await conn.fetchval("SELECT array_agg(feeling ORDER BY id) FROM things"))
    tell(await conn.execute("UPDATE things SET share = share + 1 WHERE id = ANY($1)", [1, 2, 9]))
    tell(await conn.execute("DELETE FROM things WHERE id >= $1", 7), await ids(conn))


async def transactions(conn):
    async with conn.transaction():
        await conn.execute("INSERT INTO things (id, mark) VALUES (10, $1)", MARK)
        try:
            async with conn.transaction():
                await conn.execute("INSERT INTO things (id, mark) VALUES (11, $1)", MARK)
                await conn.execute("INSERT INTO things (id, mark) VALUES (10, $1)", MARK)
        except asyncpg.UniqueViolationError as error:
            tell(error.sqlstate, error.constraint_name, error.table_name)
        async with conn.transaction():
            await conn.execute("INSERT INTO things (id, mark) VALUES (12, $1)", MARK)
    tell(await ids(conn))
    transaction = conn.transaction()
    await transaction.start()
    await conn.execute("DELETE FROM things")
    await transaction.rollback()
    async with conn.transaction(isolation="serializable", readonly=True, deferrable=True):
        tell(await conn.fetchval("SHOW transaction_isolation"), len(await ids(conn)))
    transaction = conn.transaction(readonly=True)
    await transaction.start()
    tell(await code(conn.execute("DELETE FROM things")))
    await transaction.rollback()


async def cursors(conn):
    async with conn.transaction():
        cursor = await conn.cursor("SELECT id FROM things WHERE mark = $1 ORDER BY id", MARK)
        tell(await cursor.fetch(3), await cursor.forward(1), await cursor.fetchrow())
        query = "SELECT id FROM things ORDER BY id"
        tell([row["id"] async for row in conn.cursor(query, prefetch=2)])
        await conn.execute("DECLARE c SCROLL CURSOR FOR " + query)
        tell(await conn.fetch("FETCH 2 FROM c"), await conn.execute("MOVE LAST IN c"))
        tell(await conn.fetch("FETCH PRIOR FROM c"), await conn.execute("CLOSE c"))


async def copies(conn):
    records = [(number, MARK, ["x", None, "\t\\"], decimal.Decimal("0.50"))
               for number in range(1000, 11000)]
    tell(await conn.copy_records_to_table("things", records=records,
                                          columns=["id", "mark", "tags", "amount"]))
    source = io.BytesIO(f"id,mark\r\n11001,{MARK}\r\n11002,\"{MARK}\"\r\n".encode())
    tell(await conn.copy_to_table("things", source=source, columns=["id", "mark"], format="csv",
                                  header=True))
    twice = io.BytesIO(f"20\t{MARK}\n20\t{MARK}\n".encode())
    tell(await code(conn.copy_to_table("things", source=twice, columns=["id", "mark"])))
    for form in ("text", "csv", "binary"):
        data = io.BytesIO()
        query = "SELECT id, mark, raw, tags FROM things WHERE id >= $1 ORDER BY id"
        if form == "binary":
            query = query.replace("$1", "1")
            told = await conn.copy_from_query(query, output=data, format=form)
        else:
            told = await conn.copy_from_query(query, 1, output=data, format=form)
        data = data.getvalue()
        tell(form, told, len(data), data.count(MARK.encode()), data[:19])
    data = io.BytesIO()
    tell(await conn.copy_from_table("things", columns=["id", "amount"], output=data))
    tell(await conn.fetchrow("SELECT count(*), sum(amount), min(mark), max(mark) FROM things"))
    tell(await conn.execute("DELETE FROM things WHERE id >= 1000"))


async def pipelines(conn):
    # executemany pipelines; a failure undoes all of it.
    many = [(30, MARK), (31, MARK), (30, MARK), (32, MARK)]
    tell(await code(conn.executemany("INSERT INTO things (id, mark) VALUES ($1, $2)", many)))
    tell(await ids(conn))
    returned = await conn.fetchmany("UPDATE things SET share = $2 WHERE id = $1 RETURNING id, mark",
                                    [(number, number) for number in range(1, 4)])
    tell(returned)
    statement = await conn.prepare("SELECT id, $1::int FROM things WHERE mark = $2 ORDER BY id")
    tell(statement.get_parameters(), statement.get_attributes())
    for number in range(20):
        assert len(await statement.fetch(number, MARK)) == len(await ids(conn))


async def errors(conn):
    for query in ("SELEC 1", "SELECT 1 / 0", "SELECT nothing FROM things", "SELECT * FROM nowhere",
                  "INSERT INTO things (id, mark, share) VALUES (40, 'x', 101)",
                  "INSERT INTO things (id) VALUES (40)", "SELECT 'x'::int", "SELECT now(1)"):
        tell(query, await code(conn.execute(query)), await code(conn.fetch(query)))
    async with conn.transaction():
        tell(await code(conn.fetch("SELECT 1 / 0")), await code(conn.fetch("SELECT 1")))


async def cancels(conn):
    try:
        await conn.fetch(ENDLESS, timeout=0.3)
    except asyncio.TimeoutError:
        tell("timed out")
    tell(await ids(conn))
    task = asyncio.create_task(conn.fetch(ENDLESS))
    await asyncio.sleep(0.1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        tell("cancelled")
    tell(await ids(conn))


async def main():
    # A pool resets each connection that comes back.
    async with asyncpg.create_pool(min_size=1, max_size=2) as pool:
        tell("ready")
        await asyncio.to_thread(sys.stdin.readline)
        for step in (settings, rows, transactions, cursors, copies, pipelines, errors, cancels):
            tell("--", step.__name__)
            async with pool.acquire() as conn:
                await step(conn)
        counts = [pool.fetchval("SELECT count(*) + $1 FROM things", number) for number in range(20)]
        tell(await asyncio.gather(*counts))


asyncio.run(main())
