use std::time::Duration;

use septum_bind::{Binding, UnixSeconds};
use tokio::time::sleep;

/// The longest that is slept before the clock is looked at again: it may be set (catalogue H48).
const CLOCK: Duration = Duration::from_secs(30);

/// Resolves once a binding has expired; never for one that doesn't. What is bound by none has
/// expired.
pub(crate) async fn expired(binding: Option<&Binding>, clock: fn() -> UnixSeconds) {
    let Some(binding) = binding else { return };
    let Some(expires) = binding.expires() else { return std::future::pending().await };
    loop {
        let left = expires.saturating_sub(clock());
        if left == 0 {
            return;
        }
        sleep(Duration::from_secs(left).min(CLOCK)).await;
    }
}
