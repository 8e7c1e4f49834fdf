mod files;
mod lockouts;
mod logging;
mod ready;
mod signals;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use septum_audit::{Lockouts, Sink};
use septum_bind::context::ContextKeys;
use septum_bind::seal::SealKey;
use septum_bind::{Traces, UnixSeconds};
use septum_gateway::{Gateway, ReadyCheck};
use septum_guard::Guard;
use septum_journal::Journal;
use septum_proxy::{Health, Proxy};
use tokio::sync::{oneshot, watch};

use crate::config::{Settings, Source};
use ready::Ready;

/// How long what is left of cut-off work may take to notice.
const ABANDON: Duration = Duration::from_secs(1);

/// How to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    source: Source,
    /// A file to write once every socket is open: JSON with the addresses, also those of port 0
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn run(self) -> Result<()> {
        let settings = self.source.load()?;
        logging::start(&settings.log)?;
        let serves = !settings.proxy.listeners.is_empty()
            || settings.proxy.operator.is_some()
            || settings.gateway.is_some();
        ensure!(serves, "there is nothing to serve: add `[[listeners]]` or `[http]`");

        files::allow_for(&settings);

        // First of all: what can't be recorded is not answered.
        let mut audit = septum_journal::Config::new(
            settings.audit.folder.clone(),
            settings.root_key.audit_key(),
        );
        audit.rotate_bytes = settings.audit.rotate;
        let journal = Arc::new(Journal::open(&audit)?);

        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let served = runtime.block_on(serve(settings, journal.clone(), self.ready_file));
        // Whatever outlived its drain time ends here, and lets go of the journal.
        runtime.shutdown_timeout(ABANDON);
        if let Some(journal) = Arc::into_inner(journal) {
            journal.close()?;
        }
        served?;
        tracing::info!("stopped");
        Ok(())
    }
}

async fn serve(
    settings: Settings,
    journal: Arc<dyn Sink>,
    ready_file: Option<PathBuf>,
) -> Result<()> {
    // From here on a signal is ours, so that none is lost between start and service.
    let stop = signals::listen()?;
    let environment = settings.environment;
    let tenants = Arc::new(settings.tenants);
    let previous = settings.previous_root_key.as_ref();
    let context_keys = ContextKeys::new(environment, &settings.root_key, previous);
    let traces = Traces::new();
    let locked_out = Arc::new(Lockouts::new(settings.lockout.policy));
    let proxy_services = septum_proxy::Services {
        environment,
        tenants: Arc::clone(&tenants),
        context_keys: context_keys.clone(),
        seal_key: SealKey::new(&settings.root_key),
        traces: traces.clone(),
        guard: Arc::new(Guard::new(settings.policy)),
        audit: Arc::clone(&journal),
        lockouts: Arc::clone(&locked_out),
        clock,
    };
    let has_operator = settings.proxy.operator.is_some();
    let serves_database = !settings.proxy.listeners.is_empty();
    let proxy = Proxy::bind(settings.proxy, proxy_services)
        .await
        .context("the database listeners can't be opened")?;
    let health = proxy.health();
    let desk = match settings.lockout.socket {
        Some(socket) => {
            let desk = lockouts::open(&socket, Arc::clone(&locked_out), Arc::clone(&journal));
            Some(desk.with_context(|| format!("`{}` can't be opened", socket.display()))?)
        }
        None => None,
    };
    let gateway_services = septum_gateway::Services {
        tenants,
        context_keys,
        traces,
        audit: journal,
        lockouts: locked_out,
        environment,
        clock,
        ready: serves_database.then(|| database_is_ready(health.clone())),
    };
    let gateway = match settings.gateway {
        Some(config) => Some(
            Gateway::bind(config, gateway_services)
                .await
                .context("the gateway can't be started")?,
        ),
        None => None,
    };
    if let Err(error) = health.check().await {
        // Not fatal: the database may come later, and until then nothing is answered.
        tracing::warn!(error, "the database can't be used yet");
    }

    Ready::new(&proxy, has_operator, gateway.as_ref()).announce(ready_file.as_deref())?;
    drain_in_order(gateway, proxy, stop).await;
    drop(desk);
    Ok(())
}

/// An application whose database is Septum is of no use while that can't be reached.
fn database_is_ready(health: Health) -> ReadyCheck {
    Arc::new(move || {
        let health = health.clone();
        Box::pin(async move {
            let checked = health.check().await;
            if let Err(error) = &checked {
                tracing::warn!(error, "the database can't be used");
            }
            checked.is_ok()
        })
    })
}

/// Serves until Septum is to stop, and then lets HTTP requests end before the proxy stops: they
/// still have work to do in the database.
async fn drain_in_order(gateway: Option<Gateway>, proxy: Proxy, stop: watch::Receiver<bool>) {
    let (requests_ended, ended) = oneshot::channel();
    let serve_http = async {
        match gateway {
            Some(gateway) => gateway.run(signals::stopped(stop)).await,
            None => signals::stopped(stop).await,
        }
        // The proxy is there to hear it: both are polled together.
        let _ = requests_ended.send(());
    };
    let serve_database = proxy.run(async {
        let _ = ended.await;
    });
    tokio::join!(serve_http, serve_database);
}

/// The wall clock. Before 1970 nothing is current: every token has expired.
fn clock() -> UnixSeconds {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(UnixSeconds::MAX, |since| since.as_secs())
}
