"""A CRM with Django's ORM, told line by line on standard output."""

import datetime
import io
import os
import sys
import types
import uuid
from decimal import Decimal

import django
import psycopg
from django.conf import settings

MARK = os.environ["MARK"]
TENANT = uuid.UUID(os.environ["TENANT"])

# An application of one file: Django wants a package.
sys.modules["crm"] = types.ModuleType("crm")
sys.modules["crm"].__file__ = __file__

settings.configure(
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["PGHOST"],
        "PORT": os.environ["PGPORT"],
        "USER": os.environ["PGUSER"],
        "PASSWORD": os.environ["PGPASSWORD"],
        "NAME": os.environ["PGDATABASE"],
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }},
    INSTALLED_APPS=["crm", "django.contrib.postgres"],
    MIGRATION_MODULES={"crm": None},
    TIME_ZONE="UTC",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.contrib.postgres.aggregates import ArrayAgg, StringAgg  # noqa: E402
from django.contrib.postgres.fields import ArrayField  # noqa: E402
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.paginator import Paginator  # noqa: E402
from django.db import DatabaseError, IntegrityError, connection, models, transaction  # noqa: E402
from django.db.models import (Avg, Case, Count, Exists, ExpressionWrapper, F, Func,  # noqa: E402
                              OuterRef, Prefetch, Q, Subquery, Sum, Value, When, Window)
from django.db.models.functions import (Coalesce, Concat, ExtractYear, Lower, Now,  # noqa: E402
                                        RowNumber, TruncMonth)


def tell(*words):
    print(*words, flush=True)


class Owned(models.Model):
    """Of a tenant, which the database itself fills in."""
    tenant_id = models.UUIDField(db_default=Func(function="septum.tenant"), editable=False)

    class Meta:
        abstract = True


class Currency(models.Model):
    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField(max_length=100)

    class Meta:
        app_label, db_table, managed = "crm", "currencies", False


class Account(models.Model):
    # As an application does that knows its tenant.
    tenant_id = models.UUIDField(default=TENANT)
    name = models.CharField(max_length=200)
    industry = models.CharField(max_length=100)
    city = models.CharField(max_length=100, null=True)
    tags = ArrayField(models.TextField(), default=list)
    profile = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label, db_table, managed = "crm", "accounts", False


class Contact(Owned):
    account = models.ForeignKey(Account, models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label, db_table, managed = "crm", "contacts", False


class Deal(Owned):
    account = models.ForeignKey(Account, models.CASCADE, related_name="deals")
    title = models.CharField(max_length=200)
    stage = models.CharField(max_length=20, default="lead")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.ForeignKey(Currency, models.PROTECT, db_column="currency", default="EUR")
    closes_on = models.DateField(null=True)
    version = models.IntegerField(default=0)

    class Meta:
        app_label, db_table, managed = "crm", "deals", False


class Activity(Owned):
    account = models.ForeignKey(Account, models.CASCADE, related_name="activities")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="activities")
    kind = models.CharField(max_length=20)
    summary = models.TextField()
    occurred_at = models.DateTimeField()

    class Meta:
        app_label, db_table, managed = "crm", "activities", False


def command(*words, **options):
    out = io.StringIO()
    try:
        call_command(*words, stdout=out, stderr=out, no_color=True, **options)
    except SystemExit as end:
        out.write(f"exit {end.code}")
    return out.getvalue()


def start():
    tell(command("check", databases=["default"]).strip())
    tell(command("migrate", check_unapplied=True))
    tell(command("migrate", plan=True))
    tell(command("showmigrations"))
    tell(command("inspectdb", include_views=True, include_partitions=True))


def introspection():
    intro = connection.introspection
    with connection.cursor() as cursor:
        for table in sorted(intro.get_table_list(cursor)):
            tell(table)
            for column in intro.get_table_description(cursor, table.name):
                # The number of a type of the database's own is another in each database.
                tell("  ", column._replace(type_code=min(column.type_code, 16384)))
            tell("  ", intro.get_primary_key_columns(cursor, table.name),
                 sorted(intro.get_relations(cursor, table.name).items()),
                 intro.get_sequences(cursor, table.name))
            for constraint in sorted(intro.get_constraints(cursor, table.name).items()):
                tell("  ", constraint)


