//! The system call filter: a list of what a confined program has no business with.
//!
//! Namespaces and missing capabilities already make most of these fail; the filter keeps the kernel's larger attack
//! surfaces (new namespaces, bpf, io_uring, keyrings, tracing) out of reach altogether. What is not listed is allowed.

use std::io;

/// Denied with EPERM.
const DENIED: &[libc::c_long] = &[
    // File systems and mounts.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_quotactl,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_fanotify_init,
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_setns,
    // The kernel and the machine.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_acct,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_vhangup,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
];

/// Denied with EPERM when the first argument asks for a namespace.
const WITH_NAMESPACE_FLAGS: &[libc::c_long] = &[libc::SYS_unshare, libc::SYS_clone];

/// Answered as if the kernel did not have it: its flags lie in memory, out of a filter's sight, and every C library
/// falls back to `clone`.
const UNKNOWN: &[libc::c_long] = &[libc::SYS_clone3];

/// The only families of sockets that `socket` makes. Others answer EAFNOSUPPORT: some (vsock) pass by the network
/// namespace, some (alg) are kernel surface without need.
const SOCKET_FAMILIES: &[libc::c_int] = &[libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];

const NAMESPACE_FLAGS: u32 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET) as u32
    | CLONE_NEWTIME;
/// Not among libc's constants. In `clone` this bit belongs to the exit signal, where no signal sets it.
const CLONE_NEWTIME: u32 = 0x80;

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;

/// System calls of the x32 flavour carry this bit; nobody needs them, and they would pass by the list.
const FOREIGN_NUMBERS: u32 = 0x4000_0000;

// Offsets in `struct seccomp_data`; the low half of the first argument, on the little-endian machines supported here.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;
const FIRST_ARGUMENT: u32 = 16;

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const IF_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const IF_AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
const IF_ANY_BIT: u16 = (libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

const fn errno(number: i32) -> u32 {
    libc::SECCOMP_RET_ERRNO | number as u32
}

/// Each condition skips the instruction after it when it is false.
fn program() -> Vec<libc::sock_filter> {
    let step = |code, k| libc::sock_filter { code, jt: 0, jf: 0, k };
    let unless = |code, k| libc::sock_filter { code, jt: 0, jf: 1, k };
    let unless_not = |code, k| libc::sock_filter { code, jt: 1, jf: 0, k };
    let mut filter = vec![
        step(LOAD, ARCH),
        unless_not(IF_EQUAL, ARCHITECTURE),
        step(RETURN, libc::SECCOMP_RET_KILL_PROCESS),
        step(LOAD, NUMBER),
        unless(IF_AT_LEAST, FOREIGN_NUMBERS),
        step(RETURN, errno(libc::ENOSYS)),
    ];
    for (numbers, answer) in [(DENIED, libc::EPERM), (UNKNOWN, libc::ENOSYS)] {
        for number in numbers {
            filter.extend([unless(IF_EQUAL, *number as u32), step(RETURN, errno(answer))]);
        }
    }
    for number in WITH_NAMESPACE_FLAGS {
        let mut skip_all = unless(IF_EQUAL, *number as u32);
        skip_all.jf = 4;
        filter.extend([
            skip_all,
            step(LOAD, FIRST_ARGUMENT),
            unless(IF_ANY_BIT, NAMESPACE_FLAGS),
            step(RETURN, errno(libc::EPERM)),
            step(RETURN, libc::SECCOMP_RET_ALLOW),
        ]);
    }
    filter.extend([
        unless_not(IF_EQUAL, libc::SYS_socket as u32),
        step(RETURN, libc::SECCOMP_RET_ALLOW),
        step(LOAD, FIRST_ARGUMENT),
    ]);
    for family in SOCKET_FAMILIES {
        filter.extend([unless(IF_EQUAL, *family as u32), step(RETURN, libc::SECCOMP_RET_ALLOW)]);
    }
    filter.push(step(RETURN, errno(libc::EAFNOSUPPORT)));
    filter
}

/// For this process and all that come from it, for ever. Needs `no_new_privs`.
pub(super) fn install() -> io::Result<()> {
    let mut filter = program();
    let length = u16::try_from(filter.len()).expect("the lists above are short");
    let program = libc::sock_fprog { len: length, filter: filter.as_mut_ptr() };
    // SAFETY: the pointer and the length describe `filter`, which outlives the call; the kernel copies it.
    #[expect(unsafe_code, reason = "filters are installed by prctl")]
    match unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
