//! One file per operation; those on one configuration of a bucket stand together in `settings`.

mod create_bucket;
mod delete_bucket;
mod delete_object;
mod delete_objects;
mod get_bucket_location;
mod get_object;
mod head_bucket;
mod head_object;
mod list_buckets;
mod list_object_versions;
mod list_objects;
mod put_object;
pub(crate) mod settings;