def create():
    acme = Account.objects.create(name=f"{MARK} Bakery", industry="food", city="Bern",
                                  tags=["vip", "ch"], profile={"size": {"staff": 12}, "vip": True})
    Account(name=f"{MARK} Forge", industry="metal").save()
    many = [Account(name=f"{MARK} {number:02}", industry="trade", city="Zug",
                    tags=["bulk"], profile={"size": {"staff": number}}) for number in range(20)]
    tell(len(Account.objects.bulk_create(many, batch_size=8)), many[0].pk is not None)
    for number in range(3):
        contact = acme.contacts.create(name=f"Ann {number}", email=f"ann{number}@{MARK}")
        tell(contact.tenant_id == TENANT, contact.created_at is not None)
    tell(Contact.objects.get_or_create(email=f"ann0@{MARK}", defaults={
        "account": acme, "name": "Nobody"})[1])
    tell(Contact.objects.get_or_create(email=f"bob@{MARK}", defaults={
        "account": acme, "name": "Bob"})[1])
    deal, made = Deal.objects.update_or_create(title="Ovens", account=acme, defaults={
        "amount": Decimal("1200.50"), "closes_on": datetime.date(2025, 5, 17)})
    tell(made, deal.stage)
    deal, made = Deal.objects.update_or_create(title="Ovens", account=acme, defaults={
        "amount": Decimal("1300"), "stage": "won"})
    tell(made, deal.stage, deal.amount)
    Deal.objects.bulk_create([
        Deal(account=account, title=f"Deal {at}", amount=at * 100, currency_id="USD",
             closes_on=datetime.date(2025, 1 + at % 12, 1))
        for at, account in enumerate(Account.objects.order_by("name")[:10])])
    # Upserts.
    Contact.objects.bulk_create(
        [Contact(tenant_id=TENANT, account=acme, name="Bobby", email=f"bob@{MARK}")],
        update_conflicts=True, update_fields=["name"], unique_fields=["tenant_id", "email"])
    Contact.objects.bulk_create(
        [Contact(account=acme, name="Ignored", email=f"bob@{MARK}")], ignore_conflicts=True)
    tell(Contact.objects.get(email=f"bob@{MARK}").name)
    bob = Contact.objects.get(name="Bobby")
    Activity.objects.bulk_create([
        Activity(account=acme, contact=bob if at % 2 else None, kind="call", summary=f"call {at}",
                 occurred_at=datetime.datetime(2025, 3, 1 + at, tzinfo=datetime.timezone.utc))
        for at in range(6)])


def names(accounts):
    return [account.name for account in accounts]


def read():
    bakery = Account.objects.get(name=f"{MARK} Bakery")
    tell(Account.objects.filter(tenant_id=TENANT).count(), Account.objects.count())
    tell(names(Account.objects.filter(name__icontains="bak").order_by("-name")))
    tell(names(Account.objects.filter(Q(city__iexact="bern") | Q(city__isnull=True)).order_by("id")))
    tell(names(Account.objects.filter(name__regex="0[1-3]$").exclude(city="Bern").order_by("name")))
    tell(names(Account.objects.filter(tags__contains=["vip"])),
         names(Account.objects.filter(tags__overlap=["vip", "x"], tags__len=2)),
         names(Account.objects.filter(tags__0="vip")))
    tell(names(Account.objects.filter(profile__size__staff__gt=17).order_by("name")),
         names(Account.objects.filter(profile__contains={"vip": True})),
         names(Account.objects.filter(profile__has_key="vip")),
         list(Account.objects.filter(city="Bern").values_list("profile__size__staff", flat=True)))
    page = Paginator(Account.objects.order_by("name"), 7).page(2)
    tell(page.paginator.num_pages, names(page.object_list), page.has_next())
    for deal in Deal.objects.select_related("account", "currency").order_by("title")[:5]:
        tell(deal.title, deal.account.name, deal.currency.name, deal.amount, deal.closes_on)
    recent = Activity.objects.filter(kind="call").order_by("-occurred_at")
    account = Account.objects.prefetch_related(
        "contacts__activities", Prefetch("activities", recent, "recent")).get(pk=bakery.pk)
    tell([(contact.name, contact.activities.count()) for contact in account.contacts.order_by("name")],
         [activity.summary for activity in account.recent])
    tell(list(Account.objects.filter(deals__amount__gte=500).distinct().order_by("name")
              .values("name", "deals__title")))
    tell(Account.objects.filter(pk__in=[bakery.pk, 0]).exists(), Account.objects.none().count(),
         Account.objects.in_bulk([bakery.pk]).keys() == {bakery.pk})
    tell(Account.objects.first().name, Account.objects.order_by("name").last().name,
         Account.objects.latest("id").name)
    with transaction.atomic():
        tell([account.name for account in Account.objects.only("name").order_by("pk").iterator(5)])
    tell(list(Account.objects.annotate(found=SearchVector("name", "industry"))
              .filter(found=SearchQuery("food")).values_list("industry", flat=True)),
         Account.objects.annotate(rank=SearchRank(SearchVector("name"), SearchQuery("Forge")))
         .order_by("-rank").first().name)
    tell(list(Account.objects.filter(city="Zug").values_list("name").union(
        Account.objects.filter(city="Bern").values_list("name")).order_by("name")[:3]))


