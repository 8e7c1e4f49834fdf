//! The gate in front of hyper's HTTP/1 parser: every byte passes a strict reading of RFC 9112
//! first (catalogue H6, H12, H19, H20).
//!
//! hyper takes a request with both lengths and drops one of them, where we must refuse it, and
//! what it refuses it answers itself, without a reason and without a record. So a request's
//! head is held back until it is whole and has been judged:
//!
//! ```text
//! socket -> held -> [head whole?] -> judged -> released -> hyper -> layers
//!                                      `-> refused: hyper gets REFUSED in its place, and the
//!                                          service finds the verdict and answers with a reason
//! ```
//!
//! Bodies pass as they come; the gate follows their framing only to know where the next head
//! begins, and judges that one only after this request was answered. Whatever hyper reads is
//! framed exactly as the gate read it.

mod chunked;
mod head;
mod io;
mod latch;

pub(crate) use chunked::Chunked;
pub(crate) use head::{Framing, HeadLimits, Violation};
pub(crate) use io::Gate;
pub(crate) use latch::Latch;
