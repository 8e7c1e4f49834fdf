use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use septum_audit::{Event, Head, Recorded, Sink, SinkError};

use crate::queue::Queue;
use crate::writer::Writer;
use crate::{Config, JournalError};

/// The audit log of one process, in files.
///
/// It records itself that it was opened (`started`), what a crash left (`recovered`) and that it
/// was closed (`stopped`).
#[derive(Debug)]
pub struct Journal {
    queue: Arc<Queue>,
    writer: Option<JoinHandle<Result<(), SinkError>>>,
}

impl Journal {
    /// Opens the journal of a folder and continues its chain. Reads and verifies the newest
    /// file, and blocks meanwhile.
    ///
    /// # Errors
    /// [`JournalError`]; above all when another process has the folder, or when the newest file
    /// is not what was written. Nothing is mended by dropping it.
    pub fn open(config: &Config) -> Result<Self, JournalError> {
        let writer = Writer::open(config)?;
        let queue = Arc::new(Queue::new(config.queue, writer.head()));
        let handle = Builder::new()
            .name("septum-journal".into())
            .spawn({
                let queue = Arc::clone(&queue);
                move || writer.run(&queue)
            })
            .map_err(|source| JournalError::Io { path: config.folder.clone(), source })?;
        Ok(Self { queue, writer: Some(handle) })
    }

    /// The last record that is on stable storage. Kept where nobody who can write the folder
    /// can change it, it finds a log that was cut or put back.
    pub fn head(&self) -> Head {
        self.queue.head()
    }

    /// Writes what waits, records `stopped` and closes; blocks meanwhile. Dropping does the
    /// same and keeps the error to itself.
    ///
    /// # Errors
    /// [`SinkError::Unwritable`] when something could not be written, now or earlier.
    pub fn close(mut self) -> Result<(), SinkError> {
        self.stop()
    }

    fn stop(&mut self) -> Result<(), SinkError> {
        self.queue.close();
        match self.writer.take().map(JoinHandle::join) {
            Some(Ok(stopped)) => stopped,
            Some(Err(_)) => Err(died()),
            None => Ok(()),
        }
    }
}

impl Sink for Journal {
    fn record(&self, event: Event) -> Recorded {
        let answered = self.queue.push(event);
        Box::pin(async move { answered?.await.unwrap_or_else(|_| Err(died())) })
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // An error was already given to whoever waited for what it concerns.
        let _ = self.stop();
    }
}

fn died() -> SinkError {
    SinkError::Unwritable("its writer died".into())
}