def aggregate():
    tell(Deal.objects.aggregate(total=Sum("amount"), mean=Avg("amount"), number=Count("*")))
    tell(list(Account.objects.values("city").annotate(number=Count("id")).order_by("city")))
    tell(list(Account.objects.annotate(number=Count("deals", filter=Q(deals__stage="won"))).filter(
        number__gt=0).values_list("name", "number")))
    tell(list(Deal.objects.annotate(month=TruncMonth("closes_on")).values("month").annotate(
        total=Sum("amount")).order_by("month")))
    tell(list(Activity.objects.annotate(month=TruncMonth("occurred_at"), year=ExtractYear("occurred_at"))
              .values("month", "year").annotate(number=Count("id")).order_by("month")))
    tell(list(Deal.objects.annotate(
        place=Window(RowNumber(), partition_by=F("currency"), order_by=F("amount").desc()))
        .order_by("currency", "place").values_list("title", "place")))
    tell(Account.objects.filter(city="Bern").annotate(
        people=ArrayAgg("contacts__name", ordering="contacts__name"),
        mails=StringAgg("contacts__email", ",", ordering="contacts__email"))
        .values_list("people", "mails")[0])
    newest = Deal.objects.filter(account=OuterRef("pk")).order_by("-closes_on")
    tell(list(Account.objects.annotate(
        newest=Subquery(newest.values("title")[:1]), any=Exists(newest),
        label=Concat(Lower("name"), Value(" / "), Coalesce("city", Value("-"))),
        size=Case(When(profile__size__staff__gte=10, then=Value("big")), default=Value("small")),
    ).filter(any=True).order_by("name").values_list("label", "newest", "size")))
    due = ExpressionWrapper(F("closes_on") + datetime.timedelta(days=30),
                            output_field=models.DateTimeField())
    tell(list(Deal.objects.annotate(due=due).order_by("title").values_list("title", "due")[:3]))
    tell(Activity.objects.filter(occurred_at__lt=Now() - datetime.timedelta(days=1),
                                 occurred_at__year=2025, occurred_at__date__gte="2025-03-02").count())
    tell(list(Activity.objects.datetimes("occurred_at", "day"))[:2],
         list(Deal.objects.dates("closes_on", "month"))[:2])


def write():
    deal = Deal.objects.get(title="Ovens")
    deal.amount += 1
    deal.save(update_fields=["amount"])
    deal.refresh_from_db()
    tell(deal.amount, Deal.objects.filter(pk=deal.pk).update(version=F("version") + 1))
    deals = list(Deal.objects.filter(currency="USD").order_by("title"))
    for deal in deals:
        deal.stage = "qualified"
    tell(Deal.objects.bulk_update(deals, ["stage"], batch_size=4))
    tell(Account.objects.filter(tags__contains=["bulk"]).update(
        profile={"reset": True}, city=Case(When(name__endswith="1", then=Value("Basel")),
                                           default=F("city"))))
    with transaction.atomic():
        locked = Deal.objects.select_for_update(of=("self",)).select_related("account").get(title="Ovens")
        Deal.objects.select_for_update(skip_locked=True).filter(stage="lead").first()
        Deal.objects.select_for_update(nowait=True, no_key=True).get(pk=locked.pk)
        locked.stage = "lost"
        locked.save()
        try:
            with transaction.atomic():
                Account.objects.create(name=f"{MARK} Bakery", industry="twice")
        except IntegrityError as error:
            tell(error.__cause__.sqlstate, error.__cause__.diag.constraint_name)
        with transaction.atomic():
            Account.objects.create(name=f"{MARK} inner", industry="inner")
    try:
        with transaction.atomic():
            Account.objects.all().delete()
            raise LookupError
    except LookupError:
        tell("rolled back", Account.objects.count())
    transaction.atomic(durable=True)(lambda: Deal.objects.filter(title="Ovens").update(stage="won"))()
    tell(Account.objects.filter(name=f"{MARK} inner").delete()[0],
         sorted(Account.objects.filter(name=f"{MARK} 01").delete()[1].items()))
    tell(Account.objects.get(name=f"{MARK} Bakery").delete()[0], Contact.objects.count())


def raw():
    for account in Account.objects.raw(
            "SELECT id, name FROM accounts WHERE city = %s ORDER BY name LIMIT 2", ["Zug"]):
        tell(account.name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(name) FROM accounts WHERE tags && %s", [["bulk"]])
        tell(cursor.fetchall())
    tell(names(Account.objects.extra(where=["length(name) > %s"], params=[3]).order_by("name"))[:2])
    tell(Account.objects.filter(city="Zug").count())


def refused(what, work):
    """What works alone, and is refused to a tenant."""
    try:
        work()
        assert os.environ["ALONE"], what
    except (DatabaseError, psycopg.Error) as error:
        state = getattr(error.__cause__, "sqlstate", None) or error.sqlstate
        assert not os.environ["ALONE"] and state == "42501", (what, error)
    tell("refused to a tenant:", what)


def refusals():
    refused("explain", lambda: Account.objects.all().explain())
    # Outside a transaction its cursor is one WITH HOLD, unless DISABLE_SERVER_SIDE_CURSORS.
    refused("iterator", lambda: list(Account.objects.iterator()))


def main():
    tell(f"Django {django.__version__}, psycopg {psycopg.__version__}")
    for step in (start, introspection, create, read, aggregate, write, raw, refusals):
        tell("--", step.__name__)
        step()
    connection.close_if_unusable_or_obsolete()
    connection.close()


main()
