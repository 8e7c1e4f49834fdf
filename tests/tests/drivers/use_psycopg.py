"""What an ordinary program does with psycopg 3, told line by line on standard output."""

import datetime
import decimal
import os
import threading

import psycopg
from psycopg.rows import dict_row
from psycopg.types import TypeInfo
from psycopg.types.enum import EnumInfo, register_enum
from psycopg.types.json import Jsonb

MARK = os.environ["MARK"]
ENDLESS = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b"
COLUMNS = "id, mark, feeling, share, tags, moods, about, amount, made, raw"


def tell(*words):
    print(*words, flush=True)


def code(work):
    """The SQLSTATE that the work fails with."""
    try:
        work()
    except psycopg.Error as error:
        return error.sqlstate
    return "no error"


def ids(conn):
    rows = conn.execute("SELECT id, mark FROM things ORDER BY id").fetchall()
    assert {mark for _, mark in rows} <= {MARK}, rows
    return [number for number, _ in rows]


def settings(conn):
    tell(conn.info.server_version, conn.info.parameter_status("server_encoding"))
    tell(conn.execute("SELECT version(), current_schema()").fetchone())
    conn.execute("SET TIME ZONE 'Asia/Tokyo'")
    conn.execute("SET statement_timeout = '1min'")
    conn.commit()
    tell(conn.execute("SHOW TimeZone").fetchone(), conn.execute("SHOW statement_timeout").fetchone())
    conn.execute("RESET TIME ZONE")
    conn.commit()


def rows(conn):
    mood = EnumInfo.fetch(conn, "mood")
    register_enum(mood, conn)
    TypeInfo.fetch(conn, "percent").register(conn)
    made = datetime.datetime(2025, 5, 17, 12, tzinfo=datetime.timezone.utc)
    values = (MARK, mood.enum.high, 7, ["a", 'b"{,}'], [mood.enum.low, mood.enum.high],
              Jsonb({"deep": [1, {"er": None}]}), decimal.Decimal("12.50"), made, b"\0\\\xff")
    insert = f"INSERT INTO things ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    tell(conn.execute(insert + " RETURNING id", (1, *values)).fetchone())
    tell(conn.cursor(binary=True).execute(insert, (2, *values)).statusmessage)
    many = conn.cursor()
    many.executemany("INSERT INTO things (id, mark) VALUES (%s, %s) RETURNING id",
                     [(number, MARK) for number in range(3, 9)], returning=True)
    tell(many.rowcount, many.fetchone())
    for binary in (False, True):
        cursor = conn.cursor(binary=binary, row_factory=dict_row)
        for row in cursor.execute(f"SELECT {COLUMNS} FROM things WHERE id < 3 ORDER BY id"):
            row["made"] = row["made"].isoformat()
            tell(row)
    tell(conn.execute("UPDATE things SET share = share + 1 WHERE id = ANY(%s)", ([1, 2, 9],)).rowcount)
    tell(conn.execute("DELETE FROM things WHERE id >= %s", (7,)).rowcount, ids(conn))
    conn.commit()


def transactions(conn):
    with conn.transaction():
        conn.execute("INSERT INTO things (id, mark) VALUES (10, %s)", (MARK,))
        try:
            with conn.transaction("inner"):
                conn.execute("INSERT INTO things (id, mark) VALUES (11, %s)", (MARK,))
                conn.execute("INSERT INTO things (id, mark) VALUES (10, %s)", (MARK,))
        except psycopg.errors.UniqueViolation as error:
            tell(error.sqlstate, error.diag.constraint_name, error.diag.table_name)
        with conn.transaction():
            conn.execute("INSERT INTO things (id, mark) VALUES (12, %s)", (MARK,))
    tell(ids(conn))
    conn.rollback()
    conn.execute("DELETE FROM things")
    conn.rollback()
    conn.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
    conn.read_only = True
    tell(conn.execute("SHOW transaction_isolation").fetchone(), len(ids(conn)))
    tell(code(lambda: conn.execute("DELETE FROM things")))
    conn.rollback()
    conn.isolation_level = conn.read_only = None
    conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    tell(conn.execute("SHOW transaction_isolation").fetchone())
    conn.commit()
    tell(conn.execute("SHOW transaction_isolation").fetchone())
    conn.commit()


def cursors(conn):
    with conn.transaction():
        with conn.cursor("by_name", scrollable=True) as cursor:
            cursor.itersize = 2
            cursor.execute("SELECT id FROM things WHERE mark = %s ORDER BY id", (MARK,))
            tell(cursor.fetchmany(3), cursor.fetchone())
            cursor.scroll(-2)
            tell(cursor.fetchone())
            cursor.scroll(1, mode="absolute")
            tell([row[0] for row in cursor])
    tell(list(conn.cursor().stream("SELECT id FROM things ORDER BY id")))
    conn.commit()


