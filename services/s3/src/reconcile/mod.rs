//! What happens without being asked.

mod trash;

pub(crate) use trash::EmptyTrash;
