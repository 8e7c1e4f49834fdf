use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use septum_core::TenantType;

use super::*;
use crate::Recorded;

#[derive(Default)]
struct Log {
    events: Mutex<Vec<Event>>,
    broken: bool,
}

impl Log {
    fn subjects(&self) -> Vec<String> {
        self.events.lock().unwrap().iter().filter_map(|event| event.subject.clone()).collect()
    }
}

impl Sink for Log {
    fn record(&self, event: Event) -> Recorded {
        self.events.lock().unwrap().push(event);
        Box::pin(ready(if self.broken { Err(SinkError::Full) } else { Ok(()) }))
    }
}

/// Everything here is ready at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

fn actor(tenant: &str, principal: &str, source: Source, peer: &str) -> Actor {
    let tenant = TenantType::Text.parse(tenant).unwrap();
    Actor::new(&tenant, &Principal::new(principal).unwrap(), source, peer).unwrap()
}

fn ann() -> Actor {
    actor("acme", "ann", Source::Jwt, "192.0.2.1:50000")
}

const POLICY: LockoutPolicy =
    LockoutPolicy { after: 3, within: Duration::from_secs(60), lasts: Duration::from_secs(300) };

fn cross(lockouts: &Lockouts, actor: &Actor, times: usize, at: Instant, log: &Log) {
    (0..times).for_each(|_| now(lockouts.count(actor, at, log)).unwrap());
}

#[test]
fn repeated_crossings_lock_out_for_a_while_and_say_so_once() {
    let (lockouts, log, start) = (Lockouts::new(POLICY), Log::default(), Instant::now());
    cross(&lockouts, &ann(), 2, start, &log);
    assert!(lockouts.is_quiet() && lockouts.refuses(&ann(), start).is_none());
    cross(&lockouts, &ann(), 2, start, &log);
    let refused: Vec<_> =
        (0..5).map(|_| lockouts.refuses(&ann(), start).unwrap().recorded).collect();
    assert_eq!(refused, [true, true, false, true, false]);
    assert_eq!(log.subjects(), ["locked for 300 s after 3 attempts to cross"]);
    let after = start + Duration::from_secs(300);
    assert!(lockouts.refuses(&ann(), after).is_none() && lockouts.locks(after).is_empty());
    // And the account is empty again.
    cross(&lockouts, &ann(), 2, after, &log);
    assert!(lockouts.refuses(&ann(), after).is_none());
}

#[test]
fn what_is_long_ago_is_forgotten() {
    let (lockouts, log, start) = (Lockouts::new(POLICY), Log::default(), Instant::now());
    for minute in 0..100 {
        cross(&lockouts, &ann(), 2, start + Duration::from_secs(60 * minute), &log);
    }
    assert!(log.subjects().is_empty());
}

#[test]
fn h63_a_lock_is_for_one_principal_of_one_tenant_by_one_source_from_one_host() {
    let (lockouts, log, start) = (Lockouts::new(POLICY), Log::default(), Instant::now());
    cross(&lockouts, &ann(), 3, start, &log);
    for other in [
        actor("globex", "ann", Source::Jwt, "192.0.2.1:50000"),
        actor("acme", "bob", Source::Jwt, "192.0.2.1:50000"),
        actor("acme", "ann", Source::ApiKey, "192.0.2.1:50000"),
        actor("acme", "ann", Source::Jwt, "192.0.2.2:50000"),
        actor("acme", "ann", Source::Jwt, "unix"),
    ] {
        assert!(lockouts.refuses(&other, start).is_none(), "{other:?}");
    }
    let other_port = actor("acme", "ann", Source::Jwt, "192.0.2.1:1");
    let mapped = actor("acme", "ann", Source::Jwt, "[::ffff:192.0.2.1]:1");
    assert!(lockouts.refuses(&other_port, start).is_some() && mapped == other_port);
}

#[test]
fn h63_who_has_proven_nothing_is_no_actor() {
    let tenant = TenantType::Text.parse("acme").unwrap();
    let principal = |name| Principal::new(name).unwrap();
    assert!(Actor::new(&tenant, &principal("ann"), Source::Host, "unix").is_none());
    assert!(Actor::new(&tenant, &principal("anonymous"), Source::ContextToken, "unix").is_none());
}

#[test]
fn a_flood_of_principals_neither_fills_memory_nor_lifts_a_lock() {
    let (lockouts, log, start) = (Lockouts::new(POLICY), Log::default(), Instant::now());
    cross(&lockouts, &ann(), 3, start, &log);
    let careful = actor("acme", "careful", Source::Jwt, "unix");
    cross(&lockouts, &careful, 2, start, &log);
    for number in 0..3 * MOST {
        let one = actor("acme", &format!("p{number}"), Source::Jwt, "unix");
        cross(&lockouts, &one, 1, start, &log);
    }
    assert!(lockouts.lock().len() <= MOST);
    assert!(lockouts.refuses(&ann(), start).is_some());
    // Nor does it empty an account that has more in it.
    cross(&lockouts, &careful, 1, start, &log);
    assert!(lockouts.refuses(&careful, start).is_some());
}

#[test]
fn an_operator_lifts_a_lock_only_on_the_record() {
    let (lockouts, start) = (Lockouts::new(POLICY), Instant::now());
    let log = Log::default();
    cross(&lockouts, &ann(), 3, start, &log);
    let broken = Log { broken: true, ..Log::default() };
    assert!(now(lockouts.lift(|_| true, "uid 0", start, &broken)).is_err());
    assert!(lockouts.refuses(&ann(), start).is_some());
    let lifted = now(lockouts.lift(|actor| *actor == ann(), "uid 0", start, &log)).unwrap();
    assert_eq!((lifted.len(), lifted[0].refused), (1, 1));
    assert!(lockouts.refuses(&ann(), start).is_none() && lockouts.is_quiet());
    assert_eq!(log.subjects()[1], "lifted by uid 0");
}

#[test]
fn nobody_is_locked_out_where_it_is_off() {
    let lockouts = Lockouts::new(LockoutPolicy { after: 0, ..POLICY });
    cross(&lockouts, &ann(), 1000, Instant::now(), &Log::default());
    assert!(lockouts.refuses(&ann(), Instant::now()).is_none());
}