def copies(conn):
    with conn.cursor() as cursor:
        with cursor.copy("COPY things (id, mark, tags, amount) FROM STDIN") as copy:
            for number in range(1000, 11000):
                copy.write_row((number, MARK, ["x", None, "\t\\"], decimal.Decimal("0.50")))
        tell(cursor.rowcount)
        with cursor.copy("COPY things (id, mark, raw) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int4", "text", "bytea"])
            copy.write_row((11000, MARK, b"\0\xff"))
        tell(cursor.rowcount)
        with cursor.copy("COPY things (id, mark) FROM STDIN WITH (FORMAT csv, HEADER)") as copy:
            copy.write(f"id,mark\r\n11001,{MARK}\r\n11002,\"{MARK}\"\r\n")
        tell(cursor.rowcount)
        conn.commit()
        tell(code(lambda: copy_twice(cursor)))
        conn.rollback()
        for option in ("TEXT", "CSV, HEADER", "BINARY"):
            query = f"COPY (SELECT id, mark, raw, tags FROM things ORDER BY id) TO STDOUT (FORMAT {option})"
            with cursor.copy(query) as copy:
                data = b"".join(bytes(part) for part in copy)
            tell(option, len(data), data.count(MARK.encode()), data[:19])
        with cursor.copy("COPY things (id, amount) TO STDOUT") as copy:
            tell(sum(1 for _ in copy.rows()))
    tell(conn.execute("SELECT count(*), sum(amount), min(mark), max(mark) FROM things").fetchone())
    conn.execute("DELETE FROM things WHERE id >= 1000")
    conn.commit()


def copy_twice(cursor):
    with cursor.copy("COPY things (id, mark) FROM STDIN") as copy:
        for _ in range(2):
            copy.write_row((20, MARK))


def pipelines(conn):
    conn.prepare_threshold = 1
    conn.prepared_max = 2
    with conn.pipeline():
        cursors = [conn.execute("SELECT %s::int, mark FROM things WHERE id = 1", (number,))
                   for number in range(50)]
        tell([cursor.fetchone()[0] for cursor in cursors] == list(range(50)))
    conn.commit()
    try:
        with conn.pipeline():
            conn.execute("INSERT INTO things (id, mark) VALUES (30, %s)", (MARK,))
            conn.execute("SELECT 1 / 0")
            conn.execute("INSERT INTO things (id, mark) VALUES (31, %s)", (MARK,))
    except psycopg.Error as error:
        tell(error.sqlstate)
    conn.rollback()
    tell(ids(conn))
    # More prepared statements than are kept: the oldest is closed.
    for turn in range(3):
        for number in range(5):
            query = f"SELECT {number} + %s, count(*) FROM things WHERE mark = %s"
            tell(turn, conn.execute(query, (turn, MARK), prepare=True).fetchone())
    conn.commit()


def errors(conn):
    for query in ("SELEC 1", "SELECT 1 / 0", "SELECT nothing FROM things", "SELECT * FROM nowhere",
                  "INSERT INTO things (id, mark, share) VALUES (40, 'x', 101)",
                  "INSERT INTO things (id) VALUES (40)", "SELECT 'x'::int", "SELECT now(1)"):
        tell(query, code(lambda: conn.execute(query)), conn.info.transaction_status.name)
        tell(code(lambda: conn.execute("SELECT 1")))
        conn.rollback()
    tell(conn.execute("SELECT %s", ("fine",)).fetchone())
    conn.commit()


def cancels(conn):
    ended = threading.Event()

    def cancel():
        while not ended.wait(0.05):
            conn.cancel_safe()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    tell(code(lambda: conn.execute(ENDLESS)))
    ended.set()
    canceller.join()
    conn.rollback()
    tell(ids(conn))
    conn.commit()


def hand_over(conn):
    """Says for whom the program works, where its user name does not."""
    if os.environ["TOKEN"]:
        conn.execute(f"SET septum.token = '{os.environ['TOKEN']}'")
        conn.commit()


def main():
    with psycopg.connect("") as conn:
        hand_over(conn)
        tell("ready")
        input()
        for step in (settings, rows, transactions, cursors, copies, pipelines, errors, cancels):
            tell("--", step.__name__)
            step(conn)
    with psycopg.connect("", autocommit=True) as conn:
        hand_over(conn)
        tell(conn.execute("UPDATE things SET mark = mark").rowcount, ids(conn))


main()
