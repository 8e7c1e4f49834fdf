//! Fetches the issuers' key sets (catalogue H44): only from the configured place, without
//! redirects, capped in size and time, the last good set kept while fetching fails, but not for
//! ever.
//!
//! One task a set does all its fetching, so there is never more than one fetch, and no client
//! can hurry or cancel it: a token with an unknown key only says that a fetch is wanted.

mod fetch;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use septum_bind::jwt::{Keys, LiveKeys};
use septum_tower::RefreshKeys;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use crate::config::{JwksLocation, JwksSource};
use crate::stage::{Stage, Staged};

/// The least that is waited between two fetches, whatever is configured.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a request waits for a fetch that it asked for.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many requests wait for one set at one time; whoever comes then is refused at once, so
/// that made-up keys fill no place that others need.
const WAITING: usize = 32;

/// Every key set that is fetched.
#[derive(Clone)]
pub(crate) struct KeySets(Arc<[Arc<KeySet>]>);

struct KeySet {
    source: JwksSource,
    tls: Option<Arc<ClientConfig>>,
    state: watch::Sender<State>,
    wanted: Notify,
    waiting: Semaphore,
}

/// When it was last tried and last fetched.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    tried: Option<Instant>,
    fetched: Option<Instant>,
}

impl KeySets {
    pub(crate) fn new(sources: Vec<JwksSource>) -> Result<Self, rustls::Error> {
        let sets: Result<Vec<Arc<KeySet>>, rustls::Error> =
            sources.into_iter().map(|source| KeySet::new(source).map(Arc::new)).collect();
        Ok(Self(sets?.into()))
    }

    /// Fetches each for the first time. A failure is logged: until the next try no token of
    /// that issuer is taken.
    pub(crate) async fn start(&self) {
        let mut fetching = JoinSet::new();
        for set in self.0.iter().map(Arc::clone) {
            fetching.spawn(async move { set.fetch().await });
        }
        fetching.join_all().await;
    }

    /// Whether every set has been fetched and is not too old.
    pub(crate) fn are_ready(&self) -> bool {
        self.0.iter().all(|set| set.state.borrow().is_good(&set.source))
    }

    /// Fetches each again and again until the gateway drains.
    pub(crate) fn keep_fresh(&self, staged: &Staged) {
        for set in self.0.iter().map(Arc::clone) {
            let staged = staged.clone();
            tokio::spawn(async move {
                tokio::select! {
                    () = set.keep_fresh() => {}
                    () = staged.reached(Stage::Draining) => {}
                }
            });
        }
    }
}

impl RefreshKeys for KeySets {
    fn refresh(&self, keys: &LiveKeys) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let set = self.0.iter().find(|set| set.source.keys.is(keys)).map(Arc::clone);
        Box::pin(async move {
            if let Some(set) = set {
                set.refreshed().await;
            }
        })
    }
}

impl KeySet {
    fn new(source: JwksSource) -> Result<Self, rustls::Error> {
        let tls = match &source.location {
            JwksLocation::File(_) => None,
            JwksLocation::Url { roots, .. } => Some(fetch::client_config(roots.clone())?),
        };
        Ok(Self {
            source,
            tls,
            state: watch::Sender::default(),
            wanted: Notify::new(),
            waiting: Semaphore::new(WAITING),
        })
    }

    async fn keep_fresh(&self) {
        loop {
            let state = *self.state.borrow();
            let (due, soonest) = (state.due(&self.source), state.soonest(&self.source));
            tokio::select! {
                () = sleep_until(due) => {}
                () = async {
                    sleep_until(soonest).await;
                    self.wanted.notified().await;
                } => {}
            }
            self.fetch().await;
        }
    }

    /// Waits for a fetch that begins or ends after now, unless there was one just now.
    async fn refreshed(&self) {
        let Ok(_place) = self.waiting.try_acquire() else { return };
        let mut states = self.state.subscribe();
        let before = *states.borrow_and_update();
        if Instant::now() < before.soonest(&self.source) {
            return;
        }
        self.wanted.notify_one();
        // One that takes longer is of use to the next request.
        let _ = timeout(PATIENCE, states.changed()).await;
    }

    async fn fetch(&self) {
        let fetched = fetch::keys(&self.source, self.tls.as_ref()).await;
        let now = Some(Instant::now());
        let before = *self.state.borrow();
        let state = match fetched {
            Ok(keys) => {
                tracing::debug!(keys = keys.len(), "a key set was fetched");
                self.source.keys.replace(keys);
                State { tried: now, fetched: now }
            }
            Err(error) => {
                let location = self.location();
                tracing::error!(%error, location, "a key set can't be fetched");
                if !before.is_good(&self.source) {
                    self.source.keys.replace(Keys::default());
                }
                State { tried: now, ..before }
            }
        };
        self.state.send_replace(state);
    }

    fn location(&self) -> String {
        match &self.source.location {
            JwksLocation::File(file) => file.display().to_string(),
            JwksLocation::Url { url, .. } => url.to_string(),
        }
    }
}

impl State {
    fn is_good(&self, source: &JwksSource) -> bool {
        self.fetched.is_some_and(|fetched| fetched.elapsed() < source.max_stale)
    }

    /// When the set is fetched without being asked for: a failure is tried again soon.
    fn due(&self, source: &JwksSource) -> Instant {
        let succeeded = self.fetched.is_some() && self.fetched == self.tried;
        let soonest = self.soonest(source);
        if succeeded {
            self.tried.map_or(soonest, |t| soonest.max(t + source.refresh))
        } else {
            soonest
        }
    }

    /// When it may be fetched again at the earliest, however often it is asked for.
    fn soonest(&self, source: &JwksSource) -> Instant {
        self.tried.map_or_else(Instant::now, |tried| tried + source.min_interval.max(PAUSE))
    }
}
