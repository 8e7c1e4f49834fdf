"""A CRM with SQLAlchemy's ORM, told line by line on standard output."""

import datetime
import os
import uuid
from decimal import Decimal

import psycopg
import sqlalchemy
from sqlalchemy import (DateTime, Enum, ForeignKey, Integer, Numeric, String, Text, UniqueConstraint, and_,
                        case, cast, create_engine, delete, exists, extract, func, insert,
                        inspect, literal_column, or_, select, text, tuple_, union_all, update)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, JSONPATH
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import (DeclarativeBase, Mapped, Session, aliased, contains_eager, joinedload,
                            lazyload, mapped_column, relationship, selectinload, subqueryload)

MARK = os.environ["MARK"]
TENANT = uuid.UUID(os.environ["TENANT"])


def tell(*words):
    print(*words, flush=True)


class Base(DeclarativeBase):
    pass


class Owned:
    """Of a tenant, which the database itself fills in."""
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[uuid.UUID] = mapped_column(server_default=func.septum.tenant())


class Currency(Base):
    __tablename__ = "currencies"
    code: Mapped[str] = mapped_column(String(3), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))


class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    # As an application does that knows its tenant.
    tenant_id: Mapped[uuid.UUID] = mapped_column(default=TENANT)
    name: Mapped[str] = mapped_column(String(200))
    industry: Mapped[str] = mapped_column(String(100))
    city: Mapped[str | None] = mapped_column(String(100))
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    profile: Mapped[dict] = mapped_column(JSONB, default=dict)
    created_at: Mapped[datetime.datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now())
    contacts: Mapped[list["Contact"]] = relationship(
        back_populates="account", cascade="all, delete-orphan", order_by="Contact.name")
    deals: Mapped[list["Deal"]] = relationship(back_populates="account", passive_deletes=True)


class Contact(Owned, Base):
    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("tenant_id", "email", name="contacts_email_key"),)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime.datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now())
    account: Mapped[Account] = relationship(back_populates="contacts")


class Deal(Owned, Base):
    __tablename__ = "deals"
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    title: Mapped[str] = mapped_column(String(200))
    stage: Mapped[str] = mapped_column(String(20), server_default="lead")
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    currency: Mapped[str] = mapped_column(ForeignKey("currencies.code"), server_default="EUR")
    closes_on: Mapped[datetime.date | None]
    version = mapped_column(Integer, nullable=False)
    account: Mapped[Account] = relationship(back_populates="deals")
    __mapper_args__ = {"version_id_col": version}


class Activity(Owned, Base):
    __tablename__ = "activities"
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    kind: Mapped[str] = mapped_column(
        Enum("call", "email", "meeting", "task", name="activity_kind"))
    summary: Mapped[str]
    occurred_at: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True))
    contact: Mapped[Contact | None] = relationship()


def introspection(engine):
    found = inspect(engine)
    tell(found.get_schema_names(), found.default_schema_name, found.get_enums())
    tell(found.get_table_names(), found.get_view_names(), found.get_materialized_view_names(),
         found.get_sequence_names(), found.has_table("accounts"), found.has_table("nothing"),
         found.has_sequence("accounts_id_seq"), found.get_temp_table_names(), found.get_domains())
    for table in found.get_table_names():
        tell(table, found.get_pk_constraint(table), found.get_table_comment(table),
             found.get_table_options(table))
        tell("  ", found.get_columns(table))
        for key in found.get_foreign_keys(table):
            tell("  ", key)
        tell("  ", found.get_unique_constraints(table), found.get_check_constraints(table))
        for index in found.get_indexes(table):
            tell("  ", index)
    reflected = sqlalchemy.MetaData()
    reflected.reflect(engine)
    tell([table.name for table in reflected.sorted_tables])
    tell(sorted(name for _, name in found.get_multi_columns()))
    # What `create_all` asks before it makes what is missing: nothing is.
    Base.metadata.create_all(engine)


