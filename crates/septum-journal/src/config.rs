use std::path::PathBuf;

use septum_core::Secret;

/// Where and how a journal is kept.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder of its files, its own alone. It is made, for the owner only, if it is not
    /// there.
    pub folder: PathBuf,
    /// The key of the chain, as `RootKey::audit_key` derives it.
    pub key: Secret<[u8; 32]>,
    /// A new file is begun once the current one has this many bytes. A file may be longer by
    /// one group.
    pub rotate_bytes: u64,
    /// How many events may wait for the disk before further ones are refused. Whoever waits
    /// for the answer before going on takes one place, so the number of connections is enough.
    pub queue: usize,
}

impl Config {
    /// 64 MiB a file, some 200,000 records: opening reads the last one.
    pub const ROTATE_BYTES: u64 = 64 << 20;

    /// 65,536 waiting events: some 30 MB.
    pub const QUEUE: usize = 65_536;

    /// A configuration with [`Config::ROTATE_BYTES`] and [`Config::QUEUE`].
    pub fn new(folder: impl Into<PathBuf>, key: Secret<[u8; 32]>) -> Self {
        Self { folder: folder.into(), key, rotate_bytes: Self::ROTATE_BYTES, queue: Self::QUEUE }
    }
}
