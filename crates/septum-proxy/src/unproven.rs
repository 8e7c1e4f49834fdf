//! What the audit log hears of peers that have proven nothing.
//!
//! Whoever reaches the port can be refused as often as it likes, so these refusals must not fill
//! the log. The first ones are recorded one by one, up to a budget that fills up again with time.
//! Beyond it those of one reason wait for each other, a moment, and share one record that counts
//! them:
//!
//! ```text
//!  budget left:  refusal -> record -> answer
//!  none left:    refusal -> \
//!                refusal ->  one record "3 refusals", within a moment -> three answers
//!                refusal -> /
//! ```
//!
//! INVARIANT: still nobody is answered before the log has it, and the log grows by a bounded
//! number of records a second. There is no entry for each peer: nothing here grows (trap P33).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use septum_audit::{Event, Sink};
use septum_core::Reason;
use tokio::sync::watch;

use crate::refusal::{Answer, Refusal};

/// How many refusals are recorded one by one at first.
const BUDGET: u32 = 60;
/// How long it takes until one more is.
const REFILL: Duration = Duration::from_secs(1);
/// How long those beyond wait for each other.
const MOMENT: Duration = Duration::from_secs(1);

/// Whether a shared record is durable, once that is known.
type Shared = watch::Receiver<Option<bool>>;

pub(crate) struct Unproven {
    moment: Duration,
    state: Mutex<State>,
}

struct State {
    left: u32,
    refilled: Instant,
    groups: HashMap<Reason, Group>,
}

struct Group {
    count: u64,
    shared: Shared,
}

impl Unproven {
    pub(crate) fn new() -> Self {
        Self::waiting(MOMENT)
    }

    fn waiting(moment: Duration) -> Self {
        let state = State { left: BUDGET, refilled: Instant::now(), groups: HashMap::new() };
        Self { moment, state: Mutex::new(state) }
    }

    /// Records a refusal, alone or with others; then it may be answered.
    pub(crate) async fn settle(
        self: &Arc<Self>,
        refusal: Refusal,
        audit: &Arc<dyn Sink>,
        peer: &str,
    ) -> Answer {
        if !refusal.is_recorded() || self.take() {
            return refusal.settle(&**audit, peer).await;
        }
        let mut shared = self.join(&refusal, audit, peer);
        let recorded = match shared.wait_for(Option::is_some).await {
            Ok(recorded) => recorded.unwrap_or(false),
            Err(_) => false,
        };
        refusal.answer(recorded, peer)
    }

    /// Takes a record of its own out of the budget.
    fn take(&self) -> bool {
        let mut state = self.lock();
        let periods = state.refilled.elapsed().as_nanos() / REFILL.as_nanos();
        if let Ok(periods) = u32::try_from(periods)
            && periods > 0
        {
            state.left = state.left.saturating_add(periods).min(BUDGET);
            state.refilled = Instant::now();
        }
        let left = state.left.checked_sub(1);
        state.left = left.unwrap_or(0);
        left.is_some()
    }

    /// Joins those of the same reason; the first one sees to their record.
    fn join(self: &Arc<Self>, refusal: &Refusal, audit: &Arc<dyn Sink>, peer: &str) -> Shared {
        let reason = refusal.reason;
        let mut state = self.lock();
        if let Some(group) = state.groups.get_mut(&reason) {
            group.count = group.count.saturating_add(1);
            return group.shared.clone();
        }
        let (tell, shared) = watch::channel(None);
        state.groups.insert(reason, Group { count: 1, shared: shared.clone() });
        drop(state);
        let (unproven, audit, event) = (Arc::clone(self), Arc::clone(audit), refusal.event(peer));
        // A task of its own: whoever came first may go first.
        tokio::spawn(async move {
            tokio::time::sleep(unproven.moment).await;
            let group = unproven.lock().groups.remove(&reason);
            let count = group.map_or(1, |group| group.count);
            let subject = Some(format!("{count} refusals before authentication"));
            let recorded = audit.record(Event { subject, ..event }).await;
            // Nobody may be left to hear it.
            let _ = tell.send(Some(recorded.is_ok()));
        });
        shared
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use septum_audit::{Recorded, SinkError};

    use super::*;

    #[derive(Default)]
    struct Log {
        events: Mutex<Vec<Event>>,
        broken: bool,
    }

    impl Sink for Log {
        fn record(&self, event: Event) -> Recorded {
            self.events.lock().unwrap().push(event);
            let answer = if self.broken { Err(SinkError::Full) } else { Ok(()) };
            Box::pin(std::future::ready(answer))
        }
    }

    async fn flood(log: Arc<Log>, count: usize) -> Vec<Reason> {
        let unproven = Arc::new(Unproven::waiting(Duration::from_millis(100)));
        let audit: Arc<dyn Sink> = log;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..count {
            let (unproven, audit) = (Arc::clone(&unproven), Arc::clone(&audit));
            tasks.spawn(async move {
                let refusal = Refusal::new(Reason::ProtocolViolation);
                unproven.settle(refusal, &audit, "somebody").await.reason()
            });
        }
        tasks.join_all().await
    }

    #[tokio::test]
    async fn a_flood_of_strangers_is_recorded_in_a_bounded_number_of_records() {
        let log = Arc::new(Log::default());
        let answers = flood(Arc::clone(&log), 10_000).await;
        assert!(answers.iter().all(|reason| *reason == Reason::ProtocolViolation));
        let events = log.events.lock().unwrap();
        assert!(events.len() < 100, "{}", events.len());
        let counted = |event: &Event| match &event.subject {
            None => 1,
            Some(subject) => subject.split(' ').next().unwrap().parse::<usize>().unwrap(),
        };
        assert_eq!(events.iter().map(counted).sum::<usize>(), 10_000);
    }

    #[tokio::test]
    async fn a_stranger_is_told_nothing_else_when_its_refusal_cant_be_recorded() {
        let log = Arc::new(Log { broken: true, ..Log::default() });
        let answers = flood(log, 100).await;
        assert!(answers.iter().all(|reason| *reason == Reason::AuditUnavailable));
    }
}