def create(session):
    bakery = Account(name=f"{MARK} Bakery", industry="food", city="Bern", tags=["vip", "ch"],
                     profile={"size": {"staff": 12}, "vip": True})
    session.add(bakery)
    session.flush()
    bakery.contacts = [Contact(name=f"Ann {at}", email=f"ann{at}@{MARK}") for at in range(3)]
    session.add(Account(name=f"{MARK} Forge", industry="metal"))
    many = [Account(name=f"{MARK} {at:02}", industry="trade", city="Zug", tags=["bulk"],
                    profile={"size": {"staff": at}}) for at in range(20)]
    session.add_all(many)
    session.flush()
    session.add_all([Deal(account=account, title=f"Deal {at}", amount=at * 100, currency="USD",
                          closes_on=datetime.date(2025, 1 + at % 12, 1))
                     for at, account in enumerate(many[:10])])
    session.add(Deal(account=bakery, title="Ovens", amount=Decimal("1200.50")))
    session.commit()
    tell(bakery.contacts[0].tenant_id == TENANT, bakery.created_at is not None, bakery.deals[0].stage)
    # Many rows at once.
    session.execute(insert(Activity), [
        {"account_id": bakery.id, "kind": "call", "summary": f"call {at}",
         "occurred_at": datetime.datetime(2025, 3, 1 + at, tzinfo=datetime.timezone.utc)}
        for at in range(6)])
    made = session.scalars(insert(Contact).returning(Contact, sort_by_parameter_order=True), [
        {"account_id": bakery.id, "name": f"Bob {at}", "email": f"bob{at}@{MARK}"}
        for at in range(4)]).all()
    tell([contact.name for contact in made])
    # Upserts.
    statement = upsert(Contact).values(account_id=bakery.id, name="Bobby", email=f"bob0@{MARK}")
    kept = session.scalar(statement.on_conflict_do_update(
        constraint="contacts_email_key", set_={"name": statement.excluded.name},
        where=Contact.name != "Ann 0").returning(Contact.name))
    tell(kept, session.execute(statement.on_conflict_do_nothing(
        index_elements=["tenant_id", "email"])).rowcount)
    session.execute(insert(Activity).from_select(
        ["account_id", "kind", "summary", "occurred_at"],
        select(Contact.account_id, literal_column("'email'::activity_kind"), Contact.name,
               cast("2025-04-01", DateTime(timezone=True))).where(Contact.name.like("Bob %"))))
    session.commit()
    with session.begin_nested() if session.in_transaction() else session.begin():
        session.bulk_insert_mappings(Contact, [
            {"account_id": bakery.id, "name": "Cy", "email": f"cy@{MARK}"}])
    session.commit()


