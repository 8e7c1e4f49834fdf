//! Mallory has valid credentials of Acme's and wants Globex's rows.

use anyhow::{Context, Result};
use septum_tests::{Answer, Customer, Http, Stack, connect, encode, random_hex};
use serde_json::Value;
use tokio_postgres::SimpleQueryMessage;

use crate::customers::{Caller, belongs, forged_token, names};
use crate::screen::Screen;
use crate::verdict::Expected::{self, Contained, Recorded, Refused};
use crate::verdict::{Judge, Outcome};

/// SQL typed into the search field, which the application pastes into its statement. Each ends
/// so that the rest of the statement, the comment with the trace included, still fits.
const INJECTIONS: &[(&str, &str, Expected)] = &[
    ("injection: every row", "' OR true OR name ILIKE '", Contained),
    (
        "injection: UNION over all accounts",
        "' UNION ALL SELECT id::text, name, tenant_id::text, city FROM accounts \
         WHERE name LIKE '%globex%' OR name ILIKE '",
        Contained,
    ),
    (
        "injection: another tenant's id",
        "' OR tenant_id = '60be0e00-0000-4000-8000-000000000002' OR name ILIKE '",
        Recorded("SEP-317"),
    ),
    (
        "injection: a partition by its own name",
        "' UNION ALL SELECT id::text, summary, account_id::text, '' FROM activities_2025_03 \
         WHERE summary ILIKE '",
        Contained,
    ),
    (
        "injection: set_config inside a SELECT",
        "' UNION ALL SELECT set_config('septum.binding', 'globex', true), name, industry, city \
         FROM accounts WHERE name ILIKE '",
        Refused(&["SEP-305"]),
    ),
    (
        "injection: a second statement, SET of the binding",
        "'; SET septum.binding = 'globex'; SELECT id::text, name, industry, city FROM accounts \
         WHERE name ILIKE '",
        Refused(&["SEP-305"]),
    ),
    (
        "injection: a second statement, SET ROLE",
        "'; SET ROLE postgres; SELECT id::text, name, industry, city FROM accounts \
         WHERE name ILIKE '",
        Refused(&["SEP-304"]),
    ),
    (
        "injection: a program on the server",
        "'; COPY accounts TO PROGRAM 'cat'; SELECT id::text, name, industry, city FROM accounts \
         WHERE name ILIKE '",
        Refused(&["SEP-310"]),
    ),
    (
        "injection: SQL held in a string",
        "' UNION ALL SELECT query_to_xml('SELECT * FROM accounts', true, true, '')::text, name, \
         '', '' FROM accounts WHERE name ILIKE '",
        Refused(&["SEP-303"]),
    ),
    (
        "injection: what other sessions run",
        "' UNION ALL SELECT usename::text, query, '', '' FROM pg_stat_activity \
         WHERE query ILIKE '",
        Refused(&["SEP-306"]),
    ),
    (
        "injection: code in a DO block",
        "'; DO $$ BEGIN PERFORM 1; END $$; SELECT id::text, name, industry, city FROM accounts \
         WHERE name ILIKE '",
        Refused(&["SEP-302"]),
    ),
    ("injection: the trace made a comment", "' OR true --", Refused(&["SEP-309"])),
    (
        "injection: a second trace",
        "' /*traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'*/ \
         OR name ILIKE '",
        Refused(&["SEP-313", "SEP-112"]),
    ),
];

pub(crate) async fn run(screen: &mut Screen, stack: &Stack) -> Result<()> {
    let mut judge = Judge::new(stack)?;
    over_http(screen, stack, &mut judge).await?;
    by_injection(screen, stack, &mut judge).await?;
    past_the_gateway(screen, stack, &mut judge).await?;
    over_the_database(screen, stack, &mut judge).await?;
    past_septum(screen, stack, &mut judge).await
}

