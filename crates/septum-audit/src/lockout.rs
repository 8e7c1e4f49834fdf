//! Who crosses again and again is locked out for a while.
//!
//! What is counted, and what is locked, is an [`Actor`]: one principal of one tenant, by one
//! source, from one host. Callers count only what an actor did whose credentials were verified,
//! so a lock can't be aimed at anybody else (catalogue H63).
//!
//! ```text
//!  level                      . locked
//!    after ---------------- x
//!                       x
//!              x    .                      each crossing adds one,
//!         x       '                        `after` are forgotten in `within`
//! ```

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use septum_core::{Principal, Reason, Source, TenantId};

use crate::{Event, Kind, Sink, SinkError};

/// When an actor is locked out, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockoutPolicy {
    /// So many crossings lock; 0 never locks.
    pub after: u32,
    /// In this time so many are forgotten again.
    pub within: Duration,
    /// How long a lock lasts.
    pub lasts: Duration,
}

impl Default for LockoutPolicy {
    /// 20 crossings within a minute lock for 5 minutes.
    fn default() -> Self {
        Self { after: 20, within: Duration::from_secs(60), lasts: Duration::from_secs(300) }
    }
}

/// Whom a lock is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Actor {
    /// The tenant.
    pub tenant: TenantId,
    /// Who acts for it.
    pub principal: Principal,
    /// What named the tenant.
    pub source: Source,
    /// Where the connection comes from, without its port.
    pub host: Box<str>,
}

impl Actor {
    /// Somebody whose credentials were verified. `None` for a binding that a host name alone
    /// made: it is anybody's, and a lock would be too.
    pub fn new(
        tenant: &TenantId,
        principal: &Principal,
        source: Source,
        peer: &str,
    ) -> Option<Self> {
        let (tenant, principal) = (tenant.clone(), principal.clone());
        let proven = source != Source::Host && principal.as_str() != "anonymous";
        proven.then(|| Self { tenant, principal, source, host: host(peer) })
    }

    fn event(&self, subject: String) -> Event {
        Event {
            tenant: Some(self.tenant.clone()),
            principal: Some(self.principal.clone()),
            source: Some(self.source),
            peer: Some(self.host.to_string()),
            reason: Some(Reason::LockedOut),
            subject: Some(subject),
            ..Event::new(Kind::Lockout)
        }
    }
}

/// A peer is an address with a port, an address, or `unix`. Of an IPv6 address the network
/// counts, its first 64 bits: whoever has one address of it has all.
fn host(peer: &str) -> Box<str> {
    let address = peer.parse::<SocketAddr>().map(|address| address.ip());
    address
        .or_else(|_| peer.parse::<IpAddr>())
        .map_or_else(|_| peer.into(), |ip| network(ip.to_canonical()).to_string().into())
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// A lock, as operators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// Whom it is for.
    pub actor: Actor,
    /// How long it still lasts.
    pub left: Duration,
    /// What was refused because of it.
    pub refused: u64,
}

/// Counts crossings and holds the locks of one process: the gateway and the proxy share it.
///
/// The time is the caller's, and never goes back.
#[derive(Debug)]
pub struct Lockouts {
    policy: LockoutPolicy,
    /// How many locks there may be: none, and nobody has to wait to ask.
    locks: AtomicUsize,
    counts: Mutex<HashMap<Actor, Count>>,
}

/// The most actors that are counted at a time. Beyond them those with the least to their account
/// are forgotten; a lock never is, however many come.
const MOST: usize = 20_000;

#[derive(Clone, Copy, Debug)]
struct Count {
    /// In nanoseconds of `within` for each crossing.
    level: u128,
    at: Instant,
    locked: Option<Locked>,
}

#[derive(Clone, Copy, Debug)]
struct Locked {
    until: Instant,
    refused: u64,
}

impl Lockouts {
    /// Nobody is locked out yet.
    pub fn new(policy: LockoutPolicy) -> Self {
        Self { policy, locks: AtomicUsize::new(0), counts: Mutex::default() }
    }

    /// Counts a crossing. One that locks is on stable storage, as that, when this returns.
    ///
    /// # Errors
    /// The sink's; the lock stands all the same.
    pub async fn count(
        &self,
        actor: &Actor,
        now: Instant,
        audit: &dyn Sink,
    ) -> Result<(), SinkError> {
        if !self.adds_up(actor, now) {
            return Ok(());
        }
        let LockoutPolicy { after, lasts, .. } = self.policy;
        let seconds = lasts.as_secs();
        let subject = format!("locked for {seconds} s after {after} attempts to cross");
        audit.record(actor.event(subject)).await
    }

