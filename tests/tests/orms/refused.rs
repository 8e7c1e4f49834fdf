//! The kept statements, judged by the guard alone: each is allowed, or refused for a reason that
//! `docs/orms.md` gives.
