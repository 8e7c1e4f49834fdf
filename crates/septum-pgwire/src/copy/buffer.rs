/// What a buffer keeps for later when it is empty, in bytes.
pub(super) const KEEP: usize = 64 * 1024;

/// The stream's bytes that are not yet rows, and those of the last row.
#[derive(Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    /// Where the last row began.
    row: usize,
    /// Where the unread bytes begin.
    start: usize,
    /// Whether no more bytes follow.
    pub(super) ended: bool,
}

impl Buffer {
    /// Adds bytes. The last row is gone.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        // Only when as much is dropped as is moved: the work stays linear.
        if self.start >= self.bytes.len() - self.start {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        self.row = self.start;
        // What one huge row took is given back when the rows are small again.
        if self.bytes.capacity() > 4 * KEEP && self.bytes.len() + bytes.len() <= KEEP {
            self.bytes.shrink_to(KEEP);
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The bytes that no row has taken yet.
    pub(super) fn unread(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// The bytes from the start of the row that was taken last.
    pub(super) fn row(&self) -> &[u8] {
        self.bytes.get(self.row..).unwrap_or_default()
    }

    /// Takes bytes as the row.
    pub(super) fn take(&mut self, length: usize) {
        self.row = self.start;
        self.start = self.bytes.len().min(self.start + length);
    }

    /// Throws everything away, and the memory with it.
    pub(super) fn clear(&mut self) {
        self.bytes = Vec::new();
        self.row = 0;
        self.start = 0;
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Throws everything away that is not the last row.
    pub(super) fn skip_all(&mut self) {
        self.start = self.bytes.len();
    }
}