def read(session):
    everybody = select(Account).order_by(Account.name)
    tell(session.scalar(select(func.count()).select_from(Account)),
         session.scalar(select(func.count(Account.id)).where(Account.tenant_id == TENANT)))
    bakery = session.scalars(everybody.where(Account.name == f"{MARK} Bakery")).one()
    session.expire_all()
    tell(session.get(Account, bakery.id, populate_existing=True).city, session.get(Account, 0))

    def names(*conditions):
        return session.scalars(select(Account.name).where(*conditions).order_by(Account.name)).all()

    tell(names(Account.name.ilike("%bak%")), names(Account.name.icontains("FORGE")),
         names(Account.name.regexp_match("0[1-3]$")), names(Account.name.startswith(MARK, autoescape=True))[:1])
    tell(names(or_(Account.city == "Bern", Account.city.is_(None))),
         names(and_(Account.city.in_(["Bern", "Basel"]), Account.id.not_in([0]))))
    tell(names(Account.tags.contains(["vip"])), names(Account.tags.overlap(["vip", "x"])),
         names(Account.tags.any("vip")), names(Account.tags[1] == "vip"))
    tell(names(Account.profile["size"]["staff"].as_integer() > 17),
         names(Account.profile.contains({"vip": True})), names(Account.profile.has_key("vip")),
         names(Account.profile[("size", "staff")].astext == "12"),
         names(func.jsonb_path_exists(Account.profile, cast("$.size.staff ? (@ > 18)", JSONPATH))))
    tell(session.scalars(everybody.limit(3).offset(7)).all()[0].name,
         session.scalars(select(Account.name).where(
             tuple_(Account.name, Account.id) > (f"{MARK} 05", 0)).order_by(Account.name).limit(2)).all())
    for option in (joinedload, selectinload, subqueryload, lazyload):
        session.expire_all()
        found = session.scalars(everybody.options(option(Account.contacts), option(Account.deals))
                                .where(Account.city == "Bern")).unique().one()
        tell(option.__name__, [contact.name for contact in found.contacts],
             [deal.title for deal in found.deals])
    joined = select(Deal).join(Deal.account).options(contains_eager(Deal.account)).where(
        Account.city == "Zug", Deal.amount.between(200, 400)).order_by(Deal.title)
    tell([(deal.title, deal.account.name) for deal in session.scalars(joined)])
    other = aliased(Account)
    tell(session.execute(select(Account.name, other.name).outerjoin(
        other, and_(other.city == Account.city, other.id > Account.id))
        .where(Account.industry != "trade").order_by(Account.name)).all())
    tell(session.scalars(select(Account.name).where(
        exists().where(Deal.account_id == Account.id, Deal.amount > 800)).order_by(Account.name)).all())
    lead = select(Deal.account_id, func.max(Deal.amount).label("top")).group_by(Deal.account_id).cte()
    tell(session.execute(select(Account.name, lead.c.top).join(lead, lead.c.account_id == Account.id)
                         .order_by(lead.c.top.desc()).limit(3)).all())
    near = select(Deal.title).where(Deal.account_id == Account.id).order_by(
        Deal.title).limit(1).correlate(Account).lateral()
    tell(session.execute(select(Account.name, near.c.title).join(near, literal_column("true"))
                         .order_by(Account.name).limit(2)).all())
    tell(session.scalars(union_all(select(Account.city).where(Account.industry == "food"),
                                   select(Contact.name).where(Contact.name == "Bobby"))).all())
    # A cursor on the server.
    rows = session.execute(select(Account.name).order_by(Account.name).execution_options(yield_per=8))
    tell([len(part) for part in rows.partitions()])
    session.commit()


def aggregate(session):
    tell(session.execute(select(func.sum(Deal.amount), func.avg(Deal.amount), func.count())).all())
    tell(session.execute(select(Account.city, func.count().label("n")).group_by(Account.city).having(
        func.count() > 1).order_by("n")).all())
    month = func.date_trunc("month", Deal.closes_on).label("month")
    tell(session.execute(select(month, func.sum(Deal.amount)).where(Deal.closes_on.is_not(None))
                         .group_by(month).order_by(month)).all())
    tell(session.execute(select(Deal.title, func.row_number().over(
        partition_by=Deal.currency, order_by=Deal.amount.desc())).order_by(Deal.title)).all())
    tell(session.execute(select(
        func.array_agg(Contact.name.distinct()), func.string_agg(Contact.email, ","),
        func.count().filter(Contact.name.like("Ann%")),
        func.jsonb_object_agg(Contact.name, Contact.email)).where(Contact.name == "Ann 1")).all())
    size = case((Account.profile["size"]["staff"].as_integer() >= 10, "big"), else_="small")
    tell(session.execute(select(size, func.count()).group_by(size).order_by(size)).all())
    tell(session.scalar(select(func.percentile_cont(0.5).within_group(Deal.amount))),
         session.execute(select(Deal.currency, Deal.stage, func.sum(Deal.amount)).group_by(
             func.rollup(Deal.currency, Deal.stage)).order_by(Deal.currency, Deal.stage)).all())
    day = datetime.timedelta(days=1)
    tell(session.execute(select(Deal.title, Deal.closes_on + 30, Deal.closes_on + day,
                                extract("year", Deal.closes_on), func.age(Deal.closes_on, Deal.closes_on))
                         .where(Deal.closes_on.is_not(None)).order_by(Deal.title).limit(2)).all())
    tell(session.scalar(select(func.count()).where(
        Activity.occurred_at < func.now() - func.make_interval(0, 0, 0, 1),
        func.timezone("UTC", Activity.occurred_at) > datetime.datetime(2025, 3, 2))))
    session.commit()


