//! Attempts to cross that are answered like anything else, until they are recorded.
//!
//! One client must not fill the log: the first ones are recorded one by one, up to a budget that
//! fills up again with time. Those beyond share the next record, or the one at the session's end,
//! which counts them. All of them count towards the lock-out.

use std::time::{Duration, Instant};

use septum_audit::{Actor, Event};

/// How many are recorded one by one at first.
const BUDGET: u32 = 60;
/// How long it takes until one more is.
const REFILL: Duration = Duration::from_secs(1);

pub(crate) struct Noticed {
    waiting: Vec<(Option<Event>, Option<Actor>)>,
    left: u32,
    refilled: Instant,
    /// How many are not recorded yet, and the last of them.
    beyond: Option<(u64, Box<Event>)>,
}

impl Noticed {
    pub(crate) fn new() -> Self {
        Self { waiting: Vec::new(), left: BUDGET, refilled: Instant::now(), beyond: None }
    }

    /// Takes an attempt, and who is to answer for it.
    pub(crate) fn push(&mut self, event: Event, actor: Option<Actor>) {
        let event = if self.take_budget() {
            let more = self.beyond.take().map_or(0, |(count, _)| count);
            Some(counting(event, more))
        } else {
            let before = self.beyond.take().map_or(0, |(count, _)| count);
            self.beyond = Some((before.saturating_add(1), Box::new(event)));
            None
        };
        self.waiting.push((event, actor));
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// What is to be recorded, and to be counted, now.
    pub(crate) fn take(&mut self) -> Vec<(Option<Event>, Option<Actor>)> {
        std::mem::take(&mut self.waiting)
    }

    /// At the end those that were not recorded get their record.
    pub(crate) fn end(&mut self) {
        if let Some((count, event)) = self.beyond.take() {
            self.waiting.push((Some(counting(*event, count.saturating_sub(1))), None));
        }
    }

    fn take_budget(&mut self) -> bool {
        let periods = self.refilled.elapsed().as_nanos() / REFILL.as_nanos();
        if let Ok(periods) = u32::try_from(periods)
            && periods > 0
        {
            self.left = self.left.saturating_add(periods).min(BUDGET);
            self.refilled = Instant::now();
        }
        let left = self.left.checked_sub(1);
        self.left = left.unwrap_or(0);
        left.is_some()
    }
}

/// The same event, and that it stands for more.
fn counting(event: Event, more: u64) -> Event {
    if more == 0 {
        return event;
    }
    let subject = event.subject.as_deref().unwrap_or("an attempt");
    Event { subject: Some(format!("{subject}, and {more} attempts before it")), ..event }
}

#[cfg(test)]
mod tests {
    use septum_audit::Kind;

    use super::*;

    #[test]
    fn a_flood_of_attempts_is_counted_in_a_bounded_number_of_records() {
        let mut noticed = Noticed::new();
        (0..10_000).for_each(|_| noticed.push(Event::new(Kind::Crossing), None));
        noticed.end();
        let taken = noticed.take();
        assert!(taken.len() > 10_000, "each is there to be counted");
        let recorded: Vec<_> = taken.iter().filter_map(|(event, _)| event.as_ref()).collect();
        assert!(recorded.len() < 100, "{}", recorded.len());
        let more = |event: &&Event| {
            let subject = event.subject.as_deref().unwrap_or_default();
            let more = subject.split("and ").nth(1).and_then(|rest| rest.split(' ').next());
            more.map_or(0, |more| more.parse::<usize>().unwrap())
        };
        assert_eq!(recorded.iter().map(more).sum::<usize>() + recorded.len(), 10_000);
    }
}
