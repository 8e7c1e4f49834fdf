use tokio::sync::watch;

/// How far the gateway is with stopping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// It serves.
    Serving,
    /// It takes nothing new; what is under way may end.
    Draining,
    /// What is still under way is cut off.
    Cut,
}

/// Tells everything that runs how far the gateway is with stopping.
pub(crate) struct Stages(watch::Sender<Stage>);

/// Hears of it. As long as one is there, [`Stages::finished`] waits.
#[derive(Clone, Debug)]
pub(crate) struct Staged(watch::Receiver<Stage>);

impl Stages {
    pub(crate) fn new() -> (Self, Staged) {
        let (sender, receiver) = watch::channel(Stage::Serving);
        (Self(sender), Staged(receiver))
    }

    pub(crate) fn enter(&self, stage: Stage) {
        self.0.send_replace(stage);
    }

    /// Resolves once everything that hears of it has ended.
    pub(crate) async fn finished(&self) {
        self.0.closed().await;
    }
}

impl Staged {
    /// Resolves once this stage is reached.
    pub(crate) async fn reached(&self, stage: Stage) {
        let mut receiver = self.0.clone();
        // An error means that the gateway is gone, which is beyond every stage.
        let _ = receiver.wait_for(|current| *current >= stage).await;
    }
}
