//! The one place where privileges fall.

use super::At;
use crate::wire::Failure;
use rustix::{
    io::Errno,
    process::geteuid,
    thread::{
        CapabilitySet, CapabilitySets, clear_ambient_capability_set, remove_capability_from_bounding_set,
        set_capabilities, set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
    },
};

/// From here on this process is nobody: no capability in any set, none to be had by executing a file, and, where it was
/// root, another user without groups. In a user namespace the user is mapped already.
pub(super) fn drop_all(uid: u32) -> Result<(), Failure> {
    for bit in 0..64 {
        match remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(1 << bit)) {
            Ok(()) => {}
            // The kernel knows no capability of this number, nor of any larger one.
            Err(Errno::INVAL) => break,
            Err(error) => return Err(error).at("empty the capability bounding set"),
        }
    }
    if geteuid().is_root() {
        let (user, group) = (rustix::process::Uid::from_raw(uid), rustix::process::Gid::from_raw(uid));
        set_thread_groups(&[]).at("leave all groups")?;
        set_thread_res_gid(group, group, group).at("change the group")?;
        set_thread_res_uid(user, user, user).at("change the user")?;
    }
    clear_ambient_capability_set().at("clear ambient capabilities")?;
    let none = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
        .at("drop capabilities")?;
    set_no_new_privs(true).at("forbid new privileges")
}
