//! The PostgreSQL frontend/backend protocol, version 3, sans-IO.
//!
//! Bytes in, typed messages out, and back; no socket, no clock, no runtime. Everything that
//! reads takes hostile bytes: lengths are checked before anything is allocated, and trailing
//! bytes are refused. Source: <https://www.postgresql.org/docs/current/protocol.html>.

pub mod backend;
pub mod copy;
mod error_fields;
mod frame;
pub mod frontend;
mod reader;
pub mod scram;
pub mod startup;

pub use error_fields::{ErrorFields, Severity};
pub use frame::{Frame, FrameError, Header};
pub use reader::{Malformed, Reader};

/// What a session is in, as `ReadyForQuery` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionStatus {
    /// `I`: outside a transaction.
    Idle,
    /// `T`: inside one.
    InTransaction,
    /// `E`: inside one that failed.
    Failed,
}

impl TransactionStatus {
    /// The status of this byte.
    pub fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            b'I' => Some(Self::Idle),
            b'T' => Some(Self::InTransaction),
            b'E' => Some(Self::Failed),
            _ => None,
        }
    }

    /// The byte of this status.
    pub fn as_byte(self) -> u8 {
        match self {
            Self::Idle => b'I',
            Self::InTransaction => b'T',
            Self::Failed => b'E',
        }
    }
}
