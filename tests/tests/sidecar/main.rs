//! The sidecar as it is shipped, when it is killed and when it is attacked.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a panic is the report"
)]

mod kill;
mod layers;
