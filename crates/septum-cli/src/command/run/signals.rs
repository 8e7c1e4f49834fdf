use anyhow::Result;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Becomes true on the first SIGTERM or SIGINT. The second ends the process at once.
pub(super) fn listen() -> Result<watch::Receiver<bool>> {
    let (stop, stopped) = watch::channel(false);
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if stop.send_replace(true) {
                // The audit log is whole: what it acknowledged is on the disk.
                tracing::warn!("stopped by a second signal, without waiting for work to end");
                std::process::exit(1);
            }
            tracing::info!("stopping: no new work; a second signal stops at once");
        }
    });
    Ok(stopped)
}

/// Resolves once Septum is to stop.
pub(super) async fn stopped(mut stop: watch::Receiver<bool>) {
    // The sender lives as long as the runtime.
    let _ = stop.wait_for(|stop| *stop).await;
}
