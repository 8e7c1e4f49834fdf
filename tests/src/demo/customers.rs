//! Users of each customer at work.

use anyhow::{Context, Result, ensure};
use septum_tests::{Answer, Customer, Http, Secrets, Stack, connect};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::screen::Screen;

/// How many requests are under way at once in the crowd.
const AT_ONCE: usize = 24;
/// How many requests the crowd makes.
const CROWD: usize = 300;
/// What it searches for: all three have accounts of these names.
const SEARCHES: [&str; 5] = ["Amber", "Birch", "Cobalt", "Delta", "Ember"];
/// What the CRM counts.
const TABLES: [&str; 5] = ["accounts", "contacts", "deals", "activities", "notes"];

/// How a customer's users say who they are: each in another way.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    http: Http,
    pub(crate) customer: Customer,
    pub(crate) host: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    way: &'static str,
}

impl Caller {
    pub(crate) fn new(stack: &Stack, customer: Customer) -> Self {
        let secrets = &stack.config.secrets;
        let shared = "api.crm.test".to_owned();
        let bearer =
            |person| ("authorization", format!("Bearer {}", secrets.token(customer, person)));
        let (host, headers, way) = match customer {
            Customer::Acme => (customer.host(), vec![bearer("ann@acme")], "its host and a token"),
            Customer::Globex => (shared, vec![bearer("bob@globex")], "a token"),
            Customer::Initech => {
                (shared, vec![("x-api-key", secrets.api_key.clone())], "an API key")
            }
        };
        Self { http: stack.gateway(), customer, host, headers, way }
    }

    fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        self.http.get(&self.host, path, &self.headers()).await
    }

    /// As [`Caller::get`], where only success will do.
    pub(crate) async fn json(&self, path: &str) -> Result<Value> {
        let answer = self.get(path).await?;
        ensure!(answer.status == 200, "{path}: status {}: {}", answer.status, answer.body);
        answer.json()
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let answer = self.http.post(&self.host, path, &self.headers(), body).await?;
        ensure!(answer.status == 200, "{path}: status {}: {}", answer.status, answer.body);
        answer.json()
    }
}

pub(crate) async fn act(screen: &mut Screen, stack: &Stack) -> Result<()> {
    counts(screen, stack).await?;
    crowd(screen, stack).await?;
    writes(screen, stack).await
}

/// What each customer counts by way of the application is what the database holds of it.
async fn counts(screen: &mut Screen, stack: &Stack) -> Result<()> {
    let database = connect(&stack.cluster.dsn("crm")).await?;
    screen.detail(&format!(
        "{:9} {:22}{}",
        "customer",
        "says who it is by",
        TABLES.map(|table| format!("{table:>11}")).concat()
    ));
    for customer in Customer::ALL {
        let caller = Caller::new(stack, customer);
        let seen = caller.json("/api/summary").await?;
        let mut same = true;
        let mut shown = String::new();
        for table in TABLES {
            let sql = format!("SELECT count(*) FROM {table} WHERE tenant_id = '{}'", customer.id());
            let held: i64 = database.query_one(&sql, &[]).await?.get(0);
            let counted = seen.get(table).and_then(Value::as_i64).context("a count")?;
            same &= held == counted;
            shown.push_str(&format!("{counted:>11}"));
        }
        screen.check(same, &format!("{:9} {:22}{shown}", customer.name(), caller.way));
    }
    Ok(())
}

/// All three at once, on a pool of four server connections.
async fn crowd(screen: &mut Screen, stack: &Stack) -> Result<()> {
    let callers = Customer::ALL.map(|customer| Caller::new(stack, customer));
    let mut turns =
        callers.iter().cycle().take(CROWD).cloned().enumerate().zip(SEARCHES.iter().cycle());
    let mut under_way = JoinSet::new();
    let (mut rows, mut foreign) = (0, 0);
    let began = std::time::Instant::now();
    loop {
        while under_way.len() < AT_ONCE
            && let Some(((number, caller), word)) = turns.next()
        {
            under_way.spawn(async move {
                let path = format!("/api/accounts?search={}", word);
                let path = if number % 2 == 0 { "/api/activities".into() } else { path };
                Ok::<_, anyhow::Error>((caller.customer, caller.json(&path).await?))
            });
        }
        let Some(done) = under_way.join_next().await else { break };
        let (customer, answer) = done??;
        for name in names(&answer) {
            rows += 1;
            foreign += usize::from(!belongs(&name, customer));
        }
    }
    let took = began.elapsed().as_secs_f64();
    let text = format!(
        "{CROWD} requests of all three at once: {rows} rows, {foreign} of them foreign ({took:.1} s)"
    );
    screen.check(foreign == 0 && rows > 0, &text);
    Ok(())
}

/// INSERT and a transaction, by statements that name no tenant.
async fn writes(screen: &mut Screen, stack: &Stack) -> Result<()> {
    let database = connect(&stack.cluster.dsn("crm")).await?;
    let owner = async |table: &str, id: &str| -> Result<String> {
        let sql = format!("SELECT tenant_id::text FROM {table} WHERE id = '{id}'");
        Ok(database.query_one(&sql, &[]).await?.get(0))
    };
    let customer = Customer::Acme;
    let acme = Caller::new(stack, customer);
    let accounts = acme.json("/api/accounts?search=17").await?;
    let account = accounts.get(0).and_then(|a| a.get("id")).and_then(Value::as_str);
    let account = account.context("an account")?;

    let contact = json!({"name": "Grace Hopper", "email": "grace@example.com"});
    let contact = acme.post(&format!("/api/accounts/{account}/contacts"), &contact).await?;
    let id = contact.get("id").and_then(Value::as_str).context("a contact")?;
    let stored = owner("contacts", id).await?;
    screen.check(stored == customer.id(), "an INSERT that names no tenant stores acme's");

    let detail = acme.json(&format!("/api/accounts/{account}")).await?;
    let deal = detail.get("deals").and_then(|deals| deals.get(0)).and_then(|deal| deal.get("id"));
    let deal = deal.and_then(Value::as_str).context("a deal")?;
    let moved = acme.post(&format!("/api/deals/{deal}/stage"), &json!({"stage": "won"})).await?;
    let moved = moved.get("stage").and_then(Value::as_str) == Some("won");
    let sql = format!(
        "SELECT count(*) FROM activities WHERE kind = 'stage_change' AND tenant_id = '{}'",
        customer.id()
    );
    let noted: i64 = database.query_one(&sql, &[]).await?.get(0);
    screen.check(moved && noted == 1, "a transaction moves a deal and writes its history");
    Ok(())
}

/// Every account's name in an answer.
pub(crate) fn names(answer: &Value) -> Vec<String> {
    let list = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    let name = |row: &Value| {
        let name = row.get("account").or_else(|| row.get("name"))?;
        name.as_str().map(str::to_owned)
    };
    list.iter().filter_map(name).collect()
}

/// Whether a name is that of the customer's own row: `Amber Bakery AG (acme 17)`.
pub(crate) fn belongs(name: &str, customer: Customer) -> bool {
    name.contains(&format!("({} ", customer.name()))
}

/// A token for the claims, with a signature by another key than the issuer's.
pub(crate) fn forged_token(customer: Customer) -> String {
    septum_tests::sign_hs256(&"0".repeat(64), &Secrets::claims(customer, "mallory"))
}
