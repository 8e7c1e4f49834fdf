use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use septum_test_cluster::{Cluster, random_hex};
use serde_json::json;

use crate::{Customer, Program, Scratch, sign_hs256};

/// What must be kept secret in a deployment, made anew for each.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// The role `crm_app`'s own password, which Septum alone knows.
    pub database: String,
    /// The application's password at Septum.
    pub application: String,
    /// What the identity provider signs JSON Web Tokens with.
    pub issuer: String,
    /// An API key of Initech's, once [`Config::new`] has made it.
    pub api_key: String,
}

impl Secrets {
    /// The name of the identity provider.
    pub const ISSUER: &str = "https://login.crm.test";

    /// A token for someone at a customer, as the identity provider would issue it.
    pub fn token(&self, customer: Customer, person: &str) -> String {
        sign_hs256(&self.issuer, &Self::claims(customer, person))
    }

    /// The claims of such a token.
    pub fn claims(customer: Customer, person: &str) -> serde_json::Value {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
        json!({
            "iss": Self::ISSUER,
            "aud": "crm",
            "sub": person,
            "tenant": customer.id(),
            "iat": now,
            "exp": now + 600,
        })
    }
}

/// A deployment's configuration: its `septum.toml`, its secrets and its addresses.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file's text; change it before Septum starts.
    pub text: String,
    /// The secrets.
    pub secrets: Secrets,
    /// Where Septum takes database connections.
    pub proxy: SocketAddr,
    /// Where Septum takes HTTP requests.
    pub gateway: SocketAddr,
    /// Where Septum says whether it is ready.
    pub admin: SocketAddr,
    /// Where the application listens.
    pub application: SocketAddr,
    file: PathBuf,
}

impl Config {
    /// A deployment in front of the database `crm` of this cluster. Its files lie in the
    /// scratch folder; the keys in them are made by `septum` itself.
    ///
    /// # Errors
    /// When `septum` can't be run or there is no free port.
    pub fn new(scratch: &Scratch, cluster: &Cluster) -> Result<Self> {
        let key = scratch.path().join("root.key");
        let mut new_key = Program::Septum.command()?;
        run(new_key.args(["key", "new", "--out"]).arg(&key))?;
        let mut api_key = Program::Septum.command()?;
        api_key.args(["api-key", "new", "--principal", "importer", "--tenant"]);
        let api_key = run(api_key.arg(Customer::Initech.id()))?;
        let (first, api_key_table) = api_key.split_once('\n').context("an API key")?;
        let secrets = Secrets {
            database: random_hex(16)?,
            application: random_hex(16)?,
            issuer: random_hex(32)?,
            api_key: first.split_whitespace().last().context("an API key")?.to_owned(),
        };
        scratch.write("superuser.password", cluster.superuser_password())?;
        scratch.write("database.password", &secrets.database)?;
        scratch.write("application.password", &secrets.application)?;
        scratch.write("issuer.secret", &secrets.issuer)?;
        let [proxy, gateway, admin, application] = free_addresses()?;
        let config = Self {
            text: String::new(),
            secrets,
            proxy,
            gateway,
            admin,
            application,
            file: scratch.path().join("septum.toml"),
        };
        let text = config.template(cluster.port(), api_key_table);
        Ok(Self { text, ..config })
    }

    /// Writes `septum.toml` and returns its path.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&self) -> Result<&Path> {
        fs::write(&self.file, &self.text).context("writing septum.toml")?;
        Ok(&self.file)
    }

    /// The application's connection string: Septum's address, and a password that the database
    /// does not know.
    pub fn database_url(&self) -> String {
        self.dsn("crm_app")
    }

    /// A connection string by way of Septum for `crm_app`, whom each statement must bind, or for
    /// `app.acme` and the like, who are one customer's by the credential alone.
    pub fn dsn(&self, user: &str) -> String {
        let (port, password) = (self.proxy.port(), &self.secrets.application);
        format!("host=127.0.0.1 port={port} user={user} password={password} dbname=crm")
    }

    fn template(&self, database_port: u16, api_key: &str) -> String {
        let tenants: String = Customer::ALL.iter().map(|customer| tenant(*customer)).collect();
        let Self { proxy, gateway, admin, application, .. } = self;
        let users: String = Customer::ALL.iter().map(|customer| user(*customer)).collect();
        let issuer = Secrets::ISSUER;
        format!(
            r#"environment = "production"
root_key_file = "root.key"

[tenant]
type = "uuid"

[[relations]]
name = "public.currencies"
scope = "shared"
{tenants}
[audit]
folder = "audit"

# The attacks of a whole run are one application's.
[lockout]
after = 0
socket = "lockout.sock"

[database]
host = "127.0.0.1"
port = {database_port}
name = "crm"
user = "crm_app"
password_file = "database.password"
search_path = "public"
pool_size = 4

[migrate]
user = "postgres"
password_file = "superuser.password"

# The application connects here, as if this were PostgreSQL.
[[listeners]]
address = "{proxy}"

[[users]]
name = "crm_app"
password_file = "application.password"

# For psql and reports: each of these credentials alone is one customer's.
{users}
[http]
upstream = "{application}"
admin = "{admin}"

[[http.listeners]]
address = "{gateway}"

# Each customer's host is its own; these two are everybody's, and name nobody.
[http.host]
shared = ["api.crm.test", "localhost"]

[http.jwt]
[[http.jwt.issuers]]
issuer = "{issuer}"
audiences = ["crm"]
[[http.jwt.issuers.keys]]
algorithm = "HS256"
secret_file = "issuer.secret"

# Only this peer may name a tenant by X-Tenant-Id.
[http.header]
trusted_peers = ["192.0.2.1"]

[http.api_key]
{api_key}"#
        )
    }
}

fn tenant(customer: Customer) -> String {
    let (id, name, host) = (customer.id(), customer.name(), customer.host());
    // Browsers resolve *.localhost to this machine.
    format!(
        "\n[[tenants]]\nid = \"{id}\"\nname = \"{name}\"\n\
         hosts = [\"{host}\", \"{name}.localhost\"]\n"
    )
}

fn user(customer: Customer) -> String {
    let (id, name) = (customer.id(), customer.name());
    format!(
        "[[users]]\nname = \"app.{name}\"\npassword_file = \"application.password\"\n\
         tenant = \"{id}\"\n\n"
    )
}

/// Addresses that were free a moment ago, and differ.
fn free_addresses() -> Result<[SocketAddr; 4]> {
    let [a, b, c, d] = std::array::from_fn(|_| TcpListener::bind(("127.0.0.1", 0)));
    let listeners = [a?, b?, c?, d?];
    let [a, b, c, d] = listeners.each_ref().map(TcpListener::local_addr);
    Ok([a?, b?, c?, d?])
}

/// Runs a command to its end and returns its output.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("running `{name}`"))?;
    if !output.status.success() {
        bail!("`{name}` failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}
