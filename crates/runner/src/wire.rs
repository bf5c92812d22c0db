//! How the runner and its shim talk: over one stream socket, JSON frames with descriptors riding on their headers.
//!
//! Runner to shim: one [`Job`], then single command bytes. Shim to runner: one [`Started`], then, when the program has
//! ended, one [`Ended`]; the end of the stream means that nothing of the sandbox is left. The end of the stream in the
//! other direction means that the runner is gone or wants the sandbox to be.

use crate::spec::Spec;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    io::{self, IoSlice, IoSliceMut, Read, Write},
    mem::MaybeUninit,
    os::{
        fd::{BorrowedFd, OwnedFd},
        unix::net::UnixStream,
    },
    path::PathBuf,
};

/// The first argument by which the binary knows that it is the shim.
pub(crate) const SHIM_ARGUMENT: &str = "__runner-sandbox";
/// The same for the probes of [`crate::doctor`].
pub(crate) const PROBE_ARGUMENT: &str = "__runner-probe";

pub(crate) const PAUSE: u8 = b'P';
pub(crate) const RESUME: u8 = b'R';

const HEADER_BYTES: usize = 4;
const MAX_FRAME_BYTES: usize = 16 << 20;
const MAX_FDS: usize = 253;

/// What the shim is told. With it travels one descriptor: the file into which it writes the peak of memory.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub spec: Spec,
    /// An empty directory of the host that the new root is mounted on for a moment.
    pub mountpoint: PathBuf,
    /// The user that the program runs as, inside. For a root runner it is the same number outside.
    pub uid: u32,
    /// `cgroup.procs` files to join.
    pub cgroups: Vec<PathBuf>,
}

/// With it travel the listeners, in the order of the [`Spec`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Started {
    Running,
    Failed(Failure),
}

/// A step that the kernel refused.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub step: String,
    pub errno: i32,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Ended {
    pub status: Status,
    pub over_memory: bool,
}

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    Code(i32),
    Signal(i32),
}

pub(crate) fn send(stream: &UnixStream, message: &impl Serialize, fds: &[BorrowedFd<'_>]) -> io::Result<()> {
    let body = serde_json::to_vec(message)?;
    let length = u32::try_from(body.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() && !control.push(SendAncillaryMessage::ScmRights(fds)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // A header of four bytes fits in any socket buffer: it is sent whole or not at all.
    sendmsg(stream, &[IoSlice::new(&length.to_le_bytes())], &mut control, SendFlags::NOSIGNAL)?;
    let mut stream = stream;
    stream.write_all(&body)
}

pub(crate) fn receive<T: DeserializeOwned>(stream: &UnixStream) -> io::Result<(T, Vec<OwnedFd>)> {
    let mut header = [0u8; HEADER_BYTES];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::WAITALL | RecvFlags::CMSG_CLOEXEC;
    let read = recvmsg(stream, &mut [IoSliceMut::new(&mut header)], &mut control, flags)?;
    if read.bytes != HEADER_BYTES {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut fds = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = message {
            fds.extend(received);
        }
    }
    let length = u32::from_le_bytes(header) as usize;
    if length > MAX_FRAME_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = vec![0; length];
    let mut stream = stream;
    stream.read_exact(&mut body)?;
    Ok((serde_json::from_slice(&body)?, fds))
}

/// The one frame in `bytes`, if it is there whole.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes.get(HEADER_BYTES..)?).ok()
}