def write(session):
    deal = session.scalars(select(Deal).where(Deal.title == "Ovens").with_for_update()).one()
    deal.amount += 1
    session.flush()
    tell(deal.version, deal.amount)
    session.scalars(select(Deal).with_for_update(skip_locked=True, of=Deal)).all()
    session.scalars(select(Deal).with_for_update(nowait=True, key_share=True)).all()
    session.scalars(select(Deal).with_for_update(read=True)).all()
    tell(session.execute(update(Deal).where(Deal.currency == "USD").values(stage="qualified")).rowcount)
    tell(session.execute(update(Account).where(Account.tags.contains(["bulk"])).values(
        city=case((Account.name.endswith("1"), "Basel"), else_=Account.city),
        profile=Account.profile.concat({"reset": True}))
        .returning(Account.city).execution_options(synchronize_session=False)).scalars().all().count("Basel"))
    session.execute(update(Deal), [{"id": deal.id, "stage": "lost", "version": deal.version}])
    for contact in session.scalars(select(Contact).where(Contact.name.like("Ann%"))):
        contact.name = contact.name.upper()
    session.commit()
    try:
        with session.begin_nested():
            session.add(Account(name=f"{MARK} Bakery", industry="twice"))
    except IntegrityError as error:
        tell(error.orig.sqlstate, error.orig.diag.constraint_name)
    with session.begin_nested():
        session.add(Account(name=f"{MARK} inner", industry="inner"))
    session.commit()
    session.execute(delete(Account))
    session.rollback()
    tell(session.scalar(select(func.count(Account.id))))
    tell(session.execute(delete(Account).where(Account.name == f"{MARK} inner")
                         .returning(Account.name)).scalars().all())
    session.delete(session.scalars(select(Account).where(Account.city == "Bern")).one())
    session.commit()
    tell(session.scalar(select(func.count(Contact.id))))


def raw(session):
    tell(session.execute(text("SELECT name FROM accounts WHERE city = :city ORDER BY name LIMIT 2"),
                         {"city": "Zug"}).all())
    tell(session.execute(text("SELECT count(*) FROM accounts WHERE tags && ARRAY['bulk']")).scalar())
    session.commit()


def refused(what, work):
    """What works alone, and is refused to a tenant."""
    try:
        work()
        assert os.environ["ALONE"], what
    except DBAPIError as error:
        assert not os.environ["ALONE"] and error.orig.sqlstate == "42501", (what, error)
    tell("refused to a tenant:", what)


def refusals(session):
    def explain():
        with session.begin():
            session.execute(text("EXPLAIN SELECT * FROM accounts"))
    refused("explain", explain)


def main():
    tell(f"SQLAlchemy {sqlalchemy.__version__}, psycopg {psycopg.__version__}")
    engine = create_engine("postgresql+psycopg://", pool_size=1, pool_pre_ping=True)
    tell("-- introspection")
    introspection(engine)
    with Session(engine) as session:
        for step in (create, read, aggregate, write, raw, refusals):
            tell("--", step.__name__)
            step(session)
    levels = create_engine("postgresql+psycopg://", isolation_level="REPEATABLE READ")
    with levels.connect() as connection:
        tell(connection.get_isolation_level(), connection.scalar(select(func.count(Account.id))))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        tell(connection.scalar(select(func.count(Account.id))))


main()