async fn over_http(screen: &mut Screen, stack: &Stack, judge: &mut Judge<'_>) -> Result<()> {
    let acme = Caller::new(stack, Customer::Acme);
    let globex = Caller::new(stack, Customer::Globex);
    let with = |host: &str, name: &'static str, value: String| {
        let mut caller = acme.clone();
        caller.host = host.to_owned();
        caller.headers.retain(|(header, _)| *header != name);
        caller.headers.push((name, value));
        caller
    };
    let own = acme.host.as_str();
    let globex_token = format!("Bearer {}", stack.config.secrets.token(Customer::Globex, "bob"));
    let forged = format!("Bearer {}", forged_token(Customer::Globex));
    let attempts = [
        (
            "a tenant header that anybody can write",
            with(own, "x-tenant-id", Customer::Globex.id().into()),
            &["SEP-107"][..],
        ),
        (
            "globex's host with acme's token",
            with(&Customer::Globex.host(), "x", "".into()),
            &["SEP-102"],
        ),
        ("acme's host with globex's token", with(own, "authorization", globex_token), &["SEP-102"]),
        (
            "acme's token with initech's API key",
            with(own, "x-api-key", stack.config.secrets.api_key.clone()),
            &["SEP-102"],
        ),
        (
            "a token that is signed by somebody else",
            with("api.crm.test", "authorization", forged),
            &["SEP-104"],
        ),
        (
            "a host that is nobody's",
            with("globex.crm.test.evil.example", "x", "".into()),
            &["SEP-103"],
        ),
    ];
    for (what, caller, codes) in attempts {
        let answer = caller.get("/api/accounts").await?;
        let outcome = Outcome::of(&answer, |answer| rows(answer, Customer::Acme));
        judge.judge(screen, what, Refused(codes), &outcome).await?;
    }

    let theirs = globex.json("/api/accounts?search=17").await?;
    let id = theirs.get(0).and_then(|account| account.get("id")).and_then(Value::as_str);
    let answer = acme.get(&format!("/api/accounts/{}", id.context("an account")?)).await?;
    let outcome = Outcome::of(&answer, |answer| Outcome::Answered {
        foreign: answer.status != 404,
        seen: format!("status {}", answer.status),
    });
    judge.judge(screen, "the id of an account of globex's", Contained, &outcome).await
}

async fn by_injection(screen: &mut Screen, stack: &Stack, judge: &mut Judge<'_>) -> Result<()> {
    let acme = Caller::new(stack, Customer::Acme);
    for (what, search, expected) in INJECTIONS {
        let answer = acme.get(&format!("/api/accounts?search={}", encode(search))).await?;
        let outcome = Outcome::of(&answer, |answer| rows(answer, Customer::Acme));
        judge.judge(screen, what, *expected, &outcome).await?;
    }
    Ok(())
}

/// Straight to the application, whose requests then are nobody's.
async fn past_the_gateway(screen: &mut Screen, stack: &Stack, judge: &mut Judge<'_>) -> Result<()> {
    let application = Http::new(stack.config.application);
    let host = Customer::Globex.host();
    let trace = format!("00-{}-{}-01", random_hex(16)?, random_hex(8)?);
    let attempts: [(_, &[(&str, &str)], _); 2] = [
        ("straight to the application", &[], &["SEP-309"]),
        ("the same with a made-up trace", &[("traceparent", &trace)], &["SEP-112"]),
    ];
    for (what, headers, codes) in attempts {
        let answer = application.get(&host, "/api/accounts", headers).await?;
        let outcome = Outcome::of(&answer, |answer| rows(answer, Customer::Acme));
        judge.judge(screen, what, Refused(codes), &outcome).await?;
    }
    Ok(())
}

