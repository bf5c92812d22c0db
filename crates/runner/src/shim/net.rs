//! The loopback device of a new network namespace, and sockets on it.

use super::At;
use crate::{spec::Listen, wire::Failure};
use std::{
    io,
    net::{Ipv4Addr, TcpListener, UdpSocket},
    os::fd::{AsRawFd, OwnedFd},
};

/// 127.0.0.1 and ::1 come with the device; each further address gets an alias of it.
pub(super) fn raise_loopback(addresses: &[Ipv4Addr]) -> Result<(), Failure> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).at("open a socket")?;
    let mut lo = request("lo");
    lo.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    configure(&socket, libc::SIOCSIFFLAGS, &mut lo).at("raise the loopback device")?;
    for (index, address) in addresses.iter().enumerate() {
        let alias = format!("lo:{index}");
        for (operation, value) in [(libc::SIOCSIFADDR, *address), (libc::SIOCSIFNETMASK, Ipv4Addr::BROADCAST)] {
            let mut change = request(&alias);
            change.ifr_ifru.ifru_addr = socket_address(value);
            configure(&socket, operation, &mut change).at(format!("add {address} to the loopback device"))?;
        }
    }
    Ok(())
}

pub(super) fn listen(wanted: &[Listen]) -> Result<Vec<OwnedFd>, Failure> {
    let open = |listen: &Listen| -> io::Result<OwnedFd> {
        match listen {
            Listen::Tcp(address) => {
                let listener = TcpListener::bind(address)?;
                listener.set_nonblocking(true)?;
                Ok(OwnedFd::from(listener))
            }
            Listen::Udp(address) => {
                let socket = UdpSocket::bind(address)?;
                socket.set_nonblocking(true)?;
                Ok(OwnedFd::from(socket))
            }
        }
    };
    wanted.iter().map(|listen| open(listen).at(format!("listen on {listen:?}"))).collect()
}

fn request(device: &str) -> libc::ifreq {
    // SAFETY: ifreq is made of integers and byte arrays, for which zero is a value.
    #[expect(unsafe_code, reason = "a C structure without a constructor")]
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    assert!(device.len() < request.ifr_name.len(), "a loopback alias is a few letters");
    for (target, letter) in request.ifr_name.iter_mut().zip(device.bytes()) {
        *target = letter as libc::c_char;
    }
    request
}

fn socket_address(address: Ipv4Addr) -> libc::sockaddr {
    let mut bytes = [0; 14];
    bytes[2..6].copy_from_slice(&address.octets().map(|octet| octet as libc::c_char));
    libc::sockaddr { sa_family: libc::AF_INET as libc::sa_family_t, sa_data: bytes }
}

fn configure(socket: &UdpSocket, operation: libc::Ioctl, request: &mut libc::ifreq) -> io::Result<()> {
    // SAFETY: the operations used here read an ifreq and keep no pointer to it.
    #[expect(unsafe_code, reason = "interfaces are configured by ioctl")]
    match unsafe { libc::ioctl(socket.as_raw_fd(), operation, request) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
