//! What happens without being asked.

mod lifecycle;
mod trash;

pub(crate) use lifecycle::Expire;
pub(crate) use trash::EmptyTrash;