/// The application's own password, without a request that binds.
async fn over_the_database(
    screen: &mut Screen,
    stack: &Stack,
    judge: &mut Judge<'_>,
) -> Result<()> {
    let later = 4_000_000_000_u64;
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (tenant, principal) = (hex(Customer::Globex.id()), hex("mallory"));
    // Everything as Septum would write it, but for the signature.
    let token = format!(
        "st1.{}.production.{later}.{tenant}.{principal}.-.{}",
        random_hex(4)?,
        random_hex(32)?
    );
    let trace = format!("00-{}-{}-01", random_hex(16)?, random_hex(8)?);
    let attempts = [
        (
            "a connection that nothing binds",
            "SELECT name FROM accounts".to_owned(),
            &["SEP-309", "SEP-101"][..],
        ),
        ("a forged context token", format!("SET septum.token = '{token}'"), &["SEP-109"]),
        (
            "a forged context token in a comment",
            format!("SELECT name FROM accounts /*septum_token='{token}'*/"),
            &["SEP-109"],
        ),
        (
            "the trace of no request under way",
            format!("SELECT name FROM accounts /*traceparent='{trace}'*/"),
            &["SEP-112"],
        ),
    ];
    for (what, sql, codes) in attempts {
        let outcome = database_rows(&stack.config.dsn("crm_app"), &sql, None).await?;
        judge.judge(screen, what, Refused(codes), &outcome).await?;
    }
    let seal = "SELECT set_config('septum.binding', '1.0.1.4000000000.production.00.00.00', true)";
    let outcome = database_rows(&stack.config.dsn("app.acme"), seal, None).await?;
    judge
        .judge(screen, "acme's own user sets the seal", Refused(&["SEP-303", "SEP-305"]), &outcome)
        .await
}

/// The second layer alone: the role's real password, and Septum nowhere in between.
async fn past_septum(screen: &mut Screen, stack: &Stack, judge: &mut Judge<'_>) -> Result<()> {
    let dsn = stack.cluster.dsn_of("crm_app", &stack.config.secrets.database, "crm");
    let rows = "SELECT name FROM accounts";
    let outcome = database_rows(&dsn, rows, None).await?;
    judge
        .judge(screen, "straight to PostgreSQL with the role's password", Contained, &outcome)
        .await?;

    let owner = connect(&stack.cluster.dsn("crm")).await?;
    // As much as an attacker could ever see of a key: its public name.
    let key: String = owner.query_one("SELECT id FROM septum.seal_keys", &[]).await?.get(0);
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let seal = format!(
        "SELECT set_config('septum.binding', '1.{key}.' || pg_backend_pid() \
         || '.4000000000.production.{}.{}.{}', false)",
        hex(Customer::Globex.id()),
        hex("mallory"),
        random_hex(32)?
    );
    let outcome = database_rows(&dsn, rows, Some(&seal)).await?;
    judge.judge(screen, "the same with a forged seal", Contained, &outcome).await
}

/// Rows of accounts that the attacker got; those of `own` are no harm.
fn rows(answer: &Answer, own: Customer) -> Outcome {
    let Ok(json) = answer.json() else {
        return Outcome::Answered { foreign: false, seen: format!("{} no JSON", answer.status) };
    };
    if answer.status != 200 {
        let error = json.get("error").and_then(Value::as_str).unwrap_or_default();
        return Outcome::Answered { foreign: false, seen: error.to_owned() };
    }
    let foreign_id = Customer::ALL
        .iter()
        .any(|customer| *customer != own && answer.body.contains(customer.id()));
    let names = names(&json);
    let of_others = Customer::ALL.into_iter().filter(|customer| *customer != own);
    let foreign = names.iter().filter(|name| of_others.clone().any(|other| belongs(name, other)));
    let foreign = foreign.count();
    Outcome::Answered {
        foreign: foreign > 0 || foreign_id,
        seen: format!("{} rows, {foreign} foreign", names.len()),
    }
}

/// What a driver gets for a statement, after another on the same connection.
async fn database_rows(dsn: &str, sql: &str, before: Option<&str>) -> Result<Outcome> {
    let client = match connect(dsn).await {
        Ok(client) => client,
        Err(error) => {
            let refusal = error.downcast_ref::<tokio_postgres::Error>();
            return refusal.map(Outcome::of_error).context("connecting to the database");
        }
    };
    if let Some(before) = before
        && let Err(error) = client.simple_query(before).await
    {
        return Ok(Outcome::of_error(&error));
    }
    let messages = match client.simple_query(sql).await {
        Ok(messages) => messages,
        Err(error) => return Ok(Outcome::of_error(&error)),
    };
    let rows = messages.iter().filter(|message| matches!(message, SimpleQueryMessage::Row(_)));
    let rows = rows.count();
    Ok(Outcome::Answered { foreign: rows > 0, seen: format!("{rows} rows") })
}
