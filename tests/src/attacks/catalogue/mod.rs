//! The attacks, a file a family; the ids are those of the isolation catalogue.

mod binding;
mod code;
mod metadata;
mod protocol;
mod rows;
mod writes;

use super::attack::Attack;

pub(super) fn all() -> impl Iterator<Item = &'static Attack> {
    [
        binding::ATTACKS,
        rows::ATTACKS,
        writes::ATTACKS,
        code::ATTACKS,
        metadata::ATTACKS,
        protocol::ATTACKS,
    ]
    .into_iter()
    .flatten()
}