    /// Whether this crossing locks.
    fn adds_up(&self, actor: &Actor, now: Instant) -> bool {
        let LockoutPolicy { after, within, lasts } = self.policy;
        if after == 0 {
            return false;
        }
        let mut counts = self.lock();
        if counts.len() >= MOST && !counts.contains_key(actor) {
            self.forget(&mut counts, now);
        }
        if counts.len() >= MOST && !counts.contains_key(actor) {
            // Everyone that is counted is locked.
            return false;
        }
        let count = counts.entry(actor.clone()).or_insert(Count::nothing(now));
        if count.locked.is_some_and(|locked| now < locked.until) {
            return false;
        }
        let was_locked = count.locked.is_some();
        let left = count.level_at(now, self.policy);
        *count = Count { level: left.saturating_add(within.as_nanos()), at: now, locked: None };
        let locks = count.level > within.as_nanos().saturating_mul(u128::from(after) - 1);
        if locks {
            let until = now.checked_add(lasts).unwrap_or(now);
            *count = Count { level: 0, at: now, locked: Some(Locked { until, refused: 0 }) };
        }
        if locks || was_locked {
            self.recount(&counts);
        }
        locks
    }

    /// Makes room: what has been forgotten or has run out goes, and if that is not enough those
    /// with the least.
    fn forget(&self, counts: &mut HashMap<Actor, Count>, now: Instant) {
        let policy = self.policy;
        counts.retain(|_, count| count.matters(now, policy));
        if counts.len() < MOST {
            return;
        }
        let unlocked = counts.values().filter(|count| count.locked.is_none());
        let least = unlocked.map(|count| count.level_at(now, policy)).min().unwrap_or(0);
        // Those of about the same are taken along, so that not each newcomer looks at all.
        let bound = least.saturating_add(policy.within.as_nanos() / 2);
        counts.retain(|_, count| count.locked.is_some() || count.level_at(now, policy) > bound);
    }

    /// Whether the actor is locked out now; and if so, whether that refusal is one for the audit
    /// log, which hears of the first, second, fourth, eighth... of a lock.
    pub fn refuses(&self, actor: &Actor, now: Instant) -> Option<Refused> {
        if self.is_quiet() {
            return None;
        }
        let mut counts = self.lock();
        let locked = counts.get_mut(actor)?.locked.as_mut().filter(|lock| now < lock.until)?;
        locked.refused = locked.refused.saturating_add(1);
        let count = locked.refused;
        Some(Refused { count, recorded: count.is_power_of_two() })
    }

    /// Whether nobody at all can be locked out.
    pub fn is_quiet(&self) -> bool {
        self.locks.load(Ordering::Relaxed) == 0
    }

    /// The locks that stand.
    pub fn locks(&self, now: Instant) -> Vec<Lock> {
        let counts = self.lock();
        let lock = |(actor, count): (&Actor, &Count)| {
            let locked = count.locked.filter(|locked| now < locked.until)?;
            let left = locked.until.saturating_duration_since(now);
            Some(Lock { actor: actor.clone(), left, refused: locked.refused })
        };
        counts.iter().filter_map(lock).collect()
    }

    /// Lifts the locks that `chosen` names, on the word of an operator: it is on stable storage
    /// before it happens. What it lifted.
    ///
    /// # Errors
    /// The sink's; what is not recorded is not lifted.
    pub async fn lift(
        &self,
        chosen: impl Fn(&Actor) -> bool,
        operator: &str,
        now: Instant,
        audit: &dyn Sink,
    ) -> Result<Vec<Lock>, SinkError> {
        let mut lifted = self.locks(now);
        lifted.retain(|lock| chosen(&lock.actor));
        for lock in &lifted {
            audit.record(lock.actor.event(format!("lifted by {operator}"))).await?;
            let mut counts = self.lock();
            counts.remove(&lock.actor);
            self.recount(&counts);
        }
        Ok(lifted)
    }

    fn recount(&self, counts: &HashMap<Actor, Count>) {
        let locks = counts.values().filter(|count| count.locked.is_some()).count();
        self.locks.store(locks, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Actor, Count>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was refused because of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// How many have been by now, this one included.
    pub count: u64,
    /// Whether the audit log hears of this one.
    pub recorded: bool,
}

impl Count {
    fn nothing(now: Instant) -> Self {
        Self { level: 0, at: now, locked: None }
    }

    /// What is left of the level: each nanosecond takes `after` away.
    fn level_at(&self, now: Instant, policy: LockoutPolicy) -> u128 {
        let passed = now.saturating_duration_since(self.at).as_nanos();
        self.level.saturating_sub(passed.saturating_mul(u128::from(policy.after)))
    }

    fn matters(&self, now: Instant, policy: LockoutPolicy) -> bool {
        match self.locked {
            Some(locked) => now < locked.until,
            None => self.level_at(now, policy) > 0,
        }
    }
}

#[cfg(test)]
mod tests;
