//! Keeps the guard's model of the database true.
//!
//! ```text
//!            every interval --+
//!  NOTIFY of the event trigger -> look: signature -- as before --> nothing
//!  a denial for want of a name +          |
//!                                      changed -> the whole catalog -> Guard::adopt: a new epoch
//! ```
//!
//! One connection of its own does this, by the role and with the settings of the pool's: names
//! mean there what they mean to clients. Looks are at least [`PAUSE`] apart, whoever asks. While
//! the database can't be asked the last model is kept, for a bounded time.

mod looks;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use ring::digest::{SHA256, digest};
use septum_core::Tenancy;
use septum_guard::Guard;
use septum_sql::catalog::UnreadableCatalog;
use septum_sql::{Catalog, Model};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

pub(crate) use looks::Looks;

use crate::config::CatalogConfig;
use crate::server::{CatalogConnection, ConnectError, Dialer};

/// The least time between the beginnings of two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest that a look may take: of a catalog of a hundred thousand tables.
const PATIENCE: Duration = Duration::from_secs(60);
/// After so many intervals without a look Septum is not ready any more.
const LATE: u32 = 3;
/// After so many intervals without a look the model is given up, and the guard denies what
/// needs one.
const TOO_LATE: u32 = 30;

/// Loads the model and keeps it true. Dropping it ends that.
pub(crate) struct Keeper {
    looks: Arc<Looks>,
    requests: Arc<Notify>,
    task: tokio::task::JoinHandle<()>,
    late: Duration,
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Keeper {
    /// Begins with the first look at once.
    pub(crate) fn start(config: &CatalogConfig, dialer: Dialer, guard: Arc<Guard>) -> Self {
        let looks = Arc::new(Looks::default());
        let requests = Arc::new(Notify::new());
        let work = Work {
            tenancy: Arc::new(config.tenancy.clone()),
            interval: config.interval.max(PAUSE),
            dialer,
            guard,
            looks: Arc::clone(&looks),
            requests: Arc::clone(&requests),
            seen: Seen::default(),
            next: Instant::now(),
        };
        let late = work.interval.saturating_mul(LATE);
        Self { looks, requests, task: tokio::spawn(work.run()), late }
    }

    /// Waits until the first look has ended, well or not.
    pub(crate) async fn first_look(&self, limit: Duration) {
        let _ = timeout(limit, self.looks.ended(1)).await;
    }

    /// Has somebody look who begins after this call, and waits for that: a second or so.
    pub(crate) async fn look_again(&self, limit: Duration) {
        let next = self.looks.next();
        self.requests.notify_one();
        let _ = timeout(limit, self.looks.ended(next)).await;
    }

    /// How old the model may be, and is; why it can't be relied on.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self.looks.age() {
            None => Err("the database's catalog was not read yet".into()),
            Some(age) if age > self.late => {
                Err(format!("the database's catalog was last looked at {} s ago", age.as_secs()))
            }
            Some(_) => Ok(()),
        }
    }
}

/// Why a look failed.
#[derive(Debug, thiserror::Error)]
enum LookError {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Unreadable(#[from] UnreadableCatalog),
    #[error("reading the catalog was cut off")]
    Cancelled(#[from] tokio::task::JoinError),
}

/// What the model in force was made of.
#[derive(Default)]
struct Seen {
    signature: Option<String>,
    /// The SHA-256 of the catalog's text.
    content: Vec<u8>,
}

struct Work {
    tenancy: Arc<Tenancy>,
    interval: Duration,
    dialer: Dialer,
    guard: Arc<Guard>,
    looks: Arc<Looks>,
    requests: Arc<Notify>,
    seen: Seen,
    /// Before this nobody looks.
    next: Instant,
}

impl Work {
    async fn run(mut self) {
        let mut pause = PAUSE;
        loop {
            let began = Instant::now();
            let Err(error) = self.keep_looking().await;
            // Whoever waits for this look need not wait for its time-out.
            self.looks.end(false);
            self.give_up_what_is_too_old();
            tracing::error!(%error, "the database's catalog can't be read; trying again");
            if began.elapsed() > pause {
                pause = PAUSE;
            }
            let _ = timeout(pause, self.requests.notified()).await;
            pause = pause.saturating_mul(2).min(self.interval);
        }
    }

    /// Looks, over one connection, until that fails.
    async fn keep_looking(&mut self) -> Result<Infallible, LookError> {
        self.wait_for_the_next_look().await;
        self.looks.begin();
        let mut connection = self.dialer.dial_for_catalog().await?;
        loop {
            let looked = timeout(PATIENCE, self.look(&mut connection)).await;
            let unsettled = looked.map_err(|_| ConnectError::Timeout)??;
            self.looks.end(true);
            if !unsettled {
                tokio::select! {
                    () = tokio::time::sleep(self.interval) => {}
                    () = self.requests.notified() => {}
                    notified = connection.notified() => notified?,
                }
            }
            self.wait_for_the_next_look().await;
            self.looks.begin();
        }
    }

    async fn wait_for_the_next_look(&mut self) {
        sleep_until(self.next).await;
        self.next = Instant::now() + PAUSE;
    }

    /// Whether the catalog changed while it was read, or since: then it is to be looked at
    /// again soon.
    async fn look(&mut self, connection: &mut CatalogConnection) -> Result<bool, LookError> {
        let signature = connection.signature().await?;
        if self.seen.signature.as_ref() == Some(&signature) && self.guard.model().is_some() {
            return Ok(connection.take_notified());
        }
        let text = connection.catalog().await?;
        let content = digest(&SHA256, text.as_bytes()).as_ref().to_vec();
        // Temporary tables change the signature, and nothing that a statement may name.
        if self.seen.content != content || self.guard.model().is_none() {
            let model = self.model(text).await?;
            self.guard.adopt(model);
        }
        let after = connection.signature().await?;
        let unsettled = after != signature || connection.take_notified();
        self.seen = Seen { signature: Some(signature), content };
        Ok(unsettled)
    }

    /// Apart from the threads that serve clients: it may be megabytes.
    async fn model(&self, text: String) -> Result<Arc<Model>, LookError> {
        let tenancy = Arc::clone(&self.tenancy);
        let read = move || {
            let catalog = Arc::new(Catalog::read(&text)?);
            Ok::<_, UnreadableCatalog>(Arc::new(Model::new(catalog, tenancy)))
        };
        let model = tokio::task::spawn_blocking(read).await??;
        tell(&model);
        Ok(model)
    }

    fn give_up_what_is_too_old(&self) {
        let limit = self.interval.saturating_mul(TOO_LATE);
        if self.guard.model().is_some() && self.looks.age().is_none_or(|age| age > limit) {
            tracing::error!("the database's catalog is too old to judge by, and is given up");
            self.guard.forget();
        }
    }
}

/// Tells the operator, once an epoch, what of the tenancy model the database doesn't have, and
/// which relations the guard refuses and how to mend that.
fn tell(model: &Model) {
    let catalog = model.catalog();
    tracing::info!(relations = catalog.relations().count(), "the database's catalog is known");
    for name in model.tenancy().relations.keys() {
        if catalog.relation_named(Some(&name.schema), &name.name).is_none() {
            tracing::warn!(relation = %name, "a relation of the configuration is not in the database");
        }
    }
    for unproven in model.posture().unproven() {
        let (relation, remedy) = (&unproven.relation, unproven.remedy.as_deref());
        tracing::warn!(%relation, fault = %unproven.fault, remedy, "SEP-511: refused as unproven");
    }
}
