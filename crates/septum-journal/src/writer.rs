use std::io;
use std::sync::Arc;

use ring::rand::{SecureRandom as _, SystemRandom};
use septum_audit::{Chain, Digest, Entry, Head, Report, SinkError, Time};

use crate::folder::{Folder, LogFile, file_numbers};
use crate::queue::{Queue, now};
use crate::{Config, JournalError, ReadError, Reader, Start};

/// The most events in one group: bounds the write's buffer to 4 MiB.
const GROUP: usize = 1024;

/// The end of the chain and the file that it is in.
pub(crate) struct Writer {
    folder: Folder,
    chain: Chain,
    file: LogFile,
    rotate_bytes: u64,
    buffer: Vec<u8>,
}

impl Writer {
    /// Locks the folder, verifies the newest file that holds a record, and records the start
    /// after it, and what a crash left there.
    pub(crate) fn open(config: &Config) -> Result<Self, JournalError> {
        let folder = Folder::lock(&config.folder)?;
        let path = folder.path.clone();
        let failed = |source| JournalError::Io { path: path.clone(), source };
        let (tail, newest) = tail(config)?;
        let file = match newest {
            Some(number) if tail.torn.is_none() => LogFile::append(&path, number),
            newest => LogFile::create(&path, newest.map_or(1, |number| number + 1)),
        };
        let chain = match tail.head {
            Some(head) => Chain::resume(&config.key, head),
            None => Chain::begin(&config.key, identity()?),
        };
        let mut writer = Self {
            folder,
            chain,
            file: file.map_err(failed)?,
            rotate_bytes: config.rotate_bytes,
            buffer: Vec::new(),
        };
        let started = Entry::Started { version: env!("CARGO_PKG_VERSION").into() };
        let opening = tail.torn.map(Entry::Recovered).into_iter().chain([started]);
        writer.commit(opening.map(|entry| (now(), entry))).map_err(failed)?;
        Ok(writer)
    }

    pub(crate) fn head(&self) -> Head {
        self.chain.head()
    }

    /// Writes group after group until the queue is closed or a write fails.
    pub(crate) fn run(mut self, queue: &Arc<Queue>) -> Result<(), SinkError> {
        let mut end = End { queue, why: SinkError::Unwritable("its writer died".into()) };
        while let Some(group) = queue.take(GROUP) {
            let (entries, answers): (Vec<_>, Vec<_>) = group
                .into_iter()
                .map(|waiting| ((waiting.time, Entry::Event(waiting.event)), waiting.answer))
                .unzip();
            let written = self.commit_or_end(&mut end, entries);
            for answer in answers {
                // Whoever recorded it need not wait for the answer.
                let _ = answer.send(written.clone());
            }
            written?;
        }
        self.commit_or_end(&mut end, [(now(), Entry::Stopped)])?;
        end.why = SinkError::Closed;
        Ok(())
    }

    fn commit_or_end(
        &mut self,
        end: &mut End<'_>,
        entries: impl IntoIterator<Item = (Time, Entry)>,
    ) -> Result<(), SinkError> {
        match self.commit(entries) {
            Ok(()) => {
                end.queue.written(self.head());
                Ok(())
            }
            Err(error) => {
                let path = self.file.path.display();
                end.why = SinkError::Unwritable(format!("`{path}`: {error}").into());
                Err(end.why.clone())
            }
        }
    }

    /// INVARIANT: after an error nothing is written any more; the chain in memory is ahead of
    /// the file's.
    fn commit(&mut self, entries: impl IntoIterator<Item = (Time, Entry)>) -> io::Result<()> {
        if self.file.len >= self.rotate_bytes.max(1) {
            self.file = LogFile::create(&self.folder.path, self.file.number + 1)?;
        }
        self.buffer.clear();
        self.chain.commit(entries, &mut self.buffer);
        self.file.commit(&self.buffer)
    }
}

/// Tells the queue that the writer is gone, even when it panicked: nobody may wait for ever.
struct End<'a> {
    queue: &'a Queue,
    why: SinkError,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.queue.end(&self.why);
    }
}

/// What the newest files say, from the last one that holds a record, and the number of the
/// newest.
fn tail(config: &Config) -> Result<(Report, Option<u64>), ReadError> {
    let numbers = file_numbers(&config.folder)?;
    let mut count = 1;
    loop {
        let mut reader = Reader::open(&config.folder, &config.key, Start::Newest(count))?;
        for record in &mut reader {
            record?;
        }
        let report = reader.finish();
        // A torn end too long for any line is found only here.
        if let Some(broken) = report.broken {
            return Err(ReadError::Broken { folder: config.folder.clone(), broken });
        }
        if report.head.is_some() || count >= numbers.len() {
            return Ok((report, numbers.last().copied()));
        }
        count += 1;
    }
}

fn identity() -> Result<Digest, JournalError> {
    let mut bytes = [0; Digest::LEN];
    SystemRandom::new().fill(&mut bytes).map_err(|_| JournalError::NoRandomness)?;
    Ok(Digest::from_bytes(bytes))
}
